"""Joins pages that wait for the same conversation into one message, so that a storm of cases stays readable."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.model.sent import Button, Delivery, Outbound

AT_MOST = 20
_WITH_WHOLE_ROWS = 5
_IN_A_ROW = 3
_JOINED = "+"


def joined(deliveries: Sequence[Delivery]) -> Delivery:
    """Return the one delivery that stands for all of them; each card keeps a number, and its buttons bear it."""
    first = deliveries[0]
    if len(deliveries) == 1:
        return first
    numbered = [(number, delivery.outbound) for number, delivery in enumerate(deliveries, 1)]
    text = "\n\n".join(f"{number}) {outbound.text}" for number, outbound in numbered)
    outbound = msgspec.structs.replace(first.outbound, text=text, buttons=_rows(numbered))
    return Delivery(outbound, first.attempt, ambiguous=max(delivery.ambiguous for delivery in deliveries))


def joined_receipt(receipt: str, count: int) -> str:
    """Return the receipt of a message that holds so many cards."""
    return f"{receipt}{_JOINED}" if count > 1 else receipt


def editable(delivery: Delivery) -> Delivery:
    """Return the delivery without the message to edit where other cards share that message: it is then said anew."""
    return msgspec.structs.replace(delivery, edits="") if delivery.edits.endswith(_JOINED) else delivery


def _rows(numbered: Sequence[tuple[int, Outbound]]) -> tuple[tuple[Button, ...], ...]:
    """A few cards keep their first row each; of many, only the first button fits."""
    rows = [(number, outbound.buttons[0]) for number, outbound in numbered if outbound.buttons]
    if len(rows) <= _WITH_WHOLE_ROWS:
        return tuple(tuple(_numbered(number, button) for button in row) for number, row in rows)
    firsts = [_numbered(number, row[0]) for number, row in rows]
    return tuple(tuple(firsts[start : start + _IN_A_ROW]) for start in range(0, len(firsts), _IN_A_ROW))


def _numbered(number: int, button: Button) -> Button:
    return msgspec.structs.replace(button, label=f"{number} · {button.label}")
