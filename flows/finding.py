"""A finding of a check, and what a check looks at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from flows.model import Flow, Sentence, Step
from flows.yaml_tree import Node


class Finding(NamedTuple):
    """One thing to mend: `file:line:column: what; remedy`."""

    file: str
    line: int
    column: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.remedy}"


def written_as(findings: Iterable[Finding], form: str) -> Iterator[str]:
    """Yield findings as lines of text, as one JSON list, or as GitHub's marks in a pull request."""
    if form == "json":
        yield json.dumps([finding._asdict() for finding in findings], indent=2)
        return
    for one in findings:
        if form == "github":
            yield f"::error file={one.file},line={one.line},col={one.column}::{one.what}; {one.remedy}"
        else:
            yield str(one)


class Checked(NamedTuple):
    """A flow with the file and the tree it was read from; `flows` are all flows checked together."""

    file: str
    tree: Node
    flow: Flow
    flows: Mapping[str, Flow] = {}

    def beside(self, flows: Mapping[str, Flow]) -> Checked:
        """Return the same, checked together with other flows."""
        return self._replace(flows=flows)

    def find(self, what: str, remedy: str, *path: str | int) -> Finding:
        """Return a finding at a path of the tree, such as `"steps", "mood", "ask"`."""
        mark = self.tree.at(*path)
        return Finding(self.file, mark.line, mark.column, what, remedy)

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Yield every step with its name."""
        yield from self.flow.steps.items()


class Said(NamedTuple):
    """One sentence or more that a step says, and where it stands."""

    path: tuple[str | int, ...]
    text: Sentence


def said_in(name: str, step: Step) -> Iterator[Said]:
    """Yield everything that a step may say."""
    for index, sentence in enumerate(step.say):
        yield Said(("steps", name, "say", index), sentence)
    if step.ask is not None:
        yield Said(("steps", name, "ask"), step.ask)
    for index, sentence in enumerate(step.retry.say):
        yield Said(("steps", name, "retry", "say", index), sentence)
    for arm, sentence in step.hint.say.items() if step.hint else ():
        yield Said(("steps", name, "hint", "say", arm), sentence)
    if step.picture is not None:
        yield Said(("steps", name, "picture", "text"), step.picture.text)
