"""What the owner of a case sees in private: the panel, the words of the case, the plan, and whom to hand it to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model.cases import Escalation, Outcome
from bot.model.people import Person
from bot.model.sent import Button
from bot.model.turns import View
from bot.oncall.buttons import OUTCOMES, HandTo, StaffAct, button_id, mark_of
from bot.oncall.cards import Cards, reasons_of
from bot.plan import plan_lines
from bot.rota import Responder
from bot.turn import Rows
from flows.wording import Words

NOTE_BY = "note by "


class Panels:
    """Renders a case for the one who has it."""

    def __init__(self, words: Words, cards: Cards) -> None:
        self._words = words
        self._cards = cards

    def panel(self, case: Escalation) -> tuple[str, Rows]:
        """Return the owner's private panel."""
        button = self._cards.button
        rows = (
            (button(case, StaffAct.READ, "card.read"), self._write_button(case)),
            (button(case, StaffAct.PLAN, "desk.plan"), button(case, StaffAct.NOTE, "desk.note", "desk.note_form")),
            (
                button(case, StaffAct.HAND_OVER, "desk.hand_over"),
                button(case, StaffAct.REVEAL, "desk.reveal", "desk.reveal_form"),
            ),
            (button(case, StaffAct.PASS, "card.pass"), button(case, StaffAct.CLOSE, "desk.resolve")),
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
        close = self._cards.button(case, StaffAct.CLOSE, "desk.resolve")
        rows = ((self._write_button(case), close),) if case.owner else ()
        return "\n".join([head, *(lines or [self._say("desk.reading_nothing")])]), rows

    def outcomes(self, case: Escalation) -> tuple[str, Rows]:
        """Return the question how a case ended."""
        buttons = [self._outcome(case, outcome) for outcome in OUTCOMES]
        rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
        return self._say("desk.resolve_which", case=case.case_id), rows

    def takers(self, case: Escalation, responders: Sequence[Responder]) -> tuple[str, Rows]:
        """Return the question to whom a case goes; those on duty come first."""
        rows = tuple((Button(button_id(case.token, HandTo(mark_of(one.id))), one.name),) for one in responders)
        return self._say("desk.hand_over_whom" if rows else "desk.hand_over_nobody", case=case.case_id), rows

    def plan(self, person: Person, case: Escalation) -> str:
        """Return the safety plan that the person wrote, or that there is none."""
        lines = plan_lines(self._words, person)
        key = "desk.plan_shown" if lines else "desk.plan_none"
        return self._say(key, case=case.case_id, plan="\n".join(lines))

    def identity(self, person: Person, case: Escalation) -> str:
        """Return who the person is, as far as the bot knows."""
        unknown = self._say("desk.unknown")
        return self._say(
            "desk.identity",
            case=case.case_id,
            name=person.name or unknown,
            platform=person.address.platform.value,
            chat=person.address.chat,
            country=person.country or unknown,
        )

    def _write_button(self, case: Escalation) -> Button:
        return self._cards.button(case, StaffAct.WRITE, "desk.write", "desk.write_form")

    def _outcome(self, case: Escalation, outcome: Outcome) -> Button:
        return Button(button_id(case.token, outcome), self._say(f"outcomes.{outcome}"))

    def _line(self, author: str, at: datetime, text: str) -> str:
        clock = self._cards.clock(at)
        if author.startswith(NOTE_BY):
            by = self._cards.name(author.removeprefix(NOTE_BY))
            return self._say("desk.reading_note", at=clock, text=text, name=by)
        key = "desk.reading_person" if author == "person" else "desk.reading_staff"
        return self._say(key, at=clock, text=text, name=self._cards.name(author))

    def _say(self, key: str, **values: object) -> str:
        return self._words.say(key, **values)
