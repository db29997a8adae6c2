"""Builds the house from its settings: store, core, sender and due work, joined and not yet running."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from adapters.days_off import is_day_off
from adapters.mint import SystemMint
from adapters.sentiment import Sentiment
from adapters.store.opening import open_store
from bot.conversation import Conversation
from bot.deciding import Decider
from bot.dialogue.hearing import Dialogue
from bot.effects import Carrier
from bot.errors import SettingError
from bot.intents import Intents
from bot.model.people import Address, Platform
from bot.oncall.desk import Desk
from bot.policy_file import load_policy
from bot.ports import Channel, Clock
from bot.privacy import MasterKeys, make_key
from bot.rights.keeping import Keeping, cut_for
from bot.rights.telling import Telling
from bot.rights.unstored import idle
from bot.rota import Rota
from bot.safety import Safety
from bot.settings import Settings
from bot.triage import triage
from bot.triage.triage import Triage
from bot.vitals import Vitals
from flows.crisis_lines import load_crisis_lines
from flows.crisis_overlay import NAME as OWN_LINES
from flows.crisis_overlay import OwnWord, overlaid, read_overlay
from flows.errors import FlowError
from flows.library import SHIPPED, Library, load_whole
from flows.reloading import Watched
from flows.wording import Words, load_words
from scheduler.jobs import DueWork
from scheduler.limits import Limits
from scheduler.rights import RightsWork
from scheduler.rounds import Rounds
from scheduler.sender import Sender
from scheduler.timing import next_check_in

if TYPE_CHECKING:
    from adapters.store.postgres.store import PostgresStore
    from adapters.store.sqlite.store import SqliteStore

log = structlog.get_logger(__name__)

KEY_FILE = "master.key"
# Parsed flows: a start is faster, and a running talk finishes on the version it began with, also after a restart.
CACHE = "flows"

next_due = partial(next_check_in, days_off=is_day_off)


@dataclass(frozen=True)
class House:
    """Everything that one process runs. Channels may be added to `channels` until the sender runs."""

    store: SqliteStore | PostgresStore
    conversation: Conversation
    sender: Sender
    due_work: DueWork
    rounds: Rounds
    rights_work: RightsWork
    channels: dict[Platform, Channel]
    words: Words
    library: Library
    vitals: Vitals
    flows: Watched

    async def close(self) -> None:
        """Commit what was received, finish what is being sent, and close the store."""
        await self.conversation.close()
        await self.sender.finish()
        await self.store.close()


def master_keys(settings: Settings, folder: Path) -> tuple[MasterKeys, Path | None]:
    """Return the master key of the settings, or of the key file in the data folder.

    A new key is made only beside a new embedded database; then its path is returned too, so that the start can say so.
    """
    if settings.master_key is not None:
        return MasterKeys.parse(settings.master_key.get_secret_value()), None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY_FILE
    if path.exists():
        return MasterKeys.parse(path.read_text(encoding="ascii").strip()), None
    return MasterKeys.parse(make_key(path)), path


async def build(
    settings: Settings,
    masters: MasterKeys,
    *,
    clock: Clock,
    rota: Rota,
    on_call: Sequence[Address],
    limits: Mapping[Platform, Limits] | None = None,
    flows: Sequence[Path] = (),
) -> House:
    """Open the store and join the core to it; `flows` are files or folders besides our own library."""
    watched = _watched(settings, [SHIPPED, *flows, *([settings.flows] if settings.flows else [])])
    library = watched.library
    words = load_words()
    numbers = overlaid(load_crisis_lines(), own_lines(settings)).numbers
    store = await open_store(settings.database, masters)
    desk = Desk(words, load_policy(settings.policy), rota, on_call, numbers, settings.staff_platform)
    safety = Safety(words, desk, numbers)
    with_forms = () if settings.slack_dm_text else (Platform.SLACK,)
    carrier = Carrier(library, words, safety, next_due, with_forms, (Platform.TELEGRAM,))
    workplace = settings.profile == "workplace"
    intents = Intents(library, words, safety, carrier, workplace=workplace)
    dialogue = Dialogue(library, words, safety, intents, carrier, numbers)
    decider = Decider(words, library, _triage(), dialogue, safety, desk, SystemMint(), workplace=workplace)
    channels: dict[Platform, Channel] = {}
    outbox = asyncio.Event()
    vitals = Vitals()
    conversation = Conversation(store, decider, clock, outbox, vitals)
    sender = Sender(store, channels, conversation.receive, clock, outbox, words.say("sent_again"), limits, vitals)
    due_work = DueWork(store, conversation.receive, clock, next_due)
    digest = desk.policy.low.digest == "daily"
    rounds = Rounds(store, conversation.receive, clock, rota, digest=digest)
    keeping = Keeping(cut_for, partial(idle, library=library))
    telling = Telling(words, desk.cards.name)
    rights = RightsWork(store.rights, conversation.receive, clock, telling.copy_of, telling.log_of, keeping)
    return House(store, conversation, sender, due_work, rounds, rights, channels, words, library, vitals, watched)


def _triage() -> Triage:
    """Return triage; a rule file that is refused is reported, and its last good rules stay in force."""
    loaded = triage.load(Sentiment())
    for problem in loaded.problems:
        log.error("rules_refused", reason=str(problem))
    return loaded


def own_lines(settings: Settings) -> dict[str, OwnWord]:
    """Return what the operator says of crisis lines. Raises SettingError for a file that cannot be used."""
    try:
        return read_overlay(settings.data_dir / OWN_LINES)
    except FlowError as error:
        raise SettingError(str(error)) from error


def _watched(settings: Settings, paths: Sequence[Path]) -> Watched:
    """Return the library and what keeps it up to date; a broken file is reported and never stops the start."""
    library, faults = load_whole(paths, cache=settings.data_dir / CACHE)
    watched = Watched(library, paths, settings.data_dir, lambda event, told: log.warning(event, **told))
    watched.report(faults)
    return watched
