"""What a report is made of, and what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

from bot.errors import HandrailError
from bot.model.values import Value


class ReportRefused(HandrailError):  # noqa: N818  a fact about what was asked
    """A report would say too much about somebody, or is not asked for in the right way. Nothing was released."""

    exit_code = 2


class Topic(StrEnum):
    """A work condition (ISO 45003); people rate each from 1 (bad) to 5 (good) as the measure `work.<topic>`."""

    DEMANDS = "demands"
    CONTROL = "control"
    SUPPORT = "support"
    ROLE = "role"
    CHANGE = "change"
    RELATIONS = "relations"


MEASURE = "work."
LOWEST, HIGHEST = 1, 5
EVERYONE = "everyone"


class Answer(Value, frozen=True):
    """One person's newest rating of a topic in a period; `mark` stands for the person and names nobody."""

    mark: str
    group: str
    topic: Topic
    value: float


class Period(Value, frozen=True, order=True):
    """A quarter of a year: the only stretch of time that is reported."""

    year: int
    quarter: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2026-Q3`."""
        year, _, quarter = text.strip().upper().partition("-Q")
        if not (year.isdecimal() and len(year) == 4 and quarter in {"1", "2", "3", "4"}):
            raise ReportRefused(
                f"{text!r} is no quarter; write it as 2026-Q3. Other stretches of time are not reported"
            )
        return cls(int(year), int(quarter))

    @classmethod
    def of(cls, day: date) -> Period:
        """Return the quarter of a day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def begins(self) -> datetime:
        """Return its first moment, in UTC."""
        return datetime(self.year, self.quarter * 3 - 2, 1, tzinfo=UTC)

    @property
    def following(self) -> Period:
        """Return the next quarter."""
        return Period(self.year + self.quarter // 4, self.quarter % 4 + 1)

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.year}-Q{self.quarter}"


class Released(Value, frozen=True):
    """One figure that was released: about which topic and group, the band, and whose answers it was made of (marks)."""

    topic: Topic
    group: str
    band: str
    marks: frozenset[str]


class Report(Value, frozen=True):
    """All figures of one period. `withheld` are the groups without a figure, with no reason: a reason is a count."""

    period: Period
    figures: tuple[Released, ...]
    withheld: tuple[tuple[Topic, str], ...]
