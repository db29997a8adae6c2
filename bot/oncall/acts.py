"""Carries out what staff ask for; the acting account is checked against the rota at that moment."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from bot.escalation.happenings import Claimed, HandedOver, Passed, Resolved, StaffWrote, Woken
from bot.model.cases import CaseState, Outcome, Relayed
from bot.model.received import Inbound
from bot.model.sent import Lane
from bot.oncall.asking import Asked
from bot.oncall.buttons import HandTo, StaffAct, mark_of
from bot.oncall.desk import Desk
from bot.oncall.panels import NOTE_BY
from bot.policy import Audience
from bot.rights.access import may_read
from bot.rota import Responder, direct_chat
from bot.turn import Draft, case_of
from flows.wording import Words

# So many of the last messages between owner and person can still be corrected or replied to.
REMEMBERS = 40
Handler = Callable[[Draft, Inbound, Responder, Asked], None]


class Acts:
    """Takes presses and words of staff about one case."""

    def __init__(self, words: Words, desk: Desk) -> None:
        self._words = words
        self._desk = desk
        self._handlers: dict[object, Handler] = {
            StaffAct.CLAIM: self._claim,
            StaffAct.PASS: self._pass,
            StaffAct.READ: self._read,
            StaffAct.WAKE: self._wake,
            StaffAct.WRITE: self._write,
            StaffAct.CLOSE: self._ask_outcome,
            StaffAct.HAND_OVER: self._hand_over,
            StaffAct.PLAN: self._plan,
            StaffAct.REVEAL: self._reveal,
            StaffAct.NOTE: self._note,
            StaffAct.CONTACTED: self._contacted,
        }

    def hear(self, draft: Draft, inbound: Inbound, asked: Asked) -> None:
        """Take a staff press or word about the draft's case."""
        responder = self._desk.responder(inbound)
        if responder is None:
            self._desk.answer(draft, inbound, "desk.not_on_rota")
            case_id = draft.case.case_id if draft.case else ""
            draft.audit(self._desk.actor(inbound), "refused: not on the rota", case_id)
        elif draft.case is None or (asked.names.startswith("s") and asked.names != draft.case.token):
            self._refuse_without_case(draft, inbound, responder, asked)
        elif isinstance(asked.act, Outcome):
            self._resolve(draft, inbound, responder, asked.act)
        elif isinstance(asked.act, HandTo):
            self._hand_to(draft, inbound, responder, asked.act.mark)
        else:
            self._handlers[asked.act](draft, inbound, responder, asked)

    def _refuse_without_case(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        previous = draft.view.previous
        closed = previous is not None and asked.names in {previous.token, previous.case_id}
        why = "already_closed" if closed else "stale" if asked.names.startswith("s") else "no_case"
        self._desk.answer(draft, inbound, f"desk.{why}")
        draft.audit(responder.id, f"refused: {why}", previous.case_id if closed and previous else "")

    # --- taking, passing, handing over, closing -----------------------------------------------------------------------

    def _claim(self, draft: Draft, inbound: Inbound, responder: Responder, _asked: Asked) -> None:
        chat = direct_chat(responder, inbound.address.platform) or inbound.address
        until = self._desk.rota.works_until(responder.id, draft.now)
        if self._desk.happen(draft, Claimed(responder.id, chat, until), by=inbound):
            text, buttons = self._desk.panels.panel(case_of(draft))
            draft.send(text, lane=Lane.RELAY, to=chat, buttons=buttons)
            draft.audit(responder.id, "claimed", case_of(draft).case_id)

    def _pass(self, draft: Draft, inbound: Inbound, responder: Responder, _asked: Asked) -> None:
        if self._desk.happen(draft, Passed(responder.id), by=inbound):
            self._desk.answer(draft, inbound, "desk.passed", case=case_of(draft).case_id)
            draft.audit(responder.id, "passed", case_of(draft).case_id)

    def _wake(self, draft: Draft, inbound: Inbound, responder: Responder, _asked: Asked) -> None:
        if self._desk.happen(draft, Woken(responder.id), by=inbound):
            self._desk.answer(draft, inbound, "desk.woken")
            draft.audit(responder.id, "woke everyone", case_of(draft).case_id)

    def _hand_over(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Hand the case to the one who is named, or ask whom."""
        others = self._others(draft, responder)
        wanted = asked.text.strip().lower()
        found = [one for one in others if wanted and wanted in {one.id.lower(), one.name.lower()}]
        if len(found) == 1:
            self._hand_to(draft, inbound, responder, mark_of(found[0].id))
            return
        text, buttons = self._desk.panels.takers(case_of(draft), others)
        draft.send(text, lane=Lane.RELAY, to=inbound.address, buttons=buttons)

    def _others(self, draft: Draft, responder: Responder) -> list[Responder]:
        """Return who else may take the case, those on duty first."""
        rota = self._desk.rota
        on_duty = rota.named(Audience.PRIMARY, draft.now) | rota.named(Audience.BACKUP, draft.now)
        others = [one for one in rota.responders if one.id != responder.id]
        return sorted(others, key=lambda one: one.id not in on_duty)

    def _hand_to(self, draft: Draft, inbound: Inbound, responder: Responder, mark: str) -> None:
        taker = next((one for one in self._others(draft, responder) if mark_of(one.id) == mark), None)
        chats = () if taker is None else self._desk.chats_of(taker, inbound.address.platform)
        if taker is None or not chats:
            self._desk.answer(draft, inbound, "desk.stale")
            return
        until = self._desk.rota.works_until(taker.id, draft.now)
        if not self._desk.happen(draft, HandedOver(responder.id, taker.id, chats[0], until), by=inbound):
            return
        case = case_of(draft)
        text, buttons = self._desk.panels.panel(case)
        given = self._words.say("desk.given", case=case.case_id, name=responder.name)
        draft.send(f"{given}\n{text}", lane=Lane.PAGE, to=chats[0], buttons=buttons)
        self._desk.answer(draft, inbound, "desk.handed_over", case=case.case_id, name=taker.name)
        draft.audit(responder.id, f"handed over to {taker.id}", case.case_id)

    def _ask_outcome(self, draft: Draft, inbound: Inbound, _responder: Responder, _asked: Asked) -> None:
        text, buttons = self._desk.panels.outcomes(case_of(draft))
        draft.send(text, lane=Lane.RELAY, to=inbound.address, buttons=buttons)

    def _resolve(self, draft: Draft, inbound: Inbound, responder: Responder, outcome: Outcome) -> None:
        if self._desk.happen(draft, Resolved(responder.id, outcome), by=inbound):
            ended = self._words.say(f"outcomes.{outcome}")
            self._desk.answer(draft, inbound, "desk.resolved", case=case_of(draft).case_id, outcome=ended)
            draft.audit(responder.id, f"resolved: {outcome}", case_of(draft).case_id)

    # --- reading ------------------------------------------------------------------------------------------------------

    def _read(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Show the words in private; without the person's consent only to the one who took the case."""
        case = case_of(draft)
        if not may_read(draft.person, case, responder.id):
            self._desk.answer(draft, inbound, "desk.claim_to_read")
            return
        text, buttons = self._desk.panels.reading(draft.view, case)
        chat = direct_chat(responder, inbound.address.platform) or inbound.address
        draft.send(text, lane=Lane.RELAY, to=chat, buttons=buttons, trigger=asked.trigger, protected=True)
        draft.audit(responder.id, "read", case.case_id)

    def _plan(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Show the safety plan to the owner."""
        if self._is_owner(draft, inbound, responder):
            text = self._desk.panels.plan(draft.person, case_of(draft))
            chat = case_of(draft).staff_chat or inbound.address
            draft.send(text, lane=Lane.RELAY, to=chat, trigger=asked.trigger, protected=True)
            draft.audit(responder.id, "read the safety plan", case_of(draft).case_id)

    def _reveal(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Show who the person is, for a reason; the team hears of it at once, the person when the case is closed."""
        if not self._is_owner(draft, inbound, responder):
            return
        case = case_of(draft)
        if not asked.text.strip():
            self._desk.answer(draft, inbound, "desk.reveal_why", case=case.case_id)
            return
        draft.keep_for_case(case.case_id, f"{NOTE_BY}{responder.id}", asked.text, draft.now)
        draft.set_case(msgspec.structs.replace(case, revealed=True))
        text = self._desk.panels.identity(draft.person, case)
        draft.send(text, lane=Lane.RELAY, to=case.staff_chat or inbound.address, protected=True)
        self._desk.tell_team(draft, "desk.revealed", besides=responder, case=case.case_id, name=responder.name)
        draft.audit(responder.id, "revealed the identity", case.case_id)

    def _note(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Keep a note with the case; it is sealed like the person's words."""
        case = case_of(draft)
        if not asked.text.strip():
            self._desk.answer(draft, inbound, "desk.note_how", case=case.case_id)
            return
        draft.keep_for_case(case.case_id, f"{NOTE_BY}{responder.id}", asked.text, draft.now)
        self._desk.answer(draft, inbound, "desk.noted", case=case.case_id)
        draft.audit(responder.id, "noted", case.case_id)

    def _is_owner(self, draft: Draft, inbound: Inbound, responder: Responder) -> bool:
        """Say whether the responder has the case; anybody else is told who has."""
        case = case_of(draft)
        if case.owner == responder.id and case.state is not CaseState.PAGING:
            return True
        why = "owned" if case.owner else "claim_first"
        self._desk.answer(draft, inbound, f"desk.{why}", name=self._desk.owner_of(case))
        draft.audit(responder.id, f"refused: {why}", case.case_id)
        return False

    # --- writing ------------------------------------------------------------------------------------------------------

    def _write(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Relay the owner's words to the person, marked as written by a human; a correction replaces them."""
        before = self._before(draft, asked.edits)
        if asked.edits and before is None:
            self._desk.answer(draft, inbound, "desk.edit_unknown")
            return
        if not asked.text:
            self._desk.answer(draft, inbound, "desk.write_form")
            return
        if not self._desk.happen(draft, StaffWrote(responder.id), by=inbound):
            return
        words = self._words.say("staff_mark", draft.person.language, name=responder.name, text=asked.text)
        sent = draft.send(words, lane=Lane.RELAY, relays=True, edits=before.outbound_id if before else 0)
        case = case_of(draft)
        draft.keep_for_case(case.case_id, responder.id, asked.text, draft.now)
        if before is None and not case.drill:
            relayed = (*case.relayed, Relayed(inbound.message, draft.person.address, sent))
            draft.set_case(msgspec.structs.replace(case, relayed=relayed[-REMEMBERS:]))

    def _before(self, draft: Draft, message: str) -> Relayed | None:
        """Return what was relayed for a message that is corrected now."""
        relayed = case_of(draft).relayed
        return next((one for one in relayed if message and one.message == message), None)

    def _contacted(self, draft: Draft, inbound: Inbound, responder: Responder, asked: Asked) -> None:
        """Note that the owner reached the person another way: it counts as contact."""
        if self._desk.happen(draft, StaffWrote(responder.id), by=inbound):
            case = case_of(draft)
            if asked.text.strip():
                draft.keep_for_case(case.case_id, f"{NOTE_BY}{responder.id}", asked.text, draft.now)
            self._desk.answer(draft, inbound, "desk.noted", case=case.case_id)
            draft.audit(responder.id, "noted a contact", case.case_id)
