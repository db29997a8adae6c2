"""A year of a thousand people who do as they like: no limit is ever broken."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from random import Random

from msgspec import structs

from bot.checkins import changes, tally
from bot.checkins.due import DueCheckIn
from bot.checkins.policy import AFTER_A_CASE, AFTER_A_TALK, decide, replan
from bot.checkins.reading import EVERY_DAY, WORK_DAYS, Wish
from bot.checkins.state import Pace
from bot.checkins.wall import local_time
from bot.checkins.window import is_open
from bot.model.people import Address, Person, Platform
from bot.model.schedules import CheckIn
from scheduler.timing import next_check_in
from tests.checkins.test_clock_changes import ZONES

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
PEOPLE = 1000
SPANS = (timedelta(minutes=20), timedelta(hours=2), timedelta(hours=11), timedelta(days=2), timedelta(days=9))


class Life:
    """One person with a schedule: what they do, and what they were sent unasked."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)
        platform = self.random.choice([Platform.TELEGRAM, Platform.SLACK])
        zone = self.random.choice(ZONES)
        self.person = Person(f"p{number}", Address(platform, "4711"), BEGIN, zone=zone)
        self.now = BEGIN + timedelta(minutes=self.random.randrange(1440))
        self.talked_at: datetime | None = None
        self.troubled_at: datetime | None = None
        self.sent: Counter[int] = Counter()
        self.patience = self.random.random()
        self.plan = changes.promised(self.wished(None), self.now, next_check_in)

    def wished(self, before: CheckIn | None) -> CheckIn:
        at = time(self.random.randrange(24), self.random.randrange(60))
        pace = self.random.choice(list(Pace))
        days = self.random.choice([EVERY_DAY, EVERY_DAY, WORK_DAYS, (1, 3), (5,)])
        wish = Wish(None if pace is Pace.BEST else at, pace, days, self.random.choice([0, 0, 0, 2, 5]))
        return changes.wished(self.person, before, wish, self.now)

    def live(self) -> None:
        next_whim = self.now
        while self.now < BEGIN + YEAR:
            due_at = self.plan.next_due_at
            if due_at is not None and due_at <= next_whim:
                # A process may be late, or down for hours.
                self.now = max(self.now, due_at) + self.random.choice([timedelta(0)] * 8 + list(SPANS[:3]))
                self.fall_due()
            else:
                self.now = next_whim
                self.whim()
            next_whim = max(next_whim, self.now + self.random.choice(SPANS))

    def fall_due(self) -> None:
        facts = DueCheckIn(self.plan, self.talked_at, self.troubled_at)
        snoozed, promised = self.plan.course.snoozed, self.plan.course.promised
        planned = decide(facts, self.now, next_check_in)
        if planned.nudge is not None:
            self.check(snoozed=snoozed, promised=promised)
            self.plan = structs.replace(planned.plan, course=structs.replace(planned.plan.course, outbound=1))
        else:
            self.plan = planned.plan

    def check(self, *, snoozed: bool, promised: bool) -> None:
        """Hold what was sent against the limits, counted anew from what was really sent."""
        today, rules = local_time(self.now, self.plan.zone), self.plan.rules
        assert is_open(rules, today.time())
        assert self.troubled_at is None or self.now - self.troubled_at >= AFTER_A_CASE
        if snoozed:
            return
        assert promised or self.talked_at is None or self.now - self.talked_at >= AFTER_A_TALK
        day = today.toordinal()
        self.sent[day] += 1
        assert self.sent[day] <= rules.per_day
        assert sum(self.sent[day - n] for n in range(7)) <= rules.per_week
        most = 3 if self.person.address.platform is Platform.SLACK else 5
        assert rules.per_week <= most

    def whim(self) -> None:
        """Do something, or nothing."""
        if self.random.random() > self.patience:
            return
        self.talked_at = self.now
        self.random.choice([self.answer] * 5 + [self.wish_anew, self.snooze, self.want_fewer, self.leave] * 2)()
        if self.random.random() < 0.1:
            self.random.choice([self.pause, self.take_up, self.get_into_trouble])()

    def answer(self) -> None:
        self.plan = replan(tally.answered(self.plan, self.now), self.now, next_check_in)

    def wish_anew(self) -> None:
        self.plan = changes.promised(self.wished(self.plan), self.now, next_check_in)

    def snooze(self) -> None:
        self.plan = changes.snoozed(self.plan, self.random.choice(["hour", "evening", "tomorrow"]), self.now)

    def want_fewer(self) -> None:
        self.plan = replan(changes.fewer(self.plan), self.now, next_check_in)

    def leave(self) -> None:
        self.plan = replan(changes.absent(self.plan, self.random.randrange(1, 20), self.now), self.now, next_check_in)

    def pause(self) -> None:
        self.plan = changes.paused(self.plan)

    def take_up(self) -> None:
        self.plan = changes.promised(changes.taken_up(self.plan), self.now, next_check_in)

    def get_into_trouble(self) -> None:
        self.troubled_at = self.now


def test_a_year_of_a_thousand_people_breaks_no_limit():
    lives = [Life(number) for number in range(PEOPLE)]
    for life in lives:
        life.live()
    assert sum(life.sent.total() for life in lives) > 10_000
