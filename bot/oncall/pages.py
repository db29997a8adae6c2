"""Pages: to which places a case's card goes, and what goes in its stead where a place refuses it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.model.cases import Card
from bot.model.people import Address, Platform
from bot.model.sent import Lane
from bot.oncall.cards import Cards
from bot.policy import Audience, Policy
from bot.rota import Responder, Rota, direct_chat
from bot.turn import Draft, case_of


class Pages:
    """Sends cards. `channels` are the on-call conversations that get every one; `telegram` is the staff's bot there."""

    def __init__(
        self, cards: Cards, policy: Policy, rota: Rota, channels: Sequence[Address], telegram: Platform
    ) -> None:
        self._cards = cards
        self._policy = policy
        self._rota = rota
        self._telegram = telegram
        self.channels = tuple(channels)

    def page(self, draft: Draft, to: Audience) -> bool:
        """Send a new card (an edit makes no sound); return False when there is no place at all.

        It goes to the on-call conversations, or else to those on duty.
        """
        draft.set_case(msgspec.structs.replace(case_of(draft), cards=(), refused=()))
        passed = case_of(draft).passed
        on_duty = [one for one in self._rota.on_duty(to, draft.now) if one.id not in passed]
        return self._send(draft, self._routed(draft, self.channels) or self._chats(draft, on_duty))

    def page_elsewhere(self, draft: Draft, refused: Address | None = None) -> bool:
        """Page every place that has neither this card nor refused one since the policy paged last."""
        case = case_of(draft)
        reached = tuple(card for card in case.cards if card.address != refused)
        gone = () if refused is None else (refused,)
        draft.set_case(msgspec.structs.replace(case, cards=reached, refused=(*case.refused, *gone)))
        tried = {*case_of(draft).refused, *(card.address for card in reached)}
        others = [place for place in (*self.channels, *self.direct(self._rota.responders)) if place not in tried]
        return self._send(draft, others) if others or not reached else True

    def refresh(self, draft: Draft) -> None:
        """Edit the cards that were sent to the case's state."""
        text, buttons = self._cards.card(case_of(draft), draft.now)
        for card in case_of(draft).cards:
            draft.send(text, lane=Lane.RELAY, to=card.address, buttons=buttons, edits=card.outbound_id)

    def direct(self, responders: Sequence[Responder]) -> tuple[Address, ...]:
        """Return the private conversations with responders, on every platform where they have an account."""
        through = {Platform.TELEGRAM: self._telegram}
        chats = (direct_chat(one, through.get(at, at)) for one in responders for at in one.platforms())
        return tuple(chat for chat in chats if chat is not None)

    def _chats(self, draft: Draft, on_duty: Sequence[Responder]) -> tuple[Address, ...]:
        everyone = self.direct(self._rota.responders)
        chats = self.direct(on_duty)
        return self._routed(draft, chats) or self._routed(draft, everyone) or chats or everyone

    def _routed(self, draft: Draft, places: Sequence[Address]) -> tuple[Address, ...]:
        """Return the places over which the policy pages; all of them rather than none."""
        timing = self._policy.of(case_of(draft).level)
        return tuple(place for place in places if timing.takes(place.platform)) or tuple(places)

    def _send(self, draft: Draft, places: Sequence[Address]) -> bool:
        case = case_of(draft)
        if not places:
            return False
        text, buttons = self._cards.card(case, draft.now)
        sent = tuple(
            Card(place, draft.send(text, lane=Lane.PAGE, to=place, buttons=buttons)) for place in dict.fromkeys(places)
        )
        draft.set_case(msgspec.structs.replace(case, cards=(*case.cards, *sent)))
        return True
