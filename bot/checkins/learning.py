"""Finds the time of day at which someone answers: Thompson sampling over the five parts of their window.

The draws come from a generator seeded by the person and the count of tries: the same decision every time it is made.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from msgspec import structs

from bot.checkins.state import Course, Slot
from bot.checkins.window import PARTS

BEGINS_AFTER = 14
EXPLORES = 0.1
DAILY_DECAY = 0.97
# One of these draws decides, each as likely as the next: so the chance of each part is known exactly and can be stored.
DRAWS = 32


def choose(person_id: str, course: Course) -> tuple[int, float]:
    """Return the part of the window to try next, and how likely it was to be chosen."""
    random = Random(f"{person_id} {course.seen}")
    if course.seen < BEGINS_AFTER:
        return random.randrange(PARTS), 1 / PARTS
    slots = course.slots or (Slot(),) * PARTS
    best = [_best(random, slots) for _ in range(DRAWS)]
    part = random.randrange(PARTS) if random.random() < EXPLORES else random.choice(best)
    return part, EXPLORES / PARTS + (1 - EXPLORES) * Counter(best)[part] / DRAWS


def tried(course: Course, part: int, today: date) -> Course:
    """Note a check-in in a part of the window: a miss, until it is answered in time."""
    slots = list(_faded(course, today))
    slots[part] = Slot(slots[part].hits, slots[part].misses + 1)
    return structs.replace(course, slots=tuple(slots), slot=part, learnt_on=today)


def hit(course: Course) -> Course:
    """Note that the last check-in was answered in time."""
    slots = list(course.slots or (Slot(),) * PARTS)
    slot = slots[course.slot]
    slots[course.slot] = Slot(slot.hits + 1, max(0.0, slot.misses - 1))
    return structs.replace(course, slots=tuple(slots))


def _best(random: Random, slots: tuple[Slot, ...]) -> int:
    draws = [random.betavariate(1 + slot.hits, 1 + slot.misses) for slot in slots]
    return draws.index(max(draws))


def _faded(course: Course, today: date) -> tuple[Slot, ...]:
    slots = course.slots or (Slot(),) * PARTS
    days = (today - course.learnt_on).days if course.learnt_on else 0
    if days <= 0:
        return slots
    kept = DAILY_DECAY**days
    return tuple(Slot(slot.hits * kept, slot.misses * kept) for slot in slots)
