"""How fast and whom a case pages: the escalation policy and its defaults (shared/safety.md)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Literal

from bot.model.people import Platform
from bot.model.values import Value
from bot.model.worry import Level


class Audience(StrEnum):
    """Whom one step of the policy pages."""

    PRIMARY = "primary"
    BACKUP = "backup"
    EVERYONE = "everyone"


class PolicyStep(Value, frozen=True, forbid_unknown_fields=True):
    """Page `to`, then wait that long for a claim before the next step."""

    to: Audience
    wait: timedelta


class ClaimRule(Value, frozen=True, forbid_unknown_fields=True):
    """What a claim is good for: it lapses without contact by `first_contact`, and then the case is paged again."""

    first_contact: timedelta = timedelta(seconds=300)
    on_lapse: Literal["repage"] = "repage"


class Alternate(Value, frozen=True, forbid_unknown_fields=True):
    """When a page takes another way as well: not accepted for so many seconds, or refused so many times."""

    seconds: int = 10
    failures: int = 2


class LevelPolicy(Value, frozen=True, forbid_unknown_fields=True):
    """The timing of one level. The last step repeats for ever: there is no upper limit on purpose.

    `routes` are the platforms that page (none named: all). `engaged_idle`: the person wrote last and nobody answered.
    `engaged_watch`: the owner wrote last; they are reminded that the case is still open. With `hours: staffed` nobody
    is paged outside the rota's shifts: the person hears when somebody is there, and the page follows then.
    """

    steps: tuple[PolicyStep, ...]
    repeat_last_every: timedelta
    tell_person_nobody_after: timedelta
    claim: ClaimRule = ClaimRule()
    engaged_idle: timedelta = timedelta(seconds=300)
    engaged_watch: timedelta = timedelta(seconds=1200)
    routes: tuple[Literal["slack", "telegram", "console"], ...] = ()
    alternate_after: Alternate = Alternate()
    quiet_hours: Literal["ignore"] = "ignore"
    snooze: Literal["never"] = "never"
    ask_first: bool = False
    hours: Literal["always", "staffed"] = "always"

    @property
    def first_contact(self) -> timedelta:
        """How long a claim lasts without contact."""
        return self.claim.first_contact

    @property
    def waits_for_staff(self) -> bool:
        """Whether pages wait for staffed hours."""
        return self.hours == "staffed"

    def takes(self, platform: Platform) -> bool:
        """Say whether pages of this level go over a platform."""
        return not self.routes or platform.value.removeprefix("staff_") in self.routes


def _steps(*waits: int) -> tuple[PolicyStep, ...]:
    audiences = (Audience.PRIMARY, Audience.BACKUP, Audience.EVERYONE)
    return tuple(PolicyStep(to, timedelta(seconds=wait)) for to, wait in zip(audiences, waits, strict=False))


# The default values of shared/safety.md.
URGENT = LevelPolicy(
    steps=_steps(60, 120, 180),
    repeat_last_every=timedelta(seconds=180),
    tell_person_nobody_after=timedelta(seconds=180),
)
ELEVATED = LevelPolicy(
    steps=_steps(600, 900),
    repeat_last_every=timedelta(seconds=1800),
    tell_person_nobody_after=timedelta(seconds=1500),
    claim=ClaimRule(first_contact=timedelta(seconds=1800)),
    engaged_idle=timedelta(seconds=1800),
    ask_first=True,
    hours="staffed",
)


class LowPolicy(Value, frozen=True, forbid_unknown_fields=True):
    """What happens at level 1: nobody is paged; a daily count may go to the on-call conversations."""

    page: Literal["none"] = "none"
    digest: Literal["daily", "none"] = "daily"


class Policy(Value, frozen=True, forbid_unknown_fields=True):
    """The policy of every level."""

    imminent: LevelPolicy = URGENT
    high: LevelPolicy = URGENT
    elevated: LevelPolicy = ELEVATED
    low: LowPolicy = LowPolicy()

    def of(self, level: Level) -> LevelPolicy:
        """Return the timing of a level; what pages at all is never slower than `elevated`."""
        if level >= Level.IMMINENT:
            return self.imminent
        return self.high if level >= Level.HIGH else self.elevated
