"""What staff see: cards for the on-call conversation, which never hold words or names, and panels for the owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from bot.model import Button, CaseState, Escalation, Level, Outcome, View
from bot.policy import Policy
from bot.rota import Rota
from bot.turn import Rows
from flows.wording import Words


class StaffAct(IntEnum):
    """What a staff button does; its number follows the case's opaque token."""

    CLAIM = 0
    PASS = 1
    READ = 2
    WAKE = 3
    WRITE = 4
    CLOSE = 5


OUTCOMES = tuple(Outcome)
_FIRST_OUTCOME = 10
_ACTS: dict[int, StaffAct | Outcome] = {
    **{int(act): act for act in StaffAct},
    **{_FIRST_OUTCOME + index: outcome for index, outcome in enumerate(OUTCOMES)},
}


def parse_button(button: str) -> tuple[str, StaffAct | Outcome] | None:
    """Return the token and act of a staff button, or None for anything else."""
    token, _, number = button.rpartition(".")
    act = _ACTS.get(int(number)) if number.isdecimal() else None
    return (token, act) if token.startswith("s") and act is not None else None


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
            lines.append(self._say("card.drill"))
        return "\n".join(lines), self._card_buttons(case)

    def panel(self, case: Escalation) -> tuple[str, Rows]:
        """Return the owner's private panel."""
        rows = (
            (self._button(case, StaffAct.READ, "card.read"), self._write_button(case)),
            (self._button(case, StaffAct.PASS, "card.pass"), self._button(case, StaffAct.CLOSE, "desk.resolve")),
        )
        return self._say("desk.claimed", case=case.case_id), rows

    def reading(self, view: View, case: Escalation) -> tuple[str, Rows]:
        """Return the private reading: why, consent, and the words of the case."""
        head = self._say(
            "desk.reading",
            case=case.case_id,
            level=int(case.level),
            reasons=reasons_of(case),
            consent="yes" if "escalation" in view.person.consents else "not given",
        )
        lines = [self._line(text.author, text.at, text.text) for text in view.texts if text.case_id == case.case_id]
        rows = ((self._write_button(case), self._button(case, StaffAct.CLOSE, "desk.resolve")),) if case.owner else ()
        return "\n".join([head, *(lines or [self._say("desk.reading_nothing")])]), rows

    def outcomes(self, case: Escalation) -> tuple[str, Rows]:
        """Return the question how a case ended."""
        buttons = [
            Button(f"{case.token}.{_FIRST_OUTCOME + index}", self._say(f"outcomes.{outcome}"))
            for index, outcome in enumerate(OUTCOMES)
        ]
        rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
        return self._say("desk.resolve_which", case=case.case_id), rows

    def name(self, responder_id: str) -> str:
        """Return a responder's display name."""
        responder = self._rota.by_id(responder_id)
        return responder.name if responder else responder_id

    def _standing(self, case: Escalation) -> str:
        if case.state is CaseState.RESOLVED and case.outcome is not None:
            return self._say("card.closed", name=self.name(case.owner), outcome=self._say(f"outcomes.{case.outcome}"))
        if case.state is CaseState.ENGAGED:
            return self._say("card.engaged", name=self.name(case.owner))
        if case.state is CaseState.CLAIMED and case.claimed_at is not None:
            return self._say("card.claimed", name=self.name(case.owner), at=self._clock(case.claimed_at))
        steps = self._policy.of(case.level).steps
        to, following = steps[case.step].to, steps[min(case.step + 1, len(steps) - 1)].to
        at = self._clock(case.page_due_at) if case.page_due_at else ""
        return self._say(
            "card.page",
            n=case.pages,
            to=self._say(f"audience.{to}"),
            next=self._say(f"audience.{following}"),
            at=at,
        )

    def _card_buttons(self, case: Escalation) -> Rows:
        if case.state is CaseState.RESOLVED:
            return ()
        claim, leave = (self._button(case, act, f"card.{act.name.lower()}") for act in (StaffAct.CLAIM, StaffAct.PASS))
        read, wake = (self._button(case, act, f"card.{act.name.lower()}") for act in (StaffAct.READ, StaffAct.WAKE))
        return ((claim, leave), (read, wake)) if case.state is CaseState.PAGING else ((leave,), (read, wake))

    def _button(self, case: Escalation, act: StaffAct, label: str, form: str = "") -> Button:
        return Button(f"{case.token}.{int(act)}", self._say(label), form)

    def _write_button(self, case: Escalation) -> Button:
        return self._button(case, StaffAct.WRITE, "desk.write", self._say("desk.write_form"))

    def _line(self, author: str, at: datetime, text: str) -> str:
        key = "desk.reading_person" if author == "person" else "desk.reading_staff"
        return self._say(key, at=self._clock(at), text=text, name=self.name(author))

    def _clock(self, moment: datetime) -> str:
        return moment.astimezone(ZoneInfo(self._rota.zone)).strftime("%H:%M")

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
