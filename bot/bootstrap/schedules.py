"""Reads one person's schedule from the database, for the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.store.opening import open_store
from bot.bootstrap.house import master_keys
from bot.checkins.changes import schedule_of
from bot.checkins.due import DueCheckIn
from bot.errors import SettingError
from bot.model.people import Address, Platform, TalkMode
from bot.model.turns import View
from bot.ports import Lookup
from bot.settings import Settings


async def due_of(settings: Settings, person: str, now: datetime) -> DueCheckIn | None:
    """Return the schedule of a person's id or conversation (`telegram:4711`); None for someone who has none."""
    lookup = _lookup(person)
    masters, _ = master_keys(settings, settings.data_dir)
    store = await open_store(settings.database, masters)
    try:
        loaded = await store.load_many([lookup], now)
    finally:
        await store.close()
    view = next(iter(loaded.views.values()), None)
    return None if view is None else _due(view)


def _due(view: View) -> DueCheckIn | None:
    plan = schedule_of(view.check_ins)
    if plan is None:
        return None
    closed = view.previous.resolved_at if view.previous else None
    troubled = closed if view.mode is TalkMode.BOT else datetime.max.replace(tzinfo=UTC)
    return DueCheckIn(plan, view.session.last_at, troubled)


def _lookup(person: str) -> Lookup:
    platform, colon, chat = person.partition(":")
    if not colon:
        return Lookup("preview", person_id=person)
    if platform not in set(Platform) or not chat:
        raise SettingError(f"--person is {person!r}; use an id, or a conversation such as telegram:4711 or slack:U0ANA")
    return Lookup("preview", address=Address(Platform(platform), chat))
