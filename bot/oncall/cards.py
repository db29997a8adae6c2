"""What the on-call conversation sees: cards, which never hold words or names."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model.cases import CaseState, Escalation
from bot.model.sent import Button
from bot.model.worry import Level
from bot.oncall.buttons import StaffAct, button_id
from bot.policy import Policy
from bot.rota import Rota
from bot.turn import Rows
from flows.wording import Words


class Cards:
    """Renders a case for staff, in the rota's time zone."""

    def __init__(self, words: Words, policy: Policy, rota: Rota) -> None:
        self._words = words
        self._policy = policy
        self._rota = rota

    def card(self, case: Escalation, now: datetime) -> tuple[str, Rows]:
        """Return the text and buttons of a case's card: level, wait and rule categories, never words."""
        lines = [
            self._say("card.head", level=int(case.level), case=case.case_id, waiting=_spoken(now - case.opened_at)),
            self._say("card.why", reasons=reasons_of(case)),
            self._standing(case),
        ]
        if case.drill:
            lines.insert(0, self._say("card.drill"))
        return "\n".join(lines), self._card_buttons(case)

    def name(self, responder_id: str) -> str:
        """Return a responder's display name."""
        responder = self._rota.by_id(responder_id)
        return responder.name if responder else responder_id

    def clock(self, moment: datetime) -> str:
        """Return the time of day in the rota's zone."""
        return moment.astimezone(ZoneInfo(self._rota.zone)).strftime("%H:%M")

    def button(self, case: Escalation, act: StaffAct, label: str, form: str = "") -> Button:
        """Return a button that does one thing with a case; `form` is a key of the words that it asks for."""
        return Button(button_id(case.token, act), self._say(label), self._say(form) if form else "")

    def _standing(self, case: Escalation) -> str:
        if case.state is CaseState.RESOLVED and case.outcome is not None:
            return self._say("card.closed", name=self.name(case.owner), outcome=self._say(f"outcomes.{case.outcome}"))
        if case.state is CaseState.ENGAGED:
            return self._say("card.engaged", name=self.name(case.owner))
        if case.state is CaseState.CLAIMED and case.claimed_at is not None:
            return self._say("card.claimed", name=self.name(case.owner), at=self.clock(case.claimed_at))
        at = self.clock(case.page_due_at) if case.page_due_at else ""
        if case.step < 0:
            return self._say("card.waits", at=at)
        steps = self._policy.of(case.level).steps
        step = min(case.step, len(steps) - 1)
        to, following = steps[step].to, steps[min(step + 1, len(steps) - 1)].to
        names = (self._say(f"audience.{one}") for one in (to, following))
        return self._say("card.page", n=case.pages, to=next(names), next=next(names), at=at)

    def _card_buttons(self, case: Escalation) -> Rows:
        if case.state is CaseState.RESOLVED:
            return ()
        claim, leave = (self.button(case, act, f"card.{act.name.lower()}") for act in (StaffAct.CLAIM, StaffAct.PASS))
        read, wake = (self.button(case, act, f"card.{act.name.lower()}") for act in (StaffAct.READ, StaffAct.WAKE))
        return ((claim, leave), (read, wake)) if case.state is CaseState.PAGING else ((leave,), (read, wake))

    def _say(self, key: str, **values: object) -> str:
        return self._words.say(key, **values)


def reasons_of(case: Escalation) -> str:
    """Return the rule ids and categories that made a case worth a page, worst first."""
    worth = [reason for reason in case.reasons if reason.level >= Level.ELEVATED]
    ordered = sorted(worth or case.reasons, key=lambda reason: -reason.level)
    return ", ".join(dict.fromkeys(f"{reason.rule} ({reason.category})" for reason in ordered))


def _spoken(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
