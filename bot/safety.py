"""The person's side of an escalation: the safety text, what is said while a human is awaited, and the relay."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.escalation import opening
from bot.escalation.happenings import PersonWrote, Raised
from bot.escalation.opening import CaseIds
from bot.model.cases import CaseState, Escalation, Relayed
from bot.model.people import Address, TalkMode
from bot.model.sent import Button, Lane
from bot.model.talk import Heard, Utterance
from bot.model.turns import Event
from bot.model.worry import Assessment, Level, Reason
from bot.oncall.desk import Desk
from bot.plan import has_plan, plan_lines
from bot.ports import Numbers
from bot.turn import Draft, Rows
from flows.normal import plain
from flows.wording import Words

# The answers under a safety text. Their buttons hold no token: "not safe" must count however old the message is.
ANSWERS = ("safe", "unsafe", "numbers", "grounding", "shared", "plan")
# So many of the last messages to the owner can still be corrected or replied to.
REMEMBERS = 40
BUTTON = "safety"
NOT_SAFE = Reason("person.not_safe", "not safe", Level.IMMINENT)


class Safety:
    """Raises cases and talks with a person while one is open."""

    def __init__(self, words: Words, desk: Desk, numbers: Numbers) -> None:
        self._words = words
        self._desk = desk
        self._numbers = numbers

    def is_staffed(self, draft: Draft) -> bool:
        """Say whether a person is on call now."""
        return self._desk.is_staffed(draft.now)

    def raise_case(
        self,
        draft: Draft,
        level: Level,
        reasons: tuple[Reason, ...],
        text: str,
        *,
        say: str = "",
        spoken: bool = False,
    ) -> None:
        """Open a case, or raise the open one; park any exercise; keep the words for the one who takes it.

        `say` is the safety text to use instead of the level's. `spoken`: a safety flow runs, and its own words are it.
        """
        raised = Raised(level, reasons)
        if draft.view.mode is TalkMode.BOT:
            self._open(draft, raised)
            key = "safety.offline" if _waits(draft) else safety_key(level)
            self._keep_recent(draft, draft.session.heard)
            spoken = spoken and not _waits(draft)
        else:
            before = _level(draft)
            self._desk.happen(draft, raised)
            key = safety_key(level) if _level(draft) > before else "safety.again"
        if not spoken:
            _park(draft)
            if draft.view.mode is not TalkMode.HUMAN:
                self._say_hold(draft, say or key)
        self._keep(draft, text)

    def _open(self, draft: Draft, raised: Raised) -> None:
        previous = _closed(draft)
        linked_to = previous.case_id if previous else ""
        ids = CaseIds(draft.mint.case_id(), draft.person.person_id, "s" + draft.mint.token(), linked_to)
        raised = opening.risen(previous, raised, draft.now)
        opens_at = self._desk.rota.opens_at(draft.now)
        case, actions = opening.open_case(ids, raised, self._desk.policy, draft.now, opens_at=opens_at)
        draft.set_case(case)
        draft.record(Event("escalated", name=ids.case_id, value=int(raised.level)))
        draft.audit("program", f"opened at level {int(raised.level)}", ids.case_id)
        self._desk.act(draft, actions)

    def hear(self, draft: Draft, text: str, answer: str, assessment: Assessment) -> None:
        """Take a person's words, or their safety answer, while a case is open: pass on, then answer if no human does.

        A denial or a joke closes nothing; it is a note for staff.
        """
        if answer == "unsafe":
            self.not_safe(draft, text)
            return
        if assessment.level >= Level.HIGH:
            self.raise_case(draft, assessment.level, assessment.reasons, text)
            return
        if said := text or self._label(draft, answer):
            self.keep(draft, said)
        if draft.view.mode is TalkMode.HOLD:
            self._say_hold(draft, f"hold.{answer}" if answer else "hold.wait")

    def offline_note(self, draft: Draft) -> str:
        """Return that nobody is on shift and when somebody is again; nothing in staffed hours (S-11)."""
        opening = self._desk.opening(draft)
        return self._words.say("safety.closed_now", draft.person.language, opening=opening) if opening else ""

    def wants_bot(self, draft: Draft) -> None:
        """Take the wish to talk with the bot again: it is a note for staff; only a person ends a case."""
        self._desk.note_to_owner(draft, "desk.wants_bot")
        self._desk.happen(draft, PersonWrote())
        draft.send(self._words.say("hold.bot", draft.person.language), lane=Lane.SAFETY)

    def not_safe(self, draft: Draft, text: str = "") -> None:
        """Take the answer "not safe", at any time."""
        said = text or self._label(draft, "unsafe")
        self.raise_case(draft, Level.IMMINENT, (NOT_SAFE,), said, say="hold.unsafe")

    def hear_afterwards(self, draft: Draft, answer: str) -> None:
        """Take an answer under a safety text whose case is closed."""
        if answer == "unsafe":
            self.not_safe(draft)
        else:
            self._say_hold(draft, "hold.safe_now" if answer == "safe" else f"hold.{answer}")

    def answer_of(self, text: str, language: str) -> str:
        """Return the safety answer that typed words are, or nothing."""
        said = plain(text)
        labels = [plain(self._words.say(f"safe_answers.{answer}", language)) for answer in ANSWERS]
        if said in labels:
            return ANSWERS[labels.index(said)]
        if said.isdecimal() and 1 <= int(said) <= len(ANSWERS):
            return ANSWERS[int(said) - 1]
        return said if said in ANSWERS and said != "plan" else ""

    def keep(self, draft: Draft, text: str) -> None:
        """Pass on what a person says while a case is open."""
        self._keep(draft, text)
        self._desk.happen(draft, PersonWrote())

    def left(self, draft: Draft, *, back: bool) -> None:
        """Note that the person blocked the bot or came back; staff of an open case hear that they left."""
        draft.change_person(reachable=back)
        if draft.view.mode is not TalkMode.BOT and not back:
            self._desk.person_left(draft)

    def say_paused(self, draft: Draft) -> None:
        """Say that an exercise waits until a human has answered."""
        self._say_hold(draft, "hold.paused")

    # --- words --------------------------------------------------------------------------------------------------------

    def _say_hold(self, draft: Draft, key: str) -> None:
        person = draft.person
        numbers = self._numbers(person.country, person.language)
        if key == "hold.plan" and not has_plan(person):
            key = "hold.plan_none"
        values = {
            "crisis_lines": numbers,
            "opening": self._desk.opening(draft),
            "plan": "\n".join(plan_lines(self._words, person)),
        }
        text = self._words.walk(key, person.language, draft.session.held, **values)
        draft.change_session(held=draft.session.held + 1)
        draft.send(text, lane=Lane.SAFETY, buttons=self._buttons(draft))

    def _buttons(self, draft: Draft) -> Rows:
        answers = [answer for answer in ANSWERS if answer != "plan" or has_plan(draft.person)]
        buttons = [Button(f"{BUTTON}.{answer}", self._label(draft, answer)) for answer in answers]
        return (tuple(buttons[:2]), tuple(buttons[2:4]), tuple(buttons[4:]))

    def _label(self, draft: Draft, answer: str) -> str:
        return self._words.say(f"safe_answers.{answer}", draft.person.language) if answer else ""

    # --- what staff may read ------------------------------------------------------------------------------------------

    def _keep(self, draft: Draft, text: str) -> None:
        """Keep the words for the case and, when someone has taken it, pass them to that private chat."""
        case = draft.case
        if case is None or not text:
            return
        draft.keep_for_case(case.case_id, "person", text, draft.now)
        if case.staff_chat is not None and case.state is not CaseState.RESOLVED:
            self._relay(draft, case, case.staff_chat, text)

    def _relay(self, draft: Draft, case: Escalation, chat: Address, text: str) -> None:
        """Pass words to the owner; a correction replaces what was passed before, and says so."""
        before = next((one for one in case.relayed if draft.is_edit and one.message == draft.message), None)
        key = "desk.relayed_edit" if draft.is_edit else "desk.relayed"
        relayed = self._words.say(key, case=case.case_id, text=text)
        edits = before.outbound_id if before is not None else 0
        sent = draft.send(relayed, lane=Lane.RELAY, to=chat, relays=True, protected=True, edits=edits)
        if before is None:
            known = (*case.relayed, Relayed(draft.message, chat, sent))
            draft.set_case(msgspec.structs.replace(case, relayed=known[-REMEMBERS:]))

    def _keep_recent(self, draft: Draft, heard: Heard | None) -> None:
        """Keep what was said in the five minutes before, so that a split message is read whole."""
        for earlier in _earlier(heard, draft.now):
            if draft.case is not None:
                draft.keep_for_case(draft.case.case_id, "person", earlier.text, earlier.at)


def pressed_answer(button: str) -> str:
    """Return the safety answer behind a button, or nothing."""
    stem, _, answer = button.partition(".")
    return answer if stem == BUTTON and answer in ANSWERS else ""


def safety_key(level: Level) -> str:
    """Return which safety text a level opens with."""
    if level >= Level.IMMINENT:
        return "safety.imminent"
    return "safety.high" if level >= Level.HIGH else "safety.human"


def _closed(draft: Draft) -> Escalation | None:
    """Return the case that was closed last; in the batch that closed it, it still stands in the view."""
    return draft.view.escalation or draft.view.previous


def _waits(draft: Draft) -> bool:
    """Say whether the case waits for staffed hours before anybody is paged."""
    return draft.case is not None and draft.case.state is CaseState.PAGING and not draft.case.pages


def _level(draft: Draft) -> Level:
    return draft.case.level if draft.case is not None else Level.NONE


def _earlier(heard: Heard | None, now: datetime) -> tuple[Utterance, ...]:
    return tuple(one for one in heard.recent if one.at < now) if heard is not None else ()


def _park(draft: Draft) -> None:
    """Set a running exercise aside; it can be resumed after the case is closed."""
    session = draft.session
    if session.stack:
        session = msgspec.structs.replace(session, parked=session.stack, parked_at=draft.now)
    draft.set_session(msgspec.structs.replace(session, stack=(), prompt=None, wake_at=None, reminded=False))
