"""What the program does of itself for staff: a drill through the real way of a page, and the daily count of level 1.

Both are about one made-up person, who has no chat: nothing of a drill can reach anybody but staff.
"""

from __future__ import annotations

from datetime import timedelta

from bot.escalation import opening
from bot.escalation.happenings import DrillEnded, Raised
from bot.escalation.opening import CaseIds
from bot.model.cases import CaseState
from bot.model.people import Address, Platform
from bot.model.received import Inbound
from bot.model.sent import Lane
from bot.model.worry import Level, Reason
from bot.oncall.desk import Desk
from bot.turn import Draft, case_of
from flows.wording import Words

PROGRAM = Address(Platform.CONSOLE, "handrail")
ACCEPTED_WITHIN, CLAIMED_WITHIN = timedelta(seconds=10), timedelta(seconds=120)
_WHY = Reason("drill", "drill", Level.HIGH)


class Program:
    """Opens and ends drills, and tells the daily count."""

    def __init__(self, words: Words, desk: Desk) -> None:
        self._words = words
        self._desk = desk

    def begin_drill(self, draft: Draft, by: Inbound | None = None) -> None:
        """Page a made-up case; one drill at a time."""
        if draft.case is not None and draft.case.state is not CaseState.RESOLVED:
            if by is not None:
                self._desk.answer(draft, by, "drill.running", case=draft.case.case_id)
            return
        ids = CaseIds(draft.mint.case_id(), draft.person.person_id, "s" + draft.mint.token(), drill=True)
        case, actions = opening.open_case(ids, Raised(Level.HIGH, (_WHY,)), self._desk.policy, draft.now)
        draft.set_case(case)
        draft.audit(self._desk.actor(by) if by else "program", "began a drill", ids.case_id)
        self._desk.act(draft, actions)
        if by is not None:
            self._desk.answer(draft, by, "drill.begun", case=ids.case_id)

    def look_at_drill(self, draft: Draft) -> None:
        """End a drill that somebody claimed, or that nobody claimed in time; the team hears how it went."""
        case = case_of(draft)
        if not case.drill or case.state is CaseState.RESOLVED:
            return
        claimed = case.first_claimed_at is not None
        if not claimed and draft.now - case.opened_at < CLAIMED_WITHIN:
            return
        self._desk.happen(draft, DrillEnded())
        seconds = int(((case.first_claimed_at or draft.now) - case.opened_at).total_seconds())
        accepted = case.accepted_at is not None and case.accepted_at - case.opened_at <= ACCEPTED_WITHIN
        key = "drill.passed" if claimed and accepted else "drill.late" if claimed else "drill.failed"
        if key != "drill.passed":
            self._desk.alarm(draft, "a drill did not pass")
        for place in self._desk.channels or tuple(card.address for card in case.cards):
            draft.send(self._words.say(key, case=case.case_id, seconds=seconds), lane=Lane.RELAY, to=place)

    def tell_digest(self, draft: Draft, count: str) -> None:
        """Tell the on-call conversations how many people stand at level 1; no names, no words."""
        for place in self._desk.channels:
            draft.send(self._words.say("drill.digest", count=count), lane=Lane.RELAY, to=place, silent=True)
