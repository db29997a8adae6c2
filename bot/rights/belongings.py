"""Everything that is stored about one person, as one value that can be written to a file and read back."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import msgspec

from bot.errors import HandrailError
from bot.model.cases import Audit, CaseText, Escalation
from bot.model.people import Person
from bot.model.schedules import CheckIn, Entry
from bot.model.talk import Session
from bot.model.turns import Event
from bot.model.values import Value
from bot.model.worry import Level

FORM = 1


class ExportRefused(HandrailError):  # noqa: N818  a fact about the file
    """An export cannot be read or taken in. Nothing was changed."""

    exit_code = 3


class Taken(Value, frozen=True):
    """One thing that was received from the person, and what happened then; `events` is None once it was let go."""

    received: str
    version: int
    at: datetime
    level: Level
    events: tuple[Event, ...] | None = None


class Said(Value, frozen=True):
    """Words of a case and their place in it."""

    version: int
    position: int
    text: CaseText


class Belongings(Value, frozen=True):
    """All rows about one person, opened; `notes` say who did what with their cases."""

    person: Person
    session: Session
    taken: tuple[Taken, ...] = ()
    entries: tuple[Entry, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    cases: tuple[Escalation, ...] = ()
    said: tuple[Said, ...] = ()
    notes: tuple[Audit, ...] = ()


class _File(Value, frozen=True, forbid_unknown_fields=True):
    """An export as it stands in its file."""

    handrail_export: int
    checksum: str
    belongings: msgspec.Raw


def to_json(belongings: Belongings) -> str:
    """Return an export as JSON, with a checksum that tells a cut or changed file."""
    inside = msgspec.json.encode(belongings)
    packed = msgspec.json.encode({"handrail_export": FORM, "checksum": _sum(inside), "belongings": msgspec.Raw(inside)})
    return msgspec.json.format(packed, indent=1).decode() + "\n"


def from_json(text: str) -> Belongings:
    """Read an export back; one that is cut off, changed or newer is refused."""
    try:
        # Laid out for people, packed for the checksum: both name the same values.
        file = msgspec.json.decode(msgspec.json.format(text.encode(), indent=-1), type=_File)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise ExportRefused("the export is cut off or no export of Handrail; nothing was taken in") from error
    if file.handrail_export != FORM:
        raise ExportRefused("the export was made by another version of Handrail; nothing was taken in")
    inside = bytes(file.belongings)
    if _sum(inside) != file.checksum:
        raise ExportRefused("the export was changed after it was made; nothing was taken in")
    try:
        return msgspec.json.decode(inside, type=Belongings)
    except msgspec.MsgspecError as error:
        raise ExportRefused("the export holds something unknown; nothing was taken in") from error


def _sum(packed: bytes) -> str:
    return sha256(packed).hexdigest()
