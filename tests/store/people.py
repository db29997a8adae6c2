"""Short ways to say what happened, for the store's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from bot.model.cases import CaseState, Escalation
from bot.model.people import Address, Person, Platform
from bot.model.sent import Delivery, Lane, Outbound
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.model.worry import Level, Reason
from bot.ports import Lookup, Settled, Store, Wanted

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ON_CALL = Address(Platform.SLACK, "C0ONCALL")
BOB = Address(Platform.SLACK, "U0BOB")
NOBODY_IS_BUSY: frozenset[Address] = frozenset()
_numbers = count(1)


def address_of(name: str) -> Address:
    return Address(Platform.TELEGRAM, f"chat of {name}")


def person(name: str, /, **changes: Any) -> Person:
    return msgspec.structs.replace(Person(name, address_of(name), NOW, name=name.title()), **changes)


def from_(name: str, key: str = "k") -> Lookup:
    return Lookup(key, address=address_of(name))


def first_turn(name: str, key: str = "first", **changes: Any) -> Turn:
    view = View(person(name), Session(version=1), known=False)
    return msgspec.structs.replace(Turn(key, NOW, 0, view), **changes)


def next_turn(view: View, key: str, **changes: Any) -> Turn:
    """The turn after a view; `session`, `escalation` and `previous` change the view, the rest the turn."""
    of_view = {name: changes.pop(name) for name in ("session", "escalation", "previous") if name in changes}
    session = msgspec.structs.replace(of_view.pop("session", view.session), version=view.session.version + 1)
    after = msgspec.structs.replace(view, session=session, known=True, **of_view)
    return msgspec.structs.replace(Turn(key, NOW, view.session.version, after), **changes)


async def meet(store: Store, *names: str) -> list[View]:
    """Commit the first turn of people and return their views."""
    await store.commit_many([first_turn(name) for name in names])
    return [await view_of(store, name) for name in names]


async def view_of(store: Store, name: str) -> View:
    return (await store.load_many([from_(name)], NOW)).views[name]


def message(name: str, text: str = "hello", **changes: Any) -> Outbound:
    outbound = Outbound(next(_numbers), name, Lane.REPLY, address_of(name), text)
    return msgspec.structs.replace(outbound, **changes)


async def queue(store: Store, view: View, key: str, *outbounds: Outbound) -> View:
    """Commit a turn that says something, and return the view after it."""
    turn = next_turn(view, key, outbounds=outbounds)
    await store.commit_many([turn])
    return turn.view


def a_case(name: str, /, **changes: Any) -> Escalation:
    case = Escalation(
        case_id=f"K{name[:4].upper()}",
        person_id=name,
        token=f"token-{name}",
        state=CaseState.PAGING,
        level=Level.HIGH,
        reasons=(Reason("plan", "suicide", Level.HIGH, (0, 12)),),
        opened_at=NOW,
        next_at=NOW + timedelta(seconds=60),
    )
    return msgspec.structs.replace(case, **changes)


def opening(view: View, key: str, case: Escalation, **changes: Any) -> Turn:
    return next_turn(view, key, escalation=case, escalation_changed=True, **changes)


async def claim(
    store: Store, seconds: float = 0, limit: int = 10, busy: frozenset[Address] = NOBODY_IS_BUSY
) -> list[Delivery]:
    wanted = [Wanted(platform, limit) for platform in Platform]
    return await store.claim_outbox(NOW + timedelta(seconds=seconds), wanted, busy)


async def sent(store: Store, *deliveries: Delivery) -> None:
    outcomes = [Settled(delivery, receipt=f"receipt {delivery.outbound.outbound_id}") for delivery in deliveries]
    await store.settle(outcomes, NOW)


def texts(deliveries: list[Delivery]) -> list[str]:
    return [delivery.outbound.text for delivery in deliveries]
