"""What follows a send that failed: try again when, hold whom, or give up; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bot.errors import DeliveryError
from bot.model.people import Address
from bot.model.received import Accepted, Due
from bot.model.sent import Delivery, Lane, Outbound
from bot.ports import Settled

URGENT = (Lane.PAGE, Lane.SAFETY)
# Only what a platform answers counts: while it does not answer at all, an attempt is none (Trouble).
GIVES_UP_AFTER = {Lane.PAGE: 1000, Lane.SAFETY: 1000, Lane.RELAY: 40, Lane.REPLY: 20, Lane.NUDGE: 10}
LONGEST_WAIT = timedelta(seconds=60)
LONGEST_URGENT_WAIT = timedelta(seconds=5)
UNKNOWN = "unknown: it may have arrived"
# A page that failed so often takes other ways as well (shared/safety.md: alternate_after).
TRIES_BEFORE_OTHER_WAYS = 2

_FAILURES_OF_AN_OUTAGE = 5
_LONGEST_REST = 4.0
_REFUSALS_OF_A_BOT = 3


def after_failure(delivery: Delivery, error: DeliveryError, now: datetime) -> Settled:
    """Return how a failed send goes on."""
    if error.unwanted:
        return _put_off(delivery, error, now)
    if error.retry_after is not None:
        return _held(delivery, now + error.retry_after, whole_bot=error.whole_bot)
    if error.ambiguous and delivery.ambiguous:
        # The lost answer of a second try: at most one extra page or safety text (I17); the policy pages anew.
        return Settled(delivery, failed=UNKNOWN)
    if error.permanent or delivery.attempt >= GIVES_UP_AFTER[delivery.outbound.lane]:
        return Settled(delivery, failed=str(error))
    if error.ambiguous:
        delivery = msgspec.structs.replace(delivery, ambiguous=delivery.ambiguous + 1)
    return Settled(delivery, retry_at=now + pause(delivery))


def _held(delivery: Delivery, until: datetime, *, whole_bot: bool) -> Settled:
    if whole_bot:
        return Settled(delivery, retry_at=until, hold_platform_until=until)
    return Settled(delivery, retry_at=until, hold_scope_until=until)


def _put_off(delivery: Delivery, error: DeliveryError, now: datetime) -> Settled:
    if error.retry_after is None:
        return Settled(delivery, failed=str(error))
    return Settled(delivery, retry_at=now + error.retry_after, unsent=True)


def pause(delivery: Delivery) -> timedelta:
    """Return how long to wait before the next try: doubling from one second; urgent lanes never wait long."""
    longest = LONGEST_URGENT_WAIT if delivery.outbound.lane in URGENT else LONGEST_WAIT
    return min(longest, timedelta(seconds=2 ** min(delivery.attempt - 1, 6)))


def is_told(outbound: Outbound) -> bool:
    """Say whether the conversation wants to know that a message arrived: a new page, or words of a talk."""
    return (outbound.lane is Lane.PAGE and bool(outbound.buttons) and not outbound.edits) or outbound.relays


def accepted(one: Settled, now: datetime) -> Due:
    """Return what tells that a message arrived."""
    outbound = one.delivery.outbound
    what = Accepted(outbound.outbound_id, outbound.address, one.receipt)
    return Due(f"accepted:{outbound.outbound_id}", outbound.person_id, now, what)


class Trouble:
    """What failed in a row at one platform: it tells an outage from one bad message, and a bot's 429 from a chat's."""

    def __init__(self) -> None:
        self.rests_until = 0.0
        self._failures = 0
        self._refused: set[Address] = set()

    @property
    def is_outage(self) -> bool:
        """Whether the platform seems not to answer at all: then one message in a while tries it."""
        return self._failures >= _FAILURES_OF_AN_OUTAGE

    def succeeded(self) -> None:
        """Note an answer that took a message."""
        self._failures = 0
        self._refused.clear()

    def failed(self, address: Address, error: DeliveryError, now: float) -> DeliveryError:
        """Note a failure and return it as it has to be understood; `now` is monotonic."""
        if error.unwanted:
            return error
        if error.retry_after is not None:
            self._refused.add(address)
            error.whole_bot = error.whole_bot or len(self._refused) >= _REFUSALS_OF_A_BOT
        elif not error.permanent:
            self._failures += 1
            rest = 0.25 * 2.0 ** min(self._failures - _FAILURES_OF_AN_OUTAGE, 6)
            self.rests_until = now + min(_LONGEST_REST, rest) if self.is_outage else 0.0
        return error
