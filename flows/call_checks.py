"""Checks what a flow leans on: the flows that it calls, and the times at which it plans or goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from flows.finding import Checked, Finding
from flows.model import HUMAN_HANDOFF, AnswerKind, Flow, Step

_DAYS = frozenset({"every_day", "workdays", "weekends", "mon", "tue", "wed", "thu", "fri", "sat", "sun"})


def check(checked: Checked) -> Iterator[Finding]:
    """Yield the findings about calls, schedules and timed waits."""
    for name, step in checked.steps():
        if step.call is not None and step.call.flow != HUMAN_HANDOFF:
            yield from _call(checked, name, step.call.flow, list(step.call.given))
        if step.schedule is not None:
            yield from _schedule(checked, name, step)
        if step.wait.until:
            yield from _time_of_day(checked, step.wait.until, "steps", name, "wait", "until")


def _call(checked: Checked, name: str, called: str, given: list[str]) -> Iterator[Finding]:
    flow = checked.flows.get(called)
    if flow is None:
        yield checked.find(f"there is no flow '{called}'", "name one of the library", "steps", name, "call")
        return
    if checked.flow.name in _called_from(checked, flow):
        remedy = "lead to a step instead"
        yield checked.find(f"'{called}' comes back to this flow again and again", remedy, "steps", name, "call")
    for key in given:
        if key not in flow.given:
            yield checked.find(f"'{called}' takes no '{key}'", "add it to its 'given'", "steps", name, "with", key)


def _called_from(checked: Checked, flow: Flow) -> set[str]:
    """Return the names of all flows that a flow leads into, by any number of calls."""
    seen: set[str] = set()
    waiting = [flow]
    while waiting:
        at = waiting.pop()
        if at.name not in seen:
            seen.add(at.name)
            calls = (step.call.flow for step in at.steps.values() if step.call)
            waiting += [checked.flows[call] for call in calls if call in checked.flows]
    return seen


def _schedule(checked: Checked, name: str, step: Step) -> Iterator[Finding]:
    if step.schedule is None:
        return
    days = step.schedule.days
    yield from _time_of_day(checked, step.schedule.at, "steps", name, "schedule", "at")
    if days not in _DAYS and _kinds(checked).get(days) not in (AnswerKind.CHOICE, AnswerKind.MANY):
        remedy = "write every_day, workdays, weekends, a day, or a saved choice of them"
        yield checked.find(f"'{days}' are no days", remedy, "steps", name, "schedule", "days")


def _time_of_day(checked: Checked, at: str, *path: str) -> Iterator[Finding]:
    if _kinds(checked).get(at) is not AnswerKind.TIME and not _is_time(at):
        yield checked.find(f"'{at}' is no time of day", "write HH:MM, or the name of a saved time", *path)


def _kinds(checked: Checked) -> dict[str, AnswerKind]:
    """Return what is asked for under each saved name."""
    return {step.save: step.answer.kind for _, step in checked.steps() if step.save and step.answer}


def _is_time(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True
