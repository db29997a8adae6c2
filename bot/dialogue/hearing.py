"""What a person pressed or typed: a worry, an intent, an answer, or something to say a kind line to."""

from __future__ import annotations

from datetime import timedelta

from bot.checkins.asking import CHECK_IN_FLOW, Asking, Reply
from bot.commands import Intent
from bot.dialogue.serving import Serving
from bot.dialogue.walking import Walk
from bot.effects import Carrier, in_safety_flow
from bot.engine.events import (
    Again,
    Answered,
    Back,
    Interrupt,
    WaitElapsed,
)
from bot.forms import as_written
from bot.intents import Intents
from bot.meaning import Meaning, intent_of, safety_answer_in, value_in, words_in
from bot.model.people import TalkMode
from bot.model.received import Blocked, CheckInDue, Content, Edited, Filled, FollowUpDue, Pressed, Unreadable
from bot.model.rights import Prepared
from bot.model.sent import Lane
from bot.model.talk import Session
from bot.model.worry import Assessment, Level
from bot.ports import Numbers
from bot.safety import Safety
from bot.turn import Draft
from flows import interrupts
from flows.library import Library
from flows.wording import Words

UNSCORED = "unscored"
UNREAD_AGAIN = timedelta(days=1)
ASKED_FOR_A_HUMAN = "human"
_EXERCISES = frozenset({"flow", "check_in", "resume", "tools", "start_over", "grant"})
# A person's own safety plan opens also while a human is awaited.
_OWN_PLAN = Intent("flow", "my_safety_plan")


class Dialogue:
    """Leads a person through intents and flows. Everything it decides lands in the draft."""

    def __init__(
        self, library: Library, words: Words, safety: Safety, intents: Intents, carrier: Carrier, numbers: Numbers
    ) -> None:
        self._words = words
        self._safety = safety
        self._intents = intents
        self._forms = carrier.forms
        self._meaning = Meaning(library)
        self._asking = Asking(library, words)
        self._walk = Walk(library, words, safety, intents, carrier, numbers)
        self._serving = Serving(library, words, safety, intents, self._walk)

    def hear(self, draft: Draft, content: Content, assessment: Assessment) -> None:
        """Decide on one message: a worrying one first, then an open case, then intents, then the open question."""
        content = as_written(draft.session, draft.person.language, content)
        text, value, answer = words_in(content), value_in(draft, content), safety_answer_in(content)
        if isinstance(content, Blocked):
            self._safety.left(draft, back=content.back)
        elif draft.view.mode is not TalkMode.BOT:
            self._hear_in_case(draft, content, text, value, assessment)
        elif assessment.level >= Level.HIGH:
            self._safety.raise_case(draft, assessment.level, assessment.reasons, text)
        elif answer:
            self._safety.hear_afterwards(draft, answer)
        elif assessment.level is Level.ELEVATED and not in_safety_flow(draft) and not only_unscored(assessment):
            self._ask_safety(draft, assessment, text)
        else:
            self._hear_calm(draft, content, text, value)
            self._offer_a_reader(draft, assessment)

    def _offer_a_reader(self, draft: Draft, assessment: Assessment) -> None:
        """Words that nobody of ours can read go to people: offer one, at most once a day, and let the talk go on."""
        last = draft.session.unread_at
        if only_unscored(assessment) and (last is None or draft.now - last > UNREAD_AGAIN):
            draft.change_session(unread_at=draft.now)
            draft.audit("program", "unscored: words that triage cannot read")
            self._intents.offer_human(draft, "unread")

    def _hear_in_case(self, draft: Draft, content: Content, text: str, value: str | None, of: Assessment) -> None:
        """While a case is open everything goes to staff; a safety flow goes on, an exercise waits."""
        worried, in_flow = of.level >= Level.HIGH, in_safety_flow(draft)
        answer = safety_answer_in(content) or ("" if in_flow else self._safety.answer_of(text, draft.person.language))
        intent = self._meaning.intent(draft, content) if not (worried or answer) else None
        if intent is not None and intent.works_while_a_case_is_open:
            self._serve_in_case(draft, intent)
        elif in_flow and not (worried or answer) and draft.view.mode is TalkMode.HOLD:
            self._safety.keep(draft, text or (value or ""))
            self._hear_calm(draft, content, text, value)
        elif intent == _OWN_PLAN and draft.view.mode is TalkMode.HOLD:
            self._serving.begin(draft, intent.argument)
        elif intent is not None and intent.name in _EXERCISES and draft.view.mode is TalkMode.HOLD:
            self._safety.say_paused(draft)
        elif isinstance(content, Unreadable):
            draft.send(self._words.say("unreadable", draft.person.language), lane=Lane.SAFETY)
        else:
            self._safety.hear(draft, text, answer, of)

    def _serve_in_case(self, draft: Draft, intent: Intent) -> None:
        if intent.name == "bot":
            self._safety.wants_bot(draft)
        elif intent.name == "human":
            self._safety.hear(draft, "", "numbers", Assessment())
        elif intent.name == "sos" and draft.view.mode is TalkMode.HOLD:
            self._serving.serve(draft, intent)
        else:
            self._intents.serve(draft, intent)

    def _ask_safety(self, draft: Draft, assessment: Assessment, text: str) -> None:
        """Level 2 asks one plain question first; a plain wish for a human needs no question."""
        if any(reason.category == ASKED_FOR_A_HUMAN for reason in assessment.reasons):
            self._safety.raise_case(draft, assessment.level, assessment.reasons, text)
            return
        self._ask_about_safety(draft, "safety_check")

    def _ask_about_safety(self, draft: Draft, flow: str) -> None:
        """Begin a safety flow; outside staffed hours it says so first (S-11)."""
        closed = self._safety.offline_note(draft)
        self._walk.run(draft, Interrupt(flow, self._walk.facts(draft)), lane=Lane.SAFETY, first=closed)

    def _hear_calm(self, draft: Draft, content: Content, text: str, value: str | None) -> None:
        reply = self._asking.reply(draft, content)
        intent = self._meaning.intent(draft, content)
        if reply is not None:
            self._take_reply(draft, reply)
        elif intent is not None:
            self._serving.serve(draft, intent)
        elif isinstance(content, Unreadable):
            draft.send(self._words.say("unreadable", draft.person.language))
        elif isinstance(content, Pressed | Filled) and value is None:
            self._hear_other_button(draft, content)
        elif isinstance(content, Edited):
            self._correct(draft, content)
        elif draft.session.in_flow:
            self._hear_answer(draft, content, text, value or "")
        else:
            self._hear_outside(draft, text)

    def _hear_outside(self, draft: Draft, text: str) -> None:
        """Take words when no question is open."""
        if not draft.person.welcomed:
            self._serving.serve(draft, Intent("start"))
        elif (meant := self._meaning.misspelt(draft, text)) is not None:
            self._ask_if_meant(draft, meant)
        else:
            self._intents.offer(draft, "lost")

    def _hear_answer(self, draft: Draft, content: Content, text: str, value: str) -> None:
        """Answer the open question, unless the words are nearly one of ours and no answer to it, or lie too open."""
        meant = None if value else self._meaning.misspelt(draft, text)
        if meant is not None:
            self._ask_if_meant(draft, meant)
        elif self._forms.too_open(draft, content):
            self._walk.run(draft, Again(), first=self._words.say("forms.too_open", draft.person.language))
        else:
            self._walk.run(draft, Answered(text=text, value=value))

    def _ask_if_meant(self, draft: Draft, meant: interrupts.Interrupt) -> None:
        language = draft.person.language
        keys = ("did_you_mean", "did_you_mean_yes", "did_you_mean_no")
        text, *labels = [self._words.say(key, language, word=meant.word) for key in keys]
        self._intents.ask(draft, text, [intent_of(meant), Intent("never_mind")], labels)

    def _hear_other_button(self, draft: Draft, content: Pressed | Filled) -> None:
        """Take a button that belongs to no open question."""
        if isinstance(content, Pressed) and self._forms.asks_to_show(draft, content):
            self._forms.show(draft, content.trigger)
        elif self._forms.undoes(draft, content):
            self._undo(draft)
        else:
            self._stale_press(draft)

    def _stale_press(self, draft: Draft) -> None:
        """A button of an earlier question changes nothing; show where the talk stands."""
        if draft.session.in_flow:
            self._walk.run(draft, Again(), first=self._words.say("moved_on", draft.person.language))
        else:
            self._intents.offer(draft, "lost")

    def _correct(self, draft: Draft, edit: Edited) -> None:
        """An edit replaces the answer while the next question is open; an older one changes nothing."""
        if draft.session.in_flow and edit.message and edit.message == draft.session.answered:
            asked = draft.session
            self._walk.run(draft, Back(), quiet=True)
            self._walk.run(draft, Answered(text=edit.text), standing=asked if self._forms.used(draft) else None)
        elif self._forms.used(draft):
            self._stale_press(draft)

    def _undo(self, draft: Draft) -> None:
        """Take back the answer given last, and ask its question again."""
        self._forms.forget(draft)
        self._walk.run(draft, Back())

    def notice_zone(self, draft: Draft, zone: str, before: Session) -> None:
        """Ask once, when nothing else is open, whether check-ins shall go by the account's new time zone."""
        person, quiet = draft.person, draft.session.prompt == before.prompt and not draft.session.in_flow
        if not zone or zone in {person.told_zone, person.zone} or not draft.view.check_ins:
            return
        if quiet and draft.view.mode is TalkMode.BOT:
            draft.change_person(told_zone=zone)
            self._intents.offer_zone(draft, zone)

    def lapse(self, draft: Draft) -> None:
        """Take back consents whose words have changed since."""
        self._intents.rights.lapse(draft)

    def prepared(self, draft: Draft, what: Prepared) -> None:
        """Send what the store has brought of the person's own data."""
        self._intents.rights.prepared(draft, what)

    def check_in_due(self, draft: Draft, due: CheckInDue) -> None:
        """Ask the question of a check-in that was decided, unless something forbids it by now."""
        self._asking.ask(draft, due)

    def _take_reply(self, draft: Draft, reply: Reply) -> None:
        """Begin the check-in with the answer to a nudge, or do what was wanted of the schedule."""
        if reply.intent is not None:
            self._serving.serve(draft, reply.intent)
        elif "check_ins" not in draft.person.consents:
            self._intents.ask_consent(draft, "check_ins", Intent("flow", CHECK_IN_FLOW))
        else:
            self._walk.run(draft, Interrupt(CHECK_IN_FLOW, self._walk.facts(draft)), quiet=True)
            self._walk.run(draft, Answered(text=reply.text, value=reply.value))
            self._intents.schedules.answered(draft)

    def follow_up(self, draft: Draft, due: FollowUpDue) -> bool:
        """Ask once, three days after a case was closed, how it is now; return False while it does not fit."""
        newer = draft.view.previous is not None and draft.view.previous.case_id != due.case_id
        if draft.view.mode is not TalkMode.BOT or draft.session.in_flow or newer or not draft.person.reachable:
            return False
        intents = [Intent("check_in"), Intent("human"), Intent("no_thanks")]
        labels = [self._words.say(f"follow_up.{one}", draft.person.language) for one in ("check_in", "human", "no")]
        text = self._words.say("follow_up.ask", draft.person.language)
        self._intents.ask(draft, text, intents, labels, lane=Lane.NUDGE)
        return True

    def wait_elapsed(self, draft: Draft) -> None:
        """Remind of the open question, or put the talk away; in quiet hours without a word."""
        before, quiet = draft.session, not self._asking.may_speak(draft)
        self._walk.run(draft, WaitElapsed(), lane=Lane.NUDGE, quiet=quiet)
        if quiet and draft.session.in_flow:
            draft.change_session(prompt=before.prompt)


def only_unscored(assessment: Assessment) -> bool:
    """Say whether a reply is at level 2 only because triage cannot read its language."""
    raised = [reason for reason in assessment.reasons if reason.level >= Level.ELEVATED]
    return assessment.unscored and all(reason.category == UNSCORED for reason in raised)
