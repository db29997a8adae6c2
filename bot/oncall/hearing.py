"""Reads what staff send: finds the case that a press or a word is about, and never guesses one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.received import Inbound
from bot.model.turns import View
from bot.oncall import asking
from bot.oncall.asking import Asked
from bot.oncall.desk import Desk


def asked_of(desk: Desk, inbound: Inbound, views: Sequence[View]) -> Asked | None:
    """Return what staff ask for. Plain words in the private chat of a case are for its person; elsewhere just talk."""
    asked = asking.understand(inbound.content)
    if asked is None and (not desk.is_staff_place(inbound.address) or _bound(inbound, views)):
        asked = asking.for_the_person(inbound.content)
    return asking.named(asked, views) if asked is not None else None


def meant(desk: Desk, inbound: Inbound, asked: Asked, cases: Sequence[View]) -> Sequence[View]:
    """Return the cases that the words can mean; a button names exactly one."""
    if asked.names.startswith("s"):
        return cases
    return asking.pick(cases, asked, desk.rota.by_account(inbound.address.platform, inbound.sender))


def _bound(inbound: Inbound, views: Sequence[View]) -> bool:
    return any(view.escalation is not None and view.escalation.staff_chat == inbound.address for view in views)
