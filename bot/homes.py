"""Makes a person's home of what is stored about them. Pure.

Each action is a command in words, so that it works however old the home is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from bot.checkins.changes import schedule_of
from bot.checkins.spoken import spoken_moment, spoken_plan
from bot.home import Act, Home, Part, Switch
from bot.intents import NOT_OFFERED, PLAIN, PURPOSES
from bot.model.people import Person, TalkMode
from bot.model.schedules import Entry
from bot.model.turns import View
from bot.rights import access
from flows.library import Library
from flows.wording import Words

MOOD = "mood"
# Where the command is called otherwise than the offer.
COMMANDS = {"undo": "undelete"}
DAYS = 14
# One bar a day, low to high; the words beside it say the same.
BARS = "▁▂▃▅▇"
NOTHING = "·"


class Homes:
    """Makes homes in a person's language."""

    def __init__(self, words: Words, library: Library) -> None:
        self._words = words
        self._library = library

    def of(self, view: View, entries: Sequence[Entry], now: datetime) -> Home:
        """Return the home of someone known; `entries` are their ratings of the last two weeks."""
        if not view.person.welcomed:
            return self.of_newcomer(view.person, known=True)
        parts = [self._now(view, now), self._mood(view.person, entries, now), self._tools(view), self._plans(view)]
        return self._home(view.person, [*parts, self._readers(view.person)], self._switches(view.person))

    def of_newcomer(self, person: Person, *, known: bool = False) -> Home:
        """Return the home of someone who has not begun."""
        acts = (Act("start", self._say(person, "begin"), first=True), Act("sos", self._say(person, "sos")))
        return self._home(person, [Part(self._say(person, "hello"), self._say(person, "about"), acts)], (), known)

    def _home(self, person: Person, parts: Sequence[Part], switches: Sequence[Switch], known: bool = True) -> Home:
        label, write = self._say(person, "switches"), self._say(person, "write")
        return Home(known, tuple(parts), tuple(switches), label, write)

    def _now(self, view: View, now: datetime) -> Part:
        """The next check-in with what is asked for most; while a person is awaited, that comes first."""
        person = view.person
        plan = schedule_of(view.check_ins)
        due = plan.next_due_at if plan is not None else None
        text = self._say(person, "next", at=self._spoken(person, due, now)) if due else self._say(person, "no_next")
        if view.mode is not TalkMode.BOT:
            text = self._say(person, "case")
        acts = [Act("checkin", self._say(person, "check_in"), first=True), Act("sos", self._say(person, "sos"))]
        if view.session.parked:
            acts.append(Act("resume", self._say(person, "resume")))
        if view.session.in_flow:
            acts.append(Act("start", self._say(person, "where")))
        return Part(self._say(person, "hello"), text, (*acts, Act("human", self._say(person, "human"))))

    def _mood(self, person: Person, entries: Sequence[Entry], now: datetime) -> Part:
        days = _by_day([one for one in entries if one.measure == MOOD], now, person.zone)
        rated = [(day, value) for day, value in days if value is not None]
        strip = "".join(NOTHING if value is None else _bar(value) for _, value in days)
        told = ", ".join(f"{day:%d %b} {value:g}" for day, value in rated)
        text = self._say(person, "mood_days", told=told) if rated else self._say(person, "mood_none")
        return Part(self._say(person, "mood"), text if person.plain or not rated else f"{strip}\n{text}")

    def _tools(self, view: View) -> Part:
        person, names = view.person, self._library.names() - NOT_OFFERED
        flows = [self._library.latest(name, person.language) for name in names]
        acts = tuple(Act(f"exercise {flow.name}", flow.title) for flow in sorted(flows, key=lambda one: one.title))
        return Part(self._say(person, "tools"), self._say(person, "tools_text"), acts)

    def _plans(self, view: View) -> Part:
        person, plan = view.person, schedule_of(view.check_ins)
        if plan is None:
            return Part(self._say(person, "schedule"), self._say(person, "schedule_none"))
        names = ["unpause"] if plan.rules.paused else ["pause", "fewer"]
        acts = tuple(Act(name, self._say(person, f"schedule_acts.{name}")) for name in (*names, "checkin off"))
        key = "schedule_paused" if plan.rules.paused else "schedule_set"
        text = self._say(person, key, plan=spoken_plan(self._words, person.language, plan))
        return Part(self._say(person, "schedule"), text, acts)

    def _readers(self, person: Person) -> Part:
        """Who can read what, from the rules that decide it, with everything that can be done with one's own data."""
        language = person.language
        lines = [self._words.say(f"readers.{reader}", language) for reader in access.readers_of(person)]
        names = ("access_log", "export", "keep", "undo" if person.erase_at else "delete")
        acts = [Act(COMMANDS.get(name, name), self._words.say(f"rights.offers.{name}", language)) for name in names]
        return Part(self._say(person, "readers"), "\n".join(f"- {line}" for line in lines), tuple(acts))

    def _switches(self, person: Person) -> list[Switch]:
        consents = [Switch(name, self._say(person, f"switch.{name}"), name in person.consents) for name in PURPOSES]
        return [*consents, Switch(PLAIN, self._say(person, f"switch.{PLAIN}"), person.plain)]

    def _spoken(self, person: Person, moment: datetime, now: datetime) -> str:
        return spoken_moment(self._words, person.language, moment, now, person.zone)

    def _say(self, person: Person, key: str, **values: object) -> str:
        return self._words.say(f"home.{key}", person.language, **values)


def _bar(value: float) -> str:
    return BARS[min(len(BARS), max(1, round(value))) - 1]


def _by_day(entries: Sequence[Entry], now: datetime, zone: str) -> list[tuple[datetime, float | None]]:
    """Return the last days, oldest first, each with the mean of its ratings."""
    local, found = now.astimezone(ZoneInfo(zone)), []
    for back in range(DAYS - 1, -1, -1):
        day = local - timedelta(days=back)
        rated = [one.value for one in entries if one.at.astimezone(ZoneInfo(zone)).date() == day.date()]
        found.append((day, fmean(rated) if rated else None))
    return found
