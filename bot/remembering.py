"""What a person's earlier answers bring into a talk: words they keep (`my.…`), and their last days (`recent.…`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from bot.engine.events import Begin, EngineEvent, Interrupt
from bot.model.people import Person
from bot.model.talk import Use
from bot.model.values import Saved
from bot.triage.trend import Rating, Trend, good, trend
from bot.turn import Draft
from flows.library import Library

MINE, DAY = "my", "day"
ROOMS = frozenset({MINE, DAY})
MOOD = "mood"
LOW = 2
SHOWN_MOODS = 7
MOST_DAYS = 60
MOST_USES = 24  # bot/rights/reliance.py counts a week of them
# A link needs this many days with and without a thing: fewer say nothing.
ENOUGH_DAYS = 5
MOST_LINKS = 3
_DAYS = "days"
TREND_ON = "trend_on"
_TAGS = ("activity_mood", "tags")


class Day(NamedTuple):
    """One day of a person: the mood they gave last, and what they did."""

    day: str
    mood: float | None
    did: tuple[str, ...] = ()

    def packed(self) -> str:
        """Return the day as one text; `unpacked` reads it back."""
        return f"{self.day}|{'' if self.mood is None else f'{self.mood:g}'}|{','.join(self.did)}"


def with_memory(library: Library, person: Person, event: EngineEvent, now: datetime) -> EngineEvent:
    """Return the event with what its flow asks of earlier answers, and nothing else of them."""
    if not isinstance(event, Begin | Interrupt) or not library.knows(event.flow):
        return event
    wanted = library.recalls(event.flow)
    facts = {name: value for name, value in _facts(library, person, now, wanted).items() if name in wanted}
    return msgspec.structs.replace(event, given=facts | event.given)


def keep(draft: Draft, room: str, field: str, value: Saved) -> None:
    """Keep an answer for later talks; None takes it away."""
    if room == DAY:
        _change_today(draft, did=tuple(value) if isinstance(value, list) else ())
        return
    kept = {name: one for name, one in draft.person.kept.items() if name not in (field, f"{field}_on")}
    if value is not None:
        kept |= {field: value, f"{field}_on": today_of(draft.person, draft.now)}
    draft.change_person(kept=kept)


def keep_rating(draft: Draft, measure: str, value: float) -> None:
    """Note the day's mood; other ratings stand in the history alone."""
    if measure == MOOD:
        _change_today(draft, mood=value)


def note_use(draft: Draft, flow: str) -> None:
    """Remember that an exercise was begun, so that it can be found again."""
    draft.change_session(used=(Use(flow, draft.now), *draft.session.used[: MOST_USES - 1]))


def used_today(draft: Draft) -> int:
    """Return how many exercises were begun on the person's day."""
    zone = ZoneInfo(draft.person.zone)
    today = draft.now.astimezone(zone).date()
    return sum(use.at.astimezone(zone).date() == today for use in draft.session.used)


def trend_of(draft: Draft) -> Trend:
    """Return what the moods of the last weeks say; moods go from 1 to 5."""
    today = date.fromisoformat(today_of(draft.person, draft.now))
    told = draft.person.kept.get(TREND_ON)
    ratings = [
        Rating(date.fromisoformat(day.day), good(day.mood, 1, 5))
        for day in _days_of(draft.person)
        if day.mood is not None
    ]
    return trend(ratings, today, told_on=date.fromisoformat(told) if isinstance(told, str) else None)


def note_trend(draft: Draft) -> None:
    """Remember that the trend was spoken of, so that it is quiet for a while."""
    today = today_of(draft.person, draft.now)
    draft.change_person(kept={**draft.person.kept, TREND_ON: today})


def today_of(person: Person, now: datetime) -> str:
    """Return the person's day as YYYY-MM-DD."""
    return now.astimezone(ZoneInfo(person.zone)).date().isoformat()


def _facts(library: Library, person: Person, now: datetime, wanted: frozenset[str]) -> dict[str, Saved]:
    facts: dict[str, Saved] = {f"{MINE}.{name}": value for name, value in person.kept.items()}
    if any(name.startswith("recent.") for name in wanted):
        days = [day for day in _days_of(person) if day.day < today_of(person, now)]
        moods = [day.mood for day in days if day.mood is not None]
        facts["recent.moods"] = ", ".join(f"{mood:g}" for mood in moods[-SHOWN_MOODS:])
        facts["recent.low_days"] = _low_at_the_end(moods)
        facts["recent.link"] = _links(days, _labels(library, person.language)) or None
    return facts


def _low_at_the_end(moods: Iterable[float]) -> int:
    count = 0
    for mood in moods:
        count = count + 1 if mood <= LOW else 0
    return count


def _labels(library: Library, language: str) -> Mapping[str, str]:
    """Return what a person may have done in a day, in their language."""
    flow, step = _TAGS
    if not library.knows(flow):
        return {}
    answer = library.latest(flow, language).steps[step].answer
    return {choice.value: choice.label for choice in answer.choices} if answer else {}


def _links(days: Iterable[Day], labels: Mapping[str, str]) -> str:
    """Return how the mood differs on days with a thing: "Met people +0.8 (6 days)", the largest first."""
    rated = [(day.mood, day.did) for day in days if day.mood is not None and day.did]
    found = []
    for tag, label in labels.items():
        with_it = [mood for mood, did in rated if tag in did]
        without = [mood for mood, did in rated if tag not in did]
        if min(len(with_it), len(without)) >= ENOUGH_DAYS:
            found.append((_mean(with_it) - _mean(without), label, len(with_it)))
    found.sort(reverse=True)
    return ", ".join(f"{label} {difference:+.1f} ({count} days)" for difference, label, count in found[:MOST_LINKS])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _days_of(person: Person) -> list[Day]:
    packed = person.kept.get(_DAYS)
    return [_unpacked(one) for one in packed] if isinstance(packed, list) else []


def _unpacked(text: str) -> Day:
    day, mood, did = text.split("|")
    return Day(day, float(mood) if mood else None, tuple(did.split(",")) if did else ())


def _change_today(draft: Draft, *, mood: float | None = None, did: tuple[str, ...] | None = None) -> None:
    today = today_of(draft.person, draft.now)
    days = _days_of(draft.person)
    last = days.pop() if days and days[-1].day == today else Day(today, None)
    days.append(Day(today, last.mood if mood is None else mood, last.did if did is None else did))
    draft.change_person(kept={**draft.person.kept, _DAYS: [day.packed() for day in days[-MOST_DAYS:]]})
