"""`handrail person`: what an operator does for one person on their request, each act noted in the chain."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from adapters.clock import system_clock
from bot.bootstrap.opened import opened_store, person_named
from bot.errors import SettingError
from bot.model.cases import Audit
from bot.rights.belongings import Belongings, from_json, to_json
from bot.settings import Settings

OPERATOR = "an operator"


async def export(settings: Settings, who: str, to: Path | None) -> str:
    """Return everything about a person as JSON, or write it to a file that only this user may read."""
    async with opened_store(settings) as store:
        person_id = await person_named(store.rights, who)
        found = await store.rights.belongings(person_id)
        if found is None:
            raise _nobody(who)
        await store.rights.note([Audit(system_clock(), OPERATOR, "exported a copy", "", person_id)])
    text = to_json(found)
    if to is not None:
        _write(to, text)
    return text


async def take_in(settings: Settings, file: Path) -> Belongings:
    """Store an export, whole or not at all."""
    belongings = from_json(_read(file))
    async with opened_store(settings) as store:
        await store.rights.take_in(belongings)
        noted = Audit(system_clock(), OPERATOR, "took in an export", "", belongings.person.person_id)
        await store.rights.note([noted])
    return belongings


async def forget(settings: Settings, who: str) -> None:
    """Erase a person at once and for good."""
    async with opened_store(settings) as store:
        person_id = await person_named(store.rights, who)
        if await store.rights.belongings(person_id) is None:
            raise _nobody(who)
        if not await store.rights.erase(person_id, system_clock()):
            raise SettingError("a case of this person is open; close it first, then forget the person")
        await store.rights.note([Audit(system_clock(), OPERATOR, "erased a person", "", person_id)])


async def log_of(settings: Settings, who: str) -> Sequence[Audit]:
    """Return who did what with a person's cases and data, oldest first; also of someone who was erased."""
    async with opened_store(settings) as store:
        return await store.rights.notes_about(await person_named(store.rights, who))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"the export {file} cannot be read ({type(error).__name__}); nothing was taken in"
        ) from error


def _nobody(who: str) -> SettingError:
    return SettingError(f"nobody is known as {who}; write telegram:CHAT, slack:USER, or the person's id")


def _write(path: Path, text: str) -> None:
    try:
        # O_EXCL: a copy that somebody still needs is not replaced.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingError(f"{path} cannot be written ({error.strerror}); name a file that does not exist") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
