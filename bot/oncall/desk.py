"""The on-call desk: how a case's actions become cards, pings and words, and how a press or word of staff is taken.

Staff act on a case only through its stored token or the private chat bound to it; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from bot.checkins.spoken import spoken_moment
from bot.escalation import machine
from bot.escalation.actions import (
    Action,
    AskHandOver,
    Page,
    PageOtherWays,
    PingOwner,
    RefreshCards,
    Refused,
    State,
    TellPerson,
)
from bot.escalation.happenings import Happening, PageAccepted, PageStuck, Passed, Skipped
from bot.model.cases import CaseState, Escalation
from bot.model.people import Address, Platform
from bot.model.received import Accepted, Inbound, Undeliverable
from bot.model.sent import Lane
from bot.oncall.cards import Cards
from bot.oncall.pages import Pages
from bot.oncall.panels import Panels
from bot.policy import Audience, Policy
from bot.ports import Numbers
from bot.rota import Responder, Rota
from bot.turn import Draft, case_of
from flows.wording import Words

log = structlog.get_logger(__name__)


class Desk:
    """Decides for staff. `channels` are the on-call conversations that get every card.

    `telegram` is the bot through which staff are reached on Telegram.
    """

    def __init__(
        self,
        words: Words,
        policy: Policy,
        rota: Rota,
        channels: Sequence[Address],
        numbers: Numbers,
        telegram: Platform = Platform.TELEGRAM,
    ) -> None:
        self.channels = tuple(channels)
        self._numbers = numbers
        self.rota = rota
        self.policy = policy
        self.cards = Cards(words, policy, rota)
        self.panels = Panels(words, self.cards)
        self._pages = Pages(self.cards, policy, rota, channels, telegram)
        self._words = words

    def is_staffed(self, now: datetime) -> bool:
        """Say whether somebody on call can be paged now."""
        return bool(self.channels or self.rota.responders) and self.rota.is_staffed(now)

    def opening(self, draft: Draft) -> str:
        """Return when the team is back, in the person's words and zone; nothing while somebody is on shift."""
        at = self.rota.opens_at(draft.now)
        if at is None:
            return ""
        return spoken_moment(self._words, draft.person.language, at, draft.now, draft.person.zone)

    def is_staff_place(self, address: Address) -> bool:
        """Say whether an address is an on-call conversation."""
        return address in self.channels

    # --- from the case's machine to messages --------------------------------------------------------------------------

    def happen(self, draft: Draft, happening: Happening, *, by: Inbound | None = None) -> bool:
        """Advance the open case and do what it asks; return whether it was accepted."""
        if draft.case is None:
            return False
        case, actions = machine.advance(draft.case, happening, self.policy, draft.now)
        draft.set_case(case)
        self.act(draft, actions, by=by)
        return not any(isinstance(action, Refused) for action in actions)

    def act(self, draft: Draft, actions: Sequence[Action], *, by: Inbound | None = None) -> None:
        """Turn the machine's actions into messages; a card sent now needs no edit in the same turn."""
        fresh = any(isinstance(action, Page) for action in actions)
        for action in actions:
            match action:
                case RefreshCards() if fresh:
                    pass
                case Refused(why):
                    self._refuse(draft, why, by)
                case TellPerson(state):
                    self._tell(draft, state)
                case _:
                    self._to_staff(draft, action)

    def _to_staff(self, draft: Draft, action: Action) -> None:
        match action:
            case Page(to):
                self._page(draft, to)
            case PageOtherWays():
                self._page_other_ways(draft)
            case RefreshCards():
                self._pages.refresh(draft)
            case PingOwner():
                self._remind(draft, "desk.ping")
            case AskHandOver():
                self._remind(draft, "desk.shift_over")

    def _refuse(self, draft: Draft, why: str, by: Inbound | None) -> None:
        """Tell a responder that nothing was changed, and note it."""
        if by is not None:
            self.answer(draft, by, f"desk.{why}", name=self.cards.name(case_of(draft).owner))
            draft.audit(self.actor(by), f"refused: {why}", case_of(draft).case_id)

    def _page(self, draft: Draft, to: Audience) -> None:
        """Page a step; one that has nobody is skipped in the same moment, with an alarm (I10)."""
        last = case_of(draft).step >= len(self.policy.of(case_of(draft).level).steps) - 1
        if self.rota.has_nobody(to, draft.now) and not last:
            self.alarm(draft, f"step {to} has nobody on the rota")
            self.happen(draft, Skipped())
        elif not self._pages.page(draft, to):
            self._nobody(draft)

    def _page_other_ways(self, draft: Draft) -> None:
        if not self._pages.page_elsewhere(draft):
            self._nobody(draft)

    def _nobody(self, draft: Draft) -> None:
        """Say, once a case, that nobody could be paged."""
        case = case_of(draft)
        self.alarm(draft, "nobody can be paged")
        if not case.told_unreached:
            draft.set_case(msgspec.structs.replace(case, told_unreached=True))
            self._tell(draft, "unreached")

    def alarm(self, draft: Draft, what: str) -> None:
        """Note and log that something about reaching people is not in order."""
        draft.audit("program", f"alarm: {what}", case_of(draft).case_id)
        log.error("alarm", what=what, case=case_of(draft).case_id)

    def _remind(self, draft: Draft, key: str) -> None:
        case = case_of(draft)
        if case.staff_chat is not None:
            text = self._words.say(key, case=case.case_id)
            draft.send(text, lane=Lane.PAGE, to=case.staff_chat, buttons=self.panels.panel(case)[1])

    def _tell(self, draft: Draft, state: State | str) -> None:
        if case_of(draft).drill:
            return  # nobody is behind it
        numbers = self._numbers(draft.person.country, draft.person.language)
        text = self._words.say(f"state.{state}", draft.person.language, crisis_lines=numbers)
        if state == State.CLOSED and case_of(draft).revealed:
            text = f"{text} {self._words.say('state.revealed', draft.person.language)}"
        draft.send(text, lane=Lane.SAFETY)

    # --- what became of a message -------------------------------------------------------------------------------------

    def accepted(self, draft: Draft, what: Accepted) -> bool:
        """Note that a platform took a page or a relayed message; return False when that is nothing of an open case."""
        case = draft.case
        if case is None or case.state is CaseState.RESOLVED:
            return False
        if any(card.outbound_id == what.outbound_id for card in case.cards):
            draft.set_case(machine.with_receipt(case, what))
            return self.happen(draft, PageAccepted())
        relayed = next((one for one in case.relayed if one.outbound_id == what.outbound_id), None)
        if relayed is None:
            return False
        draft.set_case(machine.with_receipt(case, what))
        if relayed.to == draft.person.address and case.staff_chat is not None:
            text = self._words.say("desk.delivered", case=case.case_id)
            draft.send(text, lane=Lane.RELAY, to=case.staff_chat, silent=True)
        return True

    def undeliverable(self, draft: Draft, what: Undeliverable) -> None:
        """A message was refused for good: the person, the owner's private chat or an on-call place did not get it."""
        case, address = draft.case, what.address
        if address == draft.person.address and what.unreachable:
            draft.change_person(reachable=False)
        if case is None or case.state is CaseState.RESOLVED:
            return
        if what.late:
            self.happen(draft, PageStuck())
        elif address == draft.person.address and case.staff_chat is not None:
            why = self._words.say("desk.refused" if what.unreachable else "desk.refused_message")
            text = self._words.say("desk.not_delivered", case=case.case_id, why=why)
            draft.send(text, lane=Lane.PAGE, to=case.staff_chat)
        elif address == case.staff_chat and address not in self.channels and what.unreachable:
            self.happen(draft, Passed(case.owner))
            self.announce(draft, "desk.private_unreachable")
        elif any(card.address == address for card in case.cards):
            self.alarm(draft, "an on-call conversation cannot be reached")
            if not self._pages.page_elsewhere(draft, address):
                self._nobody(draft)

    def person_left(self, draft: Draft) -> None:
        """Tell the owner, or else the on-call conversations, that the bot cannot write to the person now."""
        self.note_to_owner(draft, "desk.left")

    def note_to_owner(self, draft: Draft, key: str) -> None:
        """Tell the owner of the case something, or else the on-call conversations."""
        case = case_of(draft)
        for place in (case.staff_chat,) if case.staff_chat else self.channels:
            draft.send(self._words.say(key, case=case.case_id), lane=Lane.PAGE, to=place)

    def announce(self, draft: Draft, key: str, **values: object) -> None:
        """Tell all on-call conversations something about the case, text-free."""
        for place in self.channels:
            draft.send(self._words.say(key, **values), lane=Lane.PAGE, to=place)

    def tell_team(self, draft: Draft, key: str, *, besides: Responder, **values: object) -> None:
        """Tell the on-call conversations, or else every other responder, something about the case, text-free."""
        others = [one for one in self.rota.responders if one.id != besides.id]
        for place in self.channels or self._pages.direct(others):
            draft.send(self._words.say(key, **values), lane=Lane.PAGE, to=place)

    def chats_of(self, responder: Responder, first: Platform) -> tuple[Address, ...]:
        """Return the private conversations with a responder, the one on `first` before the others."""
        chats = self._pages.direct([responder])
        return tuple(sorted(chats, key=lambda chat: chat.platform is not first))

    # --- answers to staff ---------------------------------------------------------------------------------------------

    def answer(self, draft: Draft, inbound: Inbound, key: str, **values: object) -> None:
        """Answer staff where they pressed or wrote."""
        draft.send(self._words.say(key, **values), lane=Lane.RELAY, to=inbound.address)

    def apologise(self, draft: Draft, inbound: Inbound) -> None:
        """Tell staff that their press or word failed on our side."""
        self.answer(draft, inbound, "desk.fault")

    def actor(self, inbound: Inbound) -> str:
        """Return who acts, for the log."""
        responder = self.responder(inbound)
        return responder.id if responder else "an account that is not on the rota"

    def responder(self, inbound: Inbound) -> Responder | None:
        """Return the responder behind the acting account, as the rota stands now."""
        return self.rota.by_account(inbound.address.platform, inbound.sender)

    def owner_of(self, case: Escalation) -> str:
        """Return the display name of a case's owner."""
        return self.cards.name(case.owner)
