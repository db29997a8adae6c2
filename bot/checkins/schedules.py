"""Serves what a person wants of their schedule: set, show, change, pause, put off, fewer, and the receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import time
from typing import Protocol

from msgspec import structs

from bot.checkins import changes, tally
from bot.checkins.changes import schedule_of
from bot.checkins.policy import replan
from bot.checkins.reading import Unclear, Wish, read_wish
from bot.checkins.receipt import receipt
from bot.checkins.spoken import spoken_moment, spoken_plan
from bot.checkins.state import Pace
from bot.commands import Intent
from bot.engine.reading import Context, read
from bot.engine.times import read_time
from bot.model.schedules import CheckIn
from bot.ports import NextCheckIn
from bot.turn import Draft
from flows.library import Library
from flows.model import Answer, AnswerKind
from flows.wording import Words

OFF = frozenset({"off", "stop", "never", "no", "none", "no more"})
SNOOZES = ("hour", "evening", "tomorrow")
MOST_DAYS_AWAY, MOST_A_WEEK = 365, 7
_NUMBER = re.compile(r"\d+")
_AT_MOST = re.compile(r"(?:up to|at most|max(?:imum)?|no more than) (\d{1,3})(?: times)?(?: a| per|/)? ?(?:week)?")


class Asks(Protocol):
    """Sends a text with one button an intent (bot/intents.py)."""

    def __call__(self, draft: Draft, text: str, intents: Sequence[Intent], labels: Sequence[str]) -> None:
        """Send it."""


class Schedules:
    """The person owns the schedule: nothing here is reached from any other conversation than theirs."""

    def __init__(self, library: Library, words: Words, next_check_in: NextCheckIn, ask: Asks) -> None:
        self._library = library
        self._words = words
        self._next = next_check_in
        self._ask = ask
        self.handlers: dict[str, Callable[[Draft, str], None]] = {
            "set_check_in": self._save,
            "schedule": lambda draft, _: self.show(draft),
            "later": self._later,
            "fewer": lambda draft, _: self._fewer(draft),
            "pause": self._pause,
            "take_up": lambda draft, _: self._take_up(draft),
            "off": lambda draft, _: self._off(draft),
            "ooo": self._away,
            "quiet": self._quiet,
            "zone": self._zone,
            "receipt": lambda draft, _: self._receipt(draft),
        }

    # --- setting ------------------------------------------------------------------------------------------------------

    def set(self, draft: Draft, wanted: str) -> None:
        """Read a wish in words. A bare time is set at once; anything more is shown back first."""
        said = wanted.strip().lower()
        if said in OFF:
            self._off(draft)
        elif (limit := _AT_MOST.fullmatch(said)) is not None:
            self._limit(draft, int(limit[1]))
        else:
            self._wish(draft, wanted)

    def _wish(self, draft: Draft, wanted: str) -> None:
        wish = self._read(draft, wanted)
        if isinstance(wish, Unclear):
            self._say(draft, f"schedule.unclear_{wish.what}")
            return
        plan = changes.wished(draft.person, schedule_of(draft.view.check_ins), wish, draft.now)
        if not changes.fits(plan):
            self._say_hours(draft, plan)
        elif wish.names_days or wish.pace is not Pace.PINNED:
            self._show_back(draft, plan, wanted)
        else:
            self._keep(draft, plan, "check_in_set")

    def _save(self, draft: Draft, wanted: str) -> None:
        """Keep a wish that was shown back and confirmed."""
        wish = self._read(draft, wanted)
        if isinstance(wish, Wish):
            self._keep(draft, changes.wished(draft.person, schedule_of(draft.view.check_ins), wish, draft.now))

    def _read(self, draft: Draft, wanted: str) -> Wish | Unclear:
        return read_wish(wanted, self._library.phrases(draft.person.language).understood)

    def _show_back(self, draft: Draft, plan: CheckIn, wanted: str) -> None:
        planned = changes.promised(plan, draft.now, self._next)
        language = draft.person.language
        labels = [self._words.say(f"schedule.{key}", language) for key in ("confirm", "dismiss")]
        values = {"plan": self._plan(draft, plan), "first": self._first(draft, planned)}
        text = self._words.say("schedule.understood", language, **values)
        self._ask(draft, text, [Intent("set_check_in", wanted), Intent("decline_schedule")], labels)

    def _keep(self, draft: Draft, plan: CheckIn, key: str = "check_in_set") -> None:
        planned = changes.promised(plan, draft.now, self._next)
        draft.set_check_in(planned)
        self._say(draft, key, plan=self._plan(draft, planned), first=self._first(draft, planned))

    def moved_to(self, draft: Draft, zone: str) -> None:
        """Bring the schedule to another time zone."""
        if (plan := schedule_of(draft.view.check_ins)) is not None and plan.zone != zone:
            draft.set_check_in(self._replanned(draft, structs.replace(plan, zone=zone)))

    # --- changing -----------------------------------------------------------------------------------------------------

    def _off(self, draft: Draft) -> None:
        plan = schedule_of(draft.view.check_ins)
        if plan is None or plan.rules.paused:
            self._say(draft, "check_in_none")
            return
        draft.set_check_in(changes.paused(plan))
        self._say(draft, "check_in_off")

    def _pause(self, draft: Draft, wanted: str) -> None:
        plan = self._known(draft)
        if plan is None:
            return
        if (days := _days(wanted)) is not None:
            self._leave_out(draft, plan, days)
            return
        draft.set_check_in(changes.paused(plan))
        self._offer(draft, "schedule.paused", "take_up")

    def _take_up(self, draft: Draft) -> None:
        if (plan := self._known(draft)) is not None:
            self._keep(draft, changes.taken_up(plan), "schedule.taken_up")

    def _away(self, draft: Draft, wanted: str) -> None:
        if (plan := self._known(draft)) is not None:
            days = _days(wanted)
            if days is None:
                self._say(draft, "schedule.unclear_away")
            else:
                self._leave_out(draft, plan, days)

    def _leave_out(self, draft: Draft, plan: CheckIn, days: int) -> None:
        if not 1 <= days <= MOST_DAYS_AWAY:
            self._say(draft, "schedule.unclear_away")
            return
        away = self._replanned(draft, changes.absent(plan, days, draft.now))
        draft.set_check_in(away)
        self._say(draft, "schedule.away", first=self._first(draft, away))

    def _later(self, draft: Draft, wanted: str) -> None:
        plan = self._known(draft)
        if plan is None:
            return
        language = draft.person.language
        if wanted not in SNOOZES:
            labels = [self._words.say(f"schedule.{name}", language) for name in SNOOZES]
            text = self._words.say("schedule.when", language)
            self._ask(draft, text, [Intent("later", name) for name in SNOOZES], labels)
            return
        later = changes.snoozed(plan, wanted, draft.now)
        draft.set_check_in(later)
        self._say(draft, "schedule.later", first=self._first(draft, later))

    def _fewer(self, draft: Draft) -> None:
        if (plan := self._known(draft)) is not None:
            self._keep_change(draft, changes.fewer(changes.taken_up(plan)))

    def _limit(self, draft: Draft, count: int) -> None:
        if not 1 <= count <= MOST_A_WEEK:
            self._say(draft, "schedule.unclear_limit")
        elif (plan := self._known(draft)) is not None:
            self._keep_change(draft, changes.at_most(plan, count))

    def _quiet(self, draft: Draft, wanted: str) -> None:
        plan = self._known(draft)
        if plan is None:
            return
        understood = self._library.phrases(draft.person.language).understood
        walls = [read_time(part, understood) for part in re.split(r"\b(?:to|till|until|and)\b|-|–", wanted)]
        if len(walls) != 2 or walls[0] is None or walls[1] is None:
            self._say(draft, "schedule.unclear_quiet")
            return
        changed = changes.quiet(plan, time.fromisoformat(walls[0]), time.fromisoformat(walls[1]))
        if changed is None:
            self._say_hours(draft, plan)
        else:
            self._keep_change(draft, changed, "schedule.quiet")

    def _zone(self, draft: Draft, wanted: str) -> None:
        context = Context(self._library.phrases(draft.person.language), draft.person.language, draft.now)
        zone = read(Answer(AnswerKind.ZONE), wanted, "", context)
        if not isinstance(zone, str):
            self._say(draft, "schedule.unclear_zone")
            return
        draft.change_person(zone=zone)
        self.moved_to(draft, zone)
        self._say(draft, "schedule.zone", zone=zone)

    def _keep_change(self, draft: Draft, plan: CheckIn, key: str = "schedule.changed") -> None:
        planned = self._replanned(draft, plan)
        draft.set_check_in(planned)
        hours = {"opens": f"{plan.rules.opens:%H:%M}", "closes": f"{plan.rules.closes:%H:%M}"}
        self._say(draft, key, plan=self._plan(draft, planned), first=self._first(draft, planned), **hours)

    # --- showing ------------------------------------------------------------------------------------------------------

    def show(self, draft: Draft) -> None:
        """Show the schedule with what can be done about it."""
        plan, language = schedule_of(draft.view.check_ins), draft.person.language
        if plan is None:
            self._say(draft, "schedule.none")
            return
        if plan.rules.paused:
            self._offer(draft, "schedule.paused", "take_up")
            return
        text = self._words.say("schedule.shown", language, plan=self._plan(draft, plan), first=self._first(draft, plan))
        names = ["fewer", "pause", "receipt", *([] if plan.rules.holdout else ["holdout"])]
        self._offer_text(draft, text, *names)

    def _receipt(self, draft: Draft) -> None:
        if (plan := self._known(draft)) is not None:
            text = receipt(self._words, draft.person.language, plan, plan.course.this_month)
            self._offer_text(draft, text, "fewer", "pause")

    def answered(self, draft: Draft) -> None:
        """Note that the person checked in. The first answer of a month brings the receipt of the month before."""
        before = schedule_of(draft.view.check_ins)
        if before is None or before.rules.paused:
            return
        plan = self._replanned(draft, tally.answered(before, draft.now))
        course = plan.course
        draft.set_check_in(structs.replace(plan, course=structs.replace(course, told=course.month)))
        if course.last_month.sent and course.told != course.month:
            draft.send(receipt(self._words, draft.person.language, plan, course.last_month))

    # --- words --------------------------------------------------------------------------------------------------------

    def _known(self, draft: Draft) -> CheckIn | None:
        plan = schedule_of(draft.view.check_ins)
        if plan is None:
            self._say(draft, "check_in_none")
        return plan

    def _replanned(self, draft: Draft, plan: CheckIn) -> CheckIn:
        return replan(plan, draft.now, self._next)

    def _plan(self, draft: Draft, plan: CheckIn) -> str:
        return spoken_plan(self._words, draft.person.language, plan)

    def _first(self, draft: Draft, plan: CheckIn) -> str:
        if plan.next_due_at is None:
            return self._words.say("settings_none", draft.person.language)
        return spoken_moment(self._words, draft.person.language, plan.next_due_at, draft.now, plan.zone)

    def _say(self, draft: Draft, key: str, **values: object) -> None:
        draft.send(self._words.say(key, draft.person.language, **values))

    def _say_hours(self, draft: Draft, plan: CheckIn) -> None:
        closes, opens = f"{plan.rules.closes:%H:%M}", f"{plan.rules.opens:%H:%M}"
        self._say(draft, "schedule.contradiction", closes=closes, opens=opens)

    def _offer(self, draft: Draft, key: str, *names: str) -> None:
        self._offer_text(draft, self._words.say(key, draft.person.language), *names)

    def _offer_text(self, draft: Draft, text: str, *names: str) -> None:
        """Send a text with buttons for what can be done now."""
        intents = [Intent(name) for name in names]
        labels = [self._words.say(f"nudges.{name}", draft.person.language) for name in names]
        if names:
            self._ask(draft, text, intents, labels)
        else:
            draft.send(text)


def _days(wanted: str) -> int | None:
    """Return the days in "3", "3 days" or "2 weeks"; None where there is no number."""
    found = _NUMBER.search(wanted)
    if found is None:
        return None
    return int(found[0]) * (7 if "week" in wanted.lower() else 1)
