"""The one error of this room: a file that cannot be used, with the place and the remedy."""

from __future__ import annotations


class FlowError(Exception):
    """A flow (or another reviewed file) is refused; trying again does not help until the file is changed.

    `line` and `column` count from 1, as editors do.
    """

    def __init__(self, file: str, line: int, column: int, what: str, remedy: str) -> None:
        super().__init__(f"{file}:{line}:{column}: {what}; {remedy}")
        self.file = file
        self.line = line
        self.column = column
        self.what = what
        self.remedy = remedy
