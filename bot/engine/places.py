"""Finds the country or the time zone that a person names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from flows.normal import nearly, plain
from flows.phrases import Understood

_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})
_WINTER, _SUMMER = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)


def find_country(text: str, language: str, words: Understood) -> str | None:
    """Return the ISO 3166 code of a country given as code or name (in `language` or English), or None.

    A code counts in capitals only: "no" declines, "NO" is Norway.
    """
    said = plain(text).removeprefix("the ")
    names = _countries(language)
    code = text.strip()
    if len(code) == 2 and code.isupper() and code in names.values():
        return code
    return words.countries.get(said) or names.get(said) or _near(said, names)


def find_zone(text: str, language: str, words: Understood) -> str | None:
    """Return the IANA zone named by itself, by a city in it, or by a country that has only one; None for others."""
    said = plain(text.replace("_", " "))
    zones = _zones()
    if said in zones:
        return zones[said]
    if said in words.zone_of:
        return words.zone_of[said]
    country = find_country(text, language, words)
    if country is not None:
        return _only_zone(country)
    return _near(said, zones)


def _near(said: str, names: Mapping[str, str]) -> str | None:
    found = {code for name, code in names.items() if nearly(said, name)} if len(said) > 3 else set()
    return found.pop() if len(found) == 1 else None


@cache
def _zones() -> dict[str, str]:
    """Return zone names by plain name and by plain city; a city known twice is the zone with the shorter name."""
    names = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    found = {"utc": "UTC", "gmt": "UTC"}
    for name in sorted(names, key=len):
        if "/" not in name or name.startswith(("Etc/", "SystemV/")):
            continue
        spoken = plain(name.replace("_", " "))
        found[spoken] = name
        found.setdefault(spoken.rpartition("/")[2], name)
    return found


@lru_cache(maxsize=16)
def _countries(language: str) -> dict[str, str]:
    """Return country codes by plain name, in English and in a language."""
    from babel import Locale, UnknownLocaleError  # 25 ms that a start need not spend

    found: dict[str, str] = {}
    for code in ("en", language):
        try:
            territories = Locale.parse(code).territories
        except (UnknownLocaleError, ValueError):
            continue
        found |= {
            plain(name): key
            for key, name in territories.items()
            if len(key) == 2 and key.isalpha() and key not in _NOT_COUNTRIES
        }
    return found


@lru_cache(maxsize=300)
def _only_zone(country: str) -> str | None:
    """Return a country's zone when its clocks all show the same time, as in Germany's two."""
    from babel.core import get_global  # as above

    zones: list[str] = get_global("territory_zones").get(country, [])
    clocks = {tuple(day.astimezone(ZoneInfo(zone)).utcoffset() for day in (_WINTER, _SUMMER)) for zone in zones}
    return zones[0] if len(clocks) == 1 else None
