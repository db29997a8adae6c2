"""Looks after the crisis lines of an operator: whose numbers people read, and how old their check is (S-13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import structlog

from bot.bootstrap.house import own_lines
from bot.errors import SettingError
from bot.settings import Settings
from flows.crisis_lines import CRISIS_LINES, CrisisLines, load_crisis_lines
from flows.crisis_overlay import overlaid

log = structlog.get_logger(__name__)

OLD, TOO_OLD = timedelta(days=180), timedelta(days=365)


class LineFinding(NamedTuple):
    """How the lines of a country are: `verdict` is ok, warn or FAIL."""

    verdict: str
    text: str


def lines_of(settings: Settings) -> CrisisLines:
    """Return our lines with the operator's words on top. Raises SettingError for a file that cannot be used."""
    return overlaid(load_crisis_lines(), own_lines(settings))


def examined(settings: Settings, lines: CrisisLines, today: date) -> Sequence[LineFinding]:
    """Return how the lines of the operator's country are."""
    country = settings.country
    if not country:
        return [LineFinding("warn", "HANDRAIL_COUNTRY is not set; nobody's lines are looked after")]
    line = lines.for_country(country)
    if line is None:
        return [LineFinding("warn", f"none known for {country}; people see the emergency hint and the directory")]
    remedy = f'call it or read its page, then: handrail crisis-lines verify {country} --by "role" --on {today}'
    if not line.verified_on:
        return [LineFinding("warn", f"{_place(country)}: {country} was never verified; {remedy}")]
    age = today - date.fromisoformat(line.verified_on)
    text = f"{country} was verified {age.days} days ago"
    if age > TOO_OLD:
        return [LineFinding("FAIL", f"{_place(country)}: {text}; {remedy}")]
    return [LineFinding("warn", f"{text}; {remedy}") if age > OLD else LineFinding("ok", text)]


def check_at_start(settings: Settings, today: date) -> None:
    """Warn about lines that nobody verified lately. Raises SettingError when the check is over a year old."""
    for verdict, text in examined(settings, lines_of(settings), today):
        if verdict == "FAIL" and not settings.allow_old_lines:
            raise SettingError(f"crisis lines: {text}; or start once more with HANDRAIL_ALLOW_OLD_LINES=true")
        if verdict != "ok":
            log.warning("crisis_lines", finding=text)


def _place(country: str) -> str:
    """Return the file and line where a country stands."""
    for number, text in enumerate(CRISIS_LINES.read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith(f"  {country}:"):
            return f"{CRISIS_LINES.name}:{number}"
    return CRISIS_LINES.name
