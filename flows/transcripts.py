"""Reads the tests beside a flow: transcripts of what a person says and what the bot must answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from flows.library import TEST_ENDING
from flows.reading import Field
from flows.values import Saved
from flows.yaml_tree import Mark, read_source, read_tree

_TURN = frozenset({"person", "tap", "after", "bot_says", "bot_asks", "escalated"})
_DEEDS = ("person", "tap", "after")
_THEN = frozenset({"ended", "saved", "scheduled"})


class Turn(Struct, frozen=True):
    """One exchange: what the person says, taps or lets pass, and what is expected of the bot.

    With none of the three it only looks at what the bot did last.
    """

    mark: Mark
    person: str | None = None
    tap: str | None = None
    after: timedelta | None = None
    bot_says: tuple[str, ...] = ()
    bot_asks: str = ""
    escalated: str = ""


class Then(Struct, frozen=True):
    """What holds at the end: how the flow ended, what it saved (these at least), when a check-in was planned."""

    mark: Mark
    ended: str = ""
    saved: dict[str, Saved] = {}
    scheduled: str = ""


class Transcript(Struct, frozen=True):
    """One test of a flow."""

    file: str
    mark: Mark
    flow: str
    name: str
    given: dict[str, Saved]
    talk: tuple[Turn, ...]
    then: Then | None


def transcript_files(paths: Iterable[Path]) -> list[Path]:
    """Return the test files at the paths: in folders, beside flow files, or named themselves."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(path.glob(f"*{TEST_ENDING}"))
        else:
            files.append(path if path.name.endswith(TEST_ENDING) else path.with_suffix(TEST_ENDING))
    return files


def read_transcripts(path: Path) -> list[Transcript]:
    """Return the tests in a file; raise FlowError for the first that is wrong."""
    file = str(path)
    known = frozenset({"flow", "tests"})
    parts = Field(file, "tests", read_tree(read_source(path), file)).mapping(known, ("flow", "tests"))
    flow = parts["flow"].identifier()
    return [_transcript(flow, test) for test in parts["tests"].items()]


def _transcript(flow: str, field: Field) -> Transcript:
    parts = field.mapping(frozenset({"name", "given", "talk", "then"}), ("name", "talk"))
    given = {key: value.saved() for key, value in parts["given"].mapping().items()} if "given" in parts else {}
    return Transcript(
        file=field.file,
        mark=field.node.mark,
        flow=flow,
        name=parts["name"].text(),
        given=given,
        talk=tuple(_turn(turn) for turn in parts["talk"].items()),
        then=_then(parts["then"]) if "then" in parts else None,
    )


def _turn(field: Field) -> Turn:
    parts = field.mapping(_TURN)
    if sum(deed in parts for deed in _DEEDS) > 1:
        field.refuse("two things at once", "write one of person, tap and after in a turn")
    return Turn(
        mark=field.node.mark,
        person=_said(parts["person"]) if "person" in parts else None,
        tap=parts["tap"].label() if "tap" in parts else None,
        after=parts["after"].duration() if "after" in parts else None,
        bot_says=tuple(text.text() for text in parts["bot_says"].texts()) if "bot_says" in parts else (),
        bot_asks=parts["bot_asks"].identifier() if "bot_asks" in parts else "",
        escalated=parts["escalated"].identifier() if "escalated" in parts else "",
    )


def _said(field: Field) -> str:
    value = field.scalar()
    return "" if value is None else str(value)


def _then(field: Field) -> Then:
    parts = field.mapping(_THEN)
    saved = {key: value.saved() for key, value in parts["saved"].mapping().items()} if "saved" in parts else {}
    ended = parts["ended"].text() if "ended" in parts else ""
    return Then(field.node.mark, ended, saved, parts["scheduled"].text() if "scheduled" in parts else "")
