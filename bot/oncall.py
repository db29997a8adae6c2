"""The on-call desk: what a staff press or word changes, and how a case's actions become cards, pings and words.

Staff act on a case only through its stored token or the private chat bound to it; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from bot.asking import OPEN_STATES, Asked, example_of
from bot.cards import Cards, StaffAct
from bot.escalation import machine
from bot.escalation.actions import Action, Page, PingOwner, RefreshCards, Refused, State, TellPerson
from bot.escalation.happenings import Claimed, Happening, Passed, Resolved, StaffWrote, Woken
from bot.model.cases import Card, CaseState, Escalation, Outcome
from bot.model.people import Address, Platform
from bot.model.received import Inbound, Undeliverable
from bot.model.sent import Lane
from bot.model.turns import View
from bot.policy import Audience, Policy
from bot.ports import Numbers
from bot.rights.access import may_read
from bot.rota import Responder, Rota, direct_chat
from bot.turn import Draft
from flows.wording import Words


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
        self._telegram = telegram
        self.rota = rota
        self.policy = policy
        self.cards = Cards(words, policy, rota)
        self._words = words

    def is_staffed(self, now: datetime) -> bool:
        """Say whether somebody on call can be paged now."""
        return bool(self.channels or self.rota.responders) and self.rota.is_staffed(now)

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
                case Page(to):
                    self._page(draft, to)
                case RefreshCards() if not fresh:
                    self._refresh(draft)
                case PingOwner():
                    self._ping(draft)
                case TellPerson(state):
                    self._tell(draft, state)
                case Refused(why) if by is not None:
                    self._answer(draft, by, f"desk.{why}", name=self.cards.name(_open(draft).owner))
                    draft.audit(self._actor(by), f"refused: {why}", _open(draft).case_id)

    def undeliverable(self, draft: Draft, what: Undeliverable) -> None:
        """A message was refused for good: the person, the owner's private chat or an on-call place did not get it."""
        case, address = draft.case, what.address
        if address == draft.person.address and what.unreachable:
            draft.change_person(reachable=False)
        if case is None or case.state is CaseState.RESOLVED:
            return
        if address == draft.person.address and case.staff_chat is not None:
            why = self._words.say("desk.refused" if what.unreachable else "desk.refused_message")
            text = self._words.say("desk.not_delivered", case=case.case_id, why=why)
            draft.send(text, lane=Lane.PAGE, to=case.staff_chat)
        elif address == case.staff_chat and address not in self.channels and what.unreachable:
            self.happen(draft, Passed(case.owner))
            for place in self.channels:
                draft.send(self._words.say("desk.private_unreachable"), lane=Lane.PAGE, to=place)
        elif any(card.address == address for card in case.cards):
            draft.audit("program", "alarm: an on-call conversation cannot be reached", case.case_id)
            self._page_elsewhere(draft, address)

    def person_left(self, draft: Draft) -> None:
        """Tell the owner, or else the on-call conversations, that the bot cannot write to the person now."""
        case = _open(draft)
        for place in (case.staff_chat,) if case.staff_chat else self.channels:
            draft.send(self._words.say("desk.left", case=case.case_id), lane=Lane.PAGE, to=place)

    def _page_elsewhere(self, draft: Draft, refused: Address) -> None:
        """Page every place that has neither this card nor refused one since the policy paged last."""
        case = _open(draft)
        reached = tuple(card for card in case.cards if card.address != refused)
        draft.set_case(msgspec.structs.replace(case, cards=reached, refused=(*case.refused, refused)))
        tried = {*_open(draft).refused, *(card.address for card in reached)}
        others = [place for place in (*self.channels, *self._direct_chats(self.rota.responders)) if place not in tried]
        if others or not reached:
            self._send_cards(draft, others)

    def _page(self, draft: Draft, to: Audience) -> None:
        """Send a new card (an edit makes no sound): to the on-call conversations, or else to those on duty."""
        draft.set_case(msgspec.structs.replace(_open(draft), cards=(), refused=()))
        passed = _open(draft).passed
        on_duty = [one for one in self.rota.on_duty(to, draft.now) if one.id not in passed]
        self._send_cards(draft, self.channels or self._direct_chats(on_duty or self.rota.responders))

    def _send_cards(self, draft: Draft, places: Sequence[Address]) -> None:
        """Send the card to all places; without any, the person is told so, once a case."""
        case = _open(draft)
        if not places:
            draft.audit("program", "alarm: nobody can be paged", case.case_id)
            if not case.told_unreached:
                draft.set_case(msgspec.structs.replace(case, told_unreached=True))
                self._tell(draft, "unreached")
            return
        text, buttons = self.cards.card(case, draft.now)
        sent = tuple(
            Card(place, draft.send(text, lane=Lane.PAGE, to=place, buttons=buttons)) for place in dict.fromkeys(places)
        )
        draft.set_case(msgspec.structs.replace(case, cards=(*case.cards, *sent)))

    def _direct_chats(self, responders: Sequence[Responder]) -> tuple[Address, ...]:
        through = {Platform.TELEGRAM: self._telegram}
        chats = (direct_chat(one, through.get(at, at)) for one in responders for at in one.platforms())
        return tuple(chat for chat in chats if chat is not None)

    def _refresh(self, draft: Draft) -> None:
        text, buttons = self.cards.card(_open(draft), draft.now)
        for card in _open(draft).cards:
            draft.send(text, lane=Lane.RELAY, to=card.address, buttons=buttons, edits=card.outbound_id)

    def _ping(self, draft: Draft) -> None:
        case = _open(draft)
        if case.staff_chat is not None:
            text = self._words.say("desk.ping", case=case.case_id)
            draft.send(text, lane=Lane.PAGE, to=case.staff_chat, buttons=self.cards.panel(case)[1])

    def _tell(self, draft: Draft, state: State | str) -> None:
        numbers = self._numbers(draft.person.country, draft.person.language)
        text = self._words.say(f"state.{state}", draft.person.language, crisis_lines=numbers)
        draft.send(text, lane=Lane.SAFETY)

    # --- from staff to the case ---------------------------------------------------------------------------------------

    def hear(self, draft: Draft, inbound: Inbound, asked: Asked) -> None:
        """Take a staff press or word about the draft's case; the acting account is checked against the rota now."""
        responder = self.rota.by_account(inbound.address.platform, inbound.sender)
        if responder is None:
            self._answer(draft, inbound, "desk.not_on_rota")
            draft.audit(self._actor(inbound), "refused: not on the rota", draft.case.case_id if draft.case else "")
            return
        if asked.act == "help":
            self._answer(draft, inbound, "desk.help")
            return
        if draft.case is None or (asked.names.startswith("s") and asked.names != draft.case.token):
            self._refuse_without_case(draft, inbound, responder, asked)
            return
        if isinstance(asked.act, Outcome):
            self._resolve(draft, inbound, responder, asked.act)
            return
        handlers: dict[object, Callable[[Draft, Inbound, Responder, Asked], None]] = {
            StaffAct.CLAIM: self._claim,
            StaffAct.PASS: self._pass,
            StaffAct.READ: self._read,
            StaffAct.WAKE: self._wake,
            StaffAct.WRITE: self._write,
            StaffAct.CLOSE: self._ask_outcome,
        }
        handlers[asked.act](draft, inbound, responder, asked)

    def _refuse_without_case(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        previous = draft.view.previous
        closed = previous is not None and asked.names in {previous.token, previous.case_id}
        why = "already_closed" if closed else "stale" if asked.names.startswith("s") else "no_case"
        self._answer(draft, inbound, f"desk.{why}")
        draft.audit(responder.id, f"refused: {why}", previous.case_id if closed and previous else "")

    def apologise(self, draft: Draft, inbound: Inbound) -> None:
        """Tell staff that their press or word failed on our side."""
        self._answer(draft, inbound, "desk.fault")

    def status(self, draft: Draft, inbound: Inbound, views: Sequence[View]) -> None:
        """List the open cases, text-free."""
        cases = [view.escalation for view in views if view.escalation and view.escalation.state in OPEN_STATES]
        listed = ", ".join(f"{case.case_id} (level {int(case.level)}, {case.state})" for case in cases)
        key = "desk.status" if cases else "desk.status_none"
        self._answer(draft, inbound, key, count=len(cases), cases=listed)

    def which(self, draft: Draft, inbound: Inbound, asked: Asked, views: Sequence[View]) -> None:
        """Say that words could mean several cases; nothing is guessed."""
        names = [view.escalation.case_id for view in views if view.escalation is not None]
        self._answer(draft, inbound, "desk.which", cases=", ".join(names), example=example_of(asked, names[0]))

    def _claim(self, draft: Draft, inbound: Inbound, responder: Responder, _asked: Asked) -> None:
        chat = direct_chat(responder, inbound.address.platform) or inbound.address
        if self.happen(draft, Claimed(responder.id, chat), by=inbound):
            text, buttons = self.cards.panel(_open(draft))
            draft.send(text, lane=Lane.RELAY, to=chat, buttons=buttons)
            draft.audit(responder.id, "claimed", _open(draft).case_id)

    def _pass(self, draft: Draft, inbound: Inbound, responder: Responder, _asked: Asked) -> None:
        if self.happen(draft, Passed(responder.id), by=inbound):
            self._answer(draft, inbound, "desk.passed", case=_open(draft).case_id)
            draft.audit(responder.id, "passed", _open(draft).case_id)

    def _wake(self, draft: Draft, inbound: Inbound, responder: Responder, _asked: Asked) -> None:
        if self.happen(draft, Woken(responder.id), by=inbound):
            self._answer(draft, inbound, "desk.woken")
            draft.audit(responder.id, "woke everyone", _open(draft).case_id)

    def _read(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Show the words in private; without the person's consent only to the one who took the case."""
        case = _open(draft)
        if not may_read(draft.person, case, responder.id):
            self._answer(draft, inbound, "desk.claim_to_read")
            return
        chat = direct_chat(responder, inbound.address.platform) or inbound.address
        text, buttons = self.cards.reading(draft.view, case)
        draft.send(text, lane=Lane.RELAY, to=chat, buttons=buttons, trigger=asked.trigger, protected=True)
        draft.audit(responder.id, "read", case.case_id)

    def _write(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Relay the owner's words to the person, marked as written by a human."""
        if not asked.text:
            self._answer(draft, inbound, "desk.write_form")
            return
        if not self.happen(draft, StaffWrote(responder.id), by=inbound):
            return
        words = self._words.say("staff_mark", draft.person.language, name=responder.name, text=asked.text)
        draft.send(words, lane=Lane.RELAY, relays=True)
        draft.keep_for_case(_open(draft).case_id, responder.id, asked.text, draft.now)

    def _ask_outcome(self, draft: Draft, inbound: Inbound, _responder: Responder, _asked: Asked) -> None:
        text, buttons = self.cards.outcomes(_open(draft))
        draft.send(text, lane=Lane.RELAY, to=inbound.address, buttons=buttons)

    def _resolve(self, draft: Draft, inbound: Inbound, responder: Responder, outcome: Outcome) -> None:
        if self.happen(draft, Resolved(responder.id, outcome), by=inbound):
            ended = self._words.say(f"outcomes.{outcome}")
            self._answer(draft, inbound, "desk.resolved", case=_open(draft).case_id, outcome=ended)
            draft.audit(responder.id, f"resolved: {outcome}", _open(draft).case_id)

    def _answer(self, draft: Draft, inbound: Inbound, key: str, **values: object) -> None:
        draft.send(self._words.say(key, **values), lane=Lane.RELAY, to=inbound.address)

    def _actor(self, inbound: Inbound) -> str:
        responder = self.rota.by_account(inbound.address.platform, inbound.sender)
        return responder.id if responder else "an account that is not on the rota"


def _open(draft: Draft) -> Escalation:
    if draft.case is None:
        raise LookupError("this turn is about no case")
    return draft.case
