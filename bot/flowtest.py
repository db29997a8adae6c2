"""Runs the transcripts beside the flows through the engine, and tells which steps and ways they covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from bot.engine.effects import Ask, Effect, Ended, Escalate, Picture, Say, Schedule
from bot.engine.engine import traced_step
from bot.engine.events import (
    Again,
    Answered,
    Back,
    Begin,
    EngineEvent,
    Interrupt,
    Resume,
    Skip,
    StartOver,
    Stop,
    WaitElapsed,
)
from bot.engine.turn import Move
from bot.model.talk import Session
from flows import interrupts
from flows.errors import FlowError
from flows.finding import Finding
from flows.library import SHIPPED, Library, flow_files, load_library
from flows.model import Flow
from flows.normal import plain
from flows.transcripts import Then, Transcript, Turn, read_transcripts, transcript_files
from flows.values import Saved
from flows.yaml_tree import Mark

BEGUN = datetime(2026, 11, 23, 9, tzinfo=UTC)
FACTS: dict[str, Saved] = {
    "crisis_lines": "(numbers)",
    "consent.check_ins": True,
    "consent.exercises": True,
    "consent.escalation": True,
    "rota.staffed": True,
}
_EVENTS: dict[str, EngineEvent] = {
    "stop": Stop(),
    "back": Back(),
    "skip": Skip(),
    "start_over": StartOver(),
    "help": Again(),
    "privacy": Again(),
    "sos": Interrupt("sos"),
    "crisis": Interrupt("sos"),
    "worry": Interrupt("sos"),
}


class Coverage(Struct, frozen=True):
    """What the transcripts of a flow never reached."""

    flow: str
    steps: int
    ways: int
    missed_steps: tuple[str, ...]
    missed_ways: tuple[tuple[str, str], ...]


class Report(Struct, frozen=True):
    """How the transcripts went; `failures` name the line of the expectation that did not hold."""

    passed: int
    failures: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]

    @property
    def holds(self) -> bool:
        """Whether every transcript is true, and nothing was missed."""
        return not self.failures and not any(one.missed_steps or one.missed_ways for one in self.coverage)


def lines_of(report: Report) -> Iterator[str]:
    """Yield a report as a person reads it."""
    yield from map(str, report.failures)
    for one in report.coverage:
        missed = [f"step '{name}'" for name in one.missed_steps]
        missed += [f"the way from '{step}' to '{way}'" for step, way in one.missed_ways]
        reached = one.steps + one.ways - len(missed)
        yield f"{one.flow}: {reached} of {one.steps + one.ways} steps and ways walked" + (
            f"; missed {', '.join(missed)}" if missed else ""
        )
    yield f"{report.passed} transcripts hold, {len(report.failures)} do not"


def run(paths: Iterable[Path], coverage: bool = False) -> Report:
    """Run every transcript at the paths; with `coverage`, tell what none of them reached."""
    paths = list(paths)
    failures: list[Finding] = []
    transcripts: list[Transcript] = []
    try:
        library = library_with(paths)
    except FlowError as error:
        return Report(0, (_finding(error),), ())
    for file in transcript_files(paths):
        try:
            transcripts += read_transcripts(file)
        except FlowError as error:
            failures.append(_finding(error))
    runs = [_Run(library, transcript) for transcript in transcripts]
    failed = [finding for one in runs if (finding := one.play()) is not None]
    covered = tuple(_coverage(library, runs)) if coverage else ()
    return Report(len(runs) - len(failed), (*failures, *failed), covered)


def _finding(error: FlowError) -> Finding:
    return Finding(error.file, error.line, error.column, error.what, error.remedy)


def library_with(paths: Sequence[Path]) -> Library:
    """Return the shipped flows, with those at the paths in the place of any of the same name."""
    files = [path.with_name(path.name.replace(".test.yaml", ".yaml")) for path in paths]
    given = {file.name: file for file in flow_files(files)}
    shipped = {file.name: file for file in flow_files([SHIPPED])}
    return load_library((shipped | given).values())


class _Failed(Exception):  # noqa: N818  it is an answer about a test, not a fault of ours
    """An expectation that did not hold."""

    def __init__(self, mark: Mark, what: str) -> None:
        super().__init__(what)
        self.mark = mark
        self.what = what


class _Run:
    """One transcript being played."""

    def __init__(self, library: Library, transcript: Transcript) -> None:
        self.library = library
        self.transcript = transcript
        self.session = Session()
        self.now = BEGUN
        self.last: tuple[Effect, ...] = ()
        self.all: list[Effect] = []
        self.moves: list[Move] = []

    def play(self) -> Finding | None:
        """Return the first expectation that did not hold, or None."""
        transcript = self.transcript
        try:
            self._take(Begin(transcript.flow, FACTS | transcript.given))
            for turn in transcript.talk:
                self._do(turn)
                self._expect(turn)
            if transcript.then is not None:
                self._expect_end(transcript.then)
        except _Failed as failed:
            remedy = f"mend the flow or the test '{transcript.name}'"
            return Finding(transcript.file, failed.mark.line, failed.mark.column, failed.what, remedy)
        return None

    def _do(self, turn: Turn) -> None:
        if turn.person is not None:
            self._take(event_of(turn.person, self.session, self.library))
        elif turn.tap is not None:
            self._take(Answered(value=turn.tap))
        elif turn.after is not None:
            self.now += turn.after
            self._take(WaitElapsed())

    def _take(self, event: EngineEvent) -> None:
        self.session, self.last, moves = traced_step(self.library, self.session, event, self.now)
        self.all += self.last
        self.moves += moves

    def _expect(self, turn: Turn) -> None:
        said = "\n".join(words_of(effect) for effect in self.last)
        for words in turn.bot_says:
            if words.casefold() not in said.casefold():
                raise _Failed(turn.mark, f"the bot did not say '{words}', it said '{said.strip()}'")
        asked = self.session.stack[-1].step if self.session.stack else "nothing"
        if turn.bot_asks and asked != turn.bot_asks:
            raise _Failed(turn.mark, f"the bot asks '{asked}', not '{turn.bot_asks}'")
        reasons = [effect.reason for effect in self.last if isinstance(effect, Escalate)]
        if turn.escalated and turn.escalated not in reasons:
            raise _Failed(turn.mark, f"nobody was called for '{turn.escalated}'")

    def _expect_end(self, then: Then) -> None:
        endings = [one for one in self.all if isinstance(one, Ended) and one.flow == self.transcript.flow]
        how = endings[-1].how if endings else "open"
        if then.ended and how != then.ended:
            raise _Failed(then.mark, f"the flow is {how}, not {then.ended}")
        saved = endings[-1].saved if endings else {}
        for name, value in then.saved.items():
            if name not in saved or saved[name] != value:
                raise _Failed(then.mark, f"'{name}' is {saved.get(name, 'not saved')!r}, not {value!r}")
        plans = [f"{one.at:%H:%M}" for one in self.all if isinstance(one, Schedule)]
        if then.scheduled and then.scheduled not in plans:
            raise _Failed(then.mark, f"no check-in was planned at {then.scheduled}")


def event_of(said: str, session: Session, library: Library) -> EngineEvent:
    """Return what typed words mean: a plain word that works everywhere, or an answer."""
    found = interrupts.match(said, "en")
    if found is not None and found.name in _EVENTS:
        return _EVENTS[found.name]
    return Resume() if plain(said) == "resume" and not session.stack else Answered(said)


def words_of(effect: Effect) -> str:
    """Return what an effect says, with the choices one a line; nothing for one that says nothing."""
    if isinstance(effect, Ask):
        return "\n".join([effect.text, *(choice.label for choice in effect.choices)])
    if isinstance(effect, Say):
        return effect.text
    return effect.text_twin if isinstance(effect, Picture) else ""


def _coverage(library: Library, runs: Sequence[_Run]) -> Iterable[Coverage]:
    for name in sorted({run.transcript.flow for run in runs} & library.names()):
        moves = {move[1:] for run in runs if run.transcript.flow == name for move in run.moves if move[0] == name}
        yield _covered(library.latest(name), moves)


def _covered(flow: Flow, moves: set[tuple[str, str]]) -> Coverage:
    steps = {flow.start, *(step for move in moves for step in move)}
    ways = [(name, way) for name, step in flow.steps.items() for way in step.ways]
    missed = tuple(name for name in flow.steps if name not in steps)
    return Coverage(flow.name, len(flow.steps), len(ways), missed, tuple(way for way in ways if way not in moves))
