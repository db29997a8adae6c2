"""What the Slack adapter needs of the house: its few words, and a person's home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from adapters.slack.views import ModalWords
from bot.bootstrap.house import House
from bot.home import DAYS, Home, Homes
from bot.model import Address, Person
from bot.ports import Clock, Lookup
from flows.wording import Words


def modal_words(words: Words) -> ModalWords:
    """Return what stands on the frames of modals."""
    return ModalWords(**{name: words.say(f"slack.{name}") for name in ModalWords.__struct_fields__})


def home_reader(house: House, clock: Clock) -> Callable[[Address], Awaitable[Home]]:
    """Return what reads a person's home from the store."""
    homes = Homes(house.words, house.library)

    async def home_of(address: Address) -> Home:
        now = clock()
        loaded = await house.store.load_many([Lookup("home", address=address)], now)
        found = [loaded.views[person_id] for person_id in loaded.subjects.get("home", ())]
        if not found:
            return homes.of_newcomer(Person("", address, created_at=now))
        entries = await house.store.entries(found[0].person.person_id, now - timedelta(days=DAYS))
        return homes.of(found[0], entries, now)

    return home_of
