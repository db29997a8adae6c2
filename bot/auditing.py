"""The chain of notes on who did what: each note carries a mark over itself and the one before, and no words.

The marks need the database's key: whoever has only the file can change no note, and take none out, unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, json, structs

START = b""
Mark = Callable[[bytes], bytes]


class Link(Struct, frozen=True):
    """One note of the chain: its number, when (microseconds since 1970), who, what, about which case and whom."""

    number: int
    at: int
    actor: str
    act: str
    case_id: str
    person_id: str
    mark: bytes = b""


class Verdict(Struct, frozen=True):
    """What a check of the chain found: how many notes hold, the last mark, and what is wrong (empty: nothing)."""

    notes: int
    last: str
    wrong: str = ""


def chained(links: Iterable[Link], previous: bytes, mark: Mark) -> Iterator[Link]:
    """Yield notes, in order, with their marks; `previous` is the mark before the first of them."""
    for link in links:
        previous = _mark(link, previous, mark)
        yield structs.replace(link, mark=previous)


def verified(links: Iterable[Link], head: tuple[int, bytes], mark: Mark, seen: str = "") -> Verdict:
    """Check a whole chain against its head (last number and mark); `seen` is a mark noted earlier that must occur."""
    previous, number, passed = START, 0, not seen
    for link in links:
        if link.number != number + 1:
            return Verdict(number, previous.hex(), f"note {number + 1} is missing")
        if _mark(link, previous, mark) != link.mark:
            return Verdict(number, previous.hex(), f"note {link.number} was changed")
        previous, number = link.mark, link.number
        passed = passed or previous.hex() == seen.strip().lower()
    if head != (number, previous):
        return Verdict(number, previous.hex(), f"the last notes are missing: there were {head[0]}")
    wrong = "" if passed else "the mark noted earlier does not occur: the chain was replaced by an older or another one"
    return Verdict(number, previous.hex(), wrong)


def _mark(link: Link, previous: bytes, mark: Mark) -> bytes:
    # As JSON and not joined: no two different notes may give the same bytes.
    said = json.encode([link.number, link.at, link.actor, link.act, link.case_id, link.person_id])
    return mark(previous + said)
