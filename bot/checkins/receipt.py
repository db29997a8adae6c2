"""What a person is told of their check-ins once a month: how many, how many answered, and what asking does."""

from __future__ import annotations

from bot.checkins.state import Course, Pace, Tally
from bot.checkins.window import middle_of
from bot.model.schedules import CheckIn
from flows.wording import Words

# Below these numbers a comparison says nothing (shared/nudges.md asks for an effect, not for a coincidence).
ENOUGH_SENT, ENOUGH_HELD, ENOUGH_HITS = 20, 5, 3


def receipt(words: Words, language: str, plan: CheckIn, tally: Tally) -> str:
    """Return the receipt of a month in at most four short lines."""
    lines = [words.say("receipt.counts", language, sent=tally.sent, answered=tally.answered)]
    if plan.pace is Pace.BEST and (best := best_part(plan.course)) is not None:
        lines.append(words.say("receipt.works", language, time=f"{middle_of(plan.rules, best):%H:%M}"))
    if (times := effect(plan.course.ever)) is not None:
        lines.append(words.say("receipt.effect", language, times=f"{times:.1f}"))
    lines.append(words.say("receipt.fewer", language))
    return "\n".join(lines)


def best_part(course: Course) -> int | None:
    """Return the part of the window that was answered most often in time, when that is often enough."""
    hits = [slot.hits for slot in course.slots]
    best = max(hits, default=0.0)
    return hits.index(best) if best >= ENOUGH_HITS else None


def effect(ever: Tally) -> float | None:
    """Return how many times as often someone checks in after a nudge as after one left out; None when too few."""
    if ever.sent < ENOUGH_SENT or ever.held < ENOUGH_HELD or not ever.held_answered:
        return None
    return (ever.answered / ever.sent) / (ever.held_answered / ever.held)
