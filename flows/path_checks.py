"""Checks the ways through a flow: steps nobody reaches, loops without a question, names used before they are saved."""

from __future__ import annotations

from collections.abc import Iterator

from flows.finding import Checked, Finding, said_in
from flows.model import FACTS, GIVEN_BY_THE_BOT, HUMAN_HANDOFF, Flow, Step

Names = frozenset[str]


def check(checked: Checked) -> Iterator[Finding]:
    """Yield the findings about ways."""
    reached = _reached(checked.flow)
    for name in checked.flow.steps:
        if name not in reached:
            yield checked.find(f"no way leads to '{name}'", "remove it, or lead to it", "steps", name)
    yield from _loops(checked)
    known = _known_before(checked, reached)
    for name, step in checked.steps():
        if name in reached:
            yield from _names(checked, name, step, known[name])


def _reached(flow: Flow) -> set[str]:
    reached: set[str] = set()
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += flow.steps[name].ways
    return reached


def _loops(checked: Checked) -> Iterator[Finding]:
    """Yield each silent step from which silent steps lead back to itself."""
    silent = {name: step for name, step in checked.steps() if not _waits(step)}
    for name, step in silent.items():
        seen: set[str] = set()
        waiting = [*step.ways]
        while waiting:
            way = waiting.pop()
            if way in silent and way not in seen:
                seen.add(way)
                waiting += silent[way].ways
        if name in seen:
            yield checked.find(f"'{name}' goes round without a question", "put a question in it", "steps", name)


def _waits(step: Step) -> bool:
    return step.ask is not None or (step.call is not None and step.call.flow != HUMAN_HANDOFF)


def _known_before(checked: Checked, reached: set[str]) -> dict[str, Names]:
    """Return for each reached step the names saved on every path to it (a fixed point: sets only shrink)."""
    flow = checked.flow
    everything = frozenset(_all_names(checked))
    known = dict.fromkeys(reached, everything) | {flow.start: frozenset(flow.given)}
    waiting = sorted(reached)
    while waiting:
        name = waiting.pop()
        after = known[name] | _saved_by(checked, flow.steps[name])
        for way in flow.steps[name].ways:
            if not known[way] <= after:
                known[way] &= after
                waiting.append(way)
    return known


def _all_names(checked: Checked) -> set[str]:
    names = set(checked.flow.given)
    for _, step in checked.steps():
        names |= _saved_by(checked, step)
    return names


def _saved_by(checked: Checked, step: Step) -> Names:
    """Return what a step leaves saved: its answer (nothing counts as one), or the results of the flow it calls."""
    called = checked.flows.get(step.call.flow) if step.call else None
    results = {f"{called.name}.{name}" for name in called.saves} if called else set()
    made = {step.score.save} if step.score else set()
    drawn = {step.hint.name} if step.hint else set()
    return frozenset(results | made | drawn | ({step.save} if step.save else set()))


def _names(checked: Checked, name: str, step: Step, known: Names) -> Iterator[Finding]:
    for said in said_in(name, step):
        for used in said.text.names:
            if not _is_known(used, known):
                yield _unknown(checked, used, *said.path)
    later = known | _saved_by(checked, step)
    if step.wait.until and not step.wait.until[:1].isdigit() and not _is_known(step.wait.until, known):
        yield _unknown(checked, step.wait.until, "steps", name, "wait", "until")
    for index, branch in enumerate(step.branches):
        for used in sorted(branch.when.names if branch.when else ()):
            if not _is_known(used, later):
                yield _unknown(checked, used, "steps", name, "next", index, "when")
    yield from _summed(checked, name, step, known)
    yield from _handed(checked, name, step, known)


def _summed(checked: Checked, name: str, step: Step, known: Names) -> Iterator[Finding]:
    """Yield what a score counts that nobody saved; a question that may be skipped counts as saved."""
    for key in ("add", "less") if step.score else ():
        for index, used in enumerate(getattr(step.score, key)):
            if not _is_known(used, known):
                yield _unknown(checked, used, "steps", name, "score", key, index)


def _handed(checked: Checked, name: str, step: Step, known: Names) -> Iterator[Finding]:
    for key, value in step.call.given.items() if step.call else ():
        if isinstance(value, str) and value[:1] == "{" and not _is_known(value[1:-1], known):
            yield _unknown(checked, value[1:-1], "steps", name, "with", key)


def _is_known(used: str, known: Names) -> bool:
    return used in known or used in GIVEN_BY_THE_BOT or used.startswith(FACTS)


def _unknown(checked: Checked, used: str, *path: str | int) -> Finding:
    return checked.find(f"'{used}' is not saved on every way here", "save it before, or add it to 'given'", *path)
