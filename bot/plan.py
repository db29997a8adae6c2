"""The safety plan that a person wrote in calmer hours, as lines to read."""

from __future__ import annotations

from bot.model.people import Person
from flows.wording import Words

# The parts of flows/library/safety_plan.yaml, as they are kept, in the order of the plan.
PARTS = ("signs", "alone", "people", "tell", "professionals", "safer", "reasons")


def has_plan(person: Person) -> bool:
    """Say whether the person has written any part of a plan."""
    return any(person.kept.get(f"plan_{part}") for part in PARTS)


def plan_lines(words: Words, person: Person) -> list[str]:
    """Return the parts that were written, each on a line; nothing without a plan."""
    return [
        f"{words.say(f'plan_parts.{part}', person.language)}: {written}"
        for part in PARTS
        if (written := person.kept.get(f"plan_{part}"))
    ]
