"""The person's side of a talk with the bot: what they pressed or typed becomes an intent, an answer, or a kind line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.checkins.asking import CHECK_IN_FLOW, Asking, Reply
from bot.commands import Intent
from bot.consenting import set_consent
from bot.effects import CONSENT_FLOW, Carrier, in_safety_flow
from bot.engine.effects import Ask, Ended, Say
from bot.engine.engine import step
from bot.engine.events import (
    Again,
    Answered,
    Back,
    Begin,
    EngineEvent,
    Interrupt,
    Leave,
    Resume,
    Skip,
    StartOver,
    Stop,
    WaitElapsed,
)
from bot.forms import as_written, saves, stand
from bot.intents import Intents
from bot.meaning import Meaning, intent_of, safety_answer_in, value_in, words_in
from bot.model import (
    Assessment,
    Blocked,
    CheckInDue,
    Content,
    Edited,
    Filled,
    FollowUpDue,
    Lane,
    Level,
    Prepared,
    Pressed,
    Saved,
    Session,
    TalkMode,
    Unreadable,
)
from bot.ports import Numbers
from bot.remembering import note_trend, trend_of, used_today, with_memory
from bot.rights.reliance import MANY_A_DAY, leans
from bot.rights.unstored import without_words
from bot.safety import Safety
from bot.turn import Draft
from bot.way_back import NOW, WAYS, labels_of_ways, way_back
from flows import interrupts
from flows.library import Library
from flows.wording import Words

CONSENT = "consent."
UNSCORED = "unscored"
UNREAD_AGAIN = timedelta(days=1)
ASKED_FOR_A_HUMAN = "human"
_EXERCISES = frozenset({"flow", "check_in", "resume", "tools", "start_over", "grant"})
# A person's own safety plan opens also while a human is awaited.
_OWN_PLAN = Intent("flow", "my_safety_plan")
_MOVES: dict[str, EngineEvent] = {"back": Back(), "skip": Skip(), "stop": Stop(), "start_over": StartOver()}


class Dialogue:
    """Leads a person through intents and flows. Everything it decides lands in the draft."""

    def __init__(
        self, library: Library, words: Words, safety: Safety, intents: Intents, carrier: Carrier, numbers: Numbers
    ) -> None:
        self._library = library
        self._words = words
        self._safety = safety
        self._intents = intents
        self._carrier = carrier
        self._forms = carrier.forms
        self._numbers = numbers
        self._meaning = Meaning(library)
        self._asking = Asking(library, words)
        self._handlers: dict[str, Callable[[Draft, str], None]] = {
            "start": lambda draft, _: self._start(draft),
            "resume": self._resume,
            "leave": lambda draft, _: self._run(draft, Leave()),
            "sos": lambda draft, _: self._run(
                draft, Interrupt("sos", self._facts(draft)), lane=Lane.SAFETY, first=self._safety.offline_note(draft)
            ),
            "flow": self._begin,
            "check_in": self._check_in,
            "grant": self._grant,
            "language": self._speak,
            "never_mind": lambda draft, _: self._never_mind(draft),
            "who": lambda draft, _: self._who(draft),
        }

    # --- what a person sent -------------------------------------------------------------------------------------------

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
            self._begin(draft, intent.argument)
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
            self.serve(draft, intent)
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
        self._run(draft, Interrupt(flow, self._facts(draft)), lane=Lane.SAFETY, first=closed)

    def _hear_calm(self, draft: Draft, content: Content, text: str, value: str | None) -> None:
        reply = self._asking.reply(draft, content)
        intent = self._meaning.intent(draft, content)
        if reply is not None:
            self._take_reply(draft, reply)
        elif intent is not None:
            self.serve(draft, intent)
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
            self.serve(draft, Intent("start"))
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
            self._run(draft, Again(), first=self._words.say("forms.too_open", draft.person.language))
        else:
            self._run(draft, Answered(text=text, value=value))

    def _ask_if_meant(self, draft: Draft, meant: interrupts.Interrupt) -> None:
        language = draft.person.language
        keys = ("did_you_mean", "did_you_mean_yes", "did_you_mean_no")
        text, *labels = [self._words.say(key, language, word=meant.word) for key in keys]
        self._intents.ask(draft, text, [intent_of(meant), Intent("never_mind")], labels)

    def _speak(self, draft: Draft, wanted: str) -> None:
        """Go on in the language that is named."""
        language = self._library.language_named(wanted)
        if language is None:
            draft.send(self._library.phrases(draft.person.language).language_unknown)
            return
        draft.change_person(language=language)
        said = self._library.phrases(language).language_set
        if draft.session.in_flow:
            self._run(draft, Again(), first=said)
        else:
            draft.send(said)

    def _who(self, draft: Draft) -> None:
        """Say who can read what is written here, and ask the open question again."""
        text = self._intents.rights.readers(draft)
        if draft.session.in_flow:
            self._run(draft, Again(), first=text)
        else:
            draft.send(text)

    def _never_mind(self, draft: Draft) -> None:
        if draft.session.in_flow:
            self._run(draft, Again())
        else:
            self._intents.offer(draft, "lost")

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
            self._run(draft, Again(), first=self._words.say("moved_on", draft.person.language))
        else:
            self._intents.offer(draft, "lost")

    def _correct(self, draft: Draft, edit: Edited) -> None:
        """An edit replaces the answer while the next question is open; an older one changes nothing."""
        if draft.session.in_flow and edit.message and edit.message == draft.session.answered:
            asked = draft.session
            self._run(draft, Back(), quiet=True)
            self._run(draft, Answered(text=edit.text), standing=asked if self._forms.used(draft) else None)
        elif self._forms.used(draft):
            self._stale_press(draft)

    def _undo(self, draft: Draft) -> None:
        """Take back the answer given last, and ask its question again."""
        self._forms.forget(draft)
        self._run(draft, Back())

    def notice_zone(self, draft: Draft, zone: str, before: Session) -> None:
        """Ask once, when nothing else is open, whether check-ins shall go by the account's new time zone."""
        person, quiet = draft.person, draft.session.prompt == before.prompt and not draft.session.in_flow
        if not zone or zone in {person.told_zone, person.zone} or not draft.view.check_ins:
            return
        if quiet and draft.view.mode is TalkMode.BOT:
            draft.change_person(told_zone=zone)
            self._intents.offer_zone(draft, zone)

    # --- intents ------------------------------------------------------------------------------------------------------

    def serve(self, draft: Draft, intent: Intent) -> None:
        """Carry out an intent."""
        handler = self._handlers.get(intent.name)
        if handler is not None:
            handler(draft, intent.argument)
        elif intent.name in _MOVES:
            self._move(draft, intent.name)
        elif not self._intents.serve(draft, intent):
            self._intents.offer(draft, "unknown_command")

    def _move(self, draft: Draft, name: str) -> None:
        if draft.session.in_flow or (name == "start_over" and draft.session.parked):
            self._run(draft, _MOVES[name])
        else:
            self._intents.offer(draft, "nothing_to_stop" if name == "stop" else "nothing_to_skip")

    def _resume(self, draft: Draft, when: str) -> None:
        """Go on with the parked talk; after a day or more, ask first."""
        language = draft.person.language
        told = "" if when == NOW else way_back(self._library, draft.session, draft.now, language)
        if told:
            self._intents.ask(draft, told, WAYS, labels_of_ways(self._library.phrases(language)))
        elif draft.session.parked:
            self._run(draft, Resume())
        else:
            self._intents.offer(draft, "nothing_to_resume")

    def _start(self, draft: Draft) -> None:
        if draft.session.in_flow:
            self._run(draft, Again())
        elif draft.person.welcomed:
            self._intents.offer(draft, "welcome_back" if draft.person.name else "welcome_back_nameless")
        else:
            self._run(draft, Begin(CONSENT_FLOW, self._facts(draft)), first=self._safety.offline_note(draft))

    def _check_in(self, draft: Draft, wanted: str) -> None:
        if "check_ins" not in draft.person.consents:
            self._intents.ask_consent(draft, "check_ins", Intent("check_in", wanted))
        elif wanted:
            self._intents.schedules.set(draft, wanted)
        else:
            self._begin(draft, CHECK_IN_FLOW)

    def _begin(self, draft: Draft, name: str) -> None:
        if not self._library.knows(name):
            self._intents.offer(draft, "unknown_command")
            return
        flow = self._library.latest(name)
        # Other needs (rota.staffed) are facts; the engine says when one of them is missing.
        for purpose in [need.removeprefix(CONSENT) for need in flow.needs if need.startswith(CONSENT)]:
            if purpose not in draft.person.consents:
                self._intents.ask_consent(draft, purpose, Intent("flow", name))
                return
        first = "" if self._library.latest(name).safety else self._names_people(draft)
        self._run(draft, Begin(name, self._facts(draft)), first=first)

    def _names_people(self, draft: Draft) -> str:
        """Return a sentence about people when somebody has done much with the bot lately (over-reliance)."""
        if used_today(draft) >= MANY_A_DAY:
            return self._library.phrases(draft.person.language).many_today
        many = leans(draft.session, draft.now)
        return self._words.say("rights.many_week", draft.person.language) if many else ""

    def _grant(self, draft: Draft, argument: str) -> None:
        """Take a consent and go on with what had been asked for: `exercises flow grounding`."""
        purpose, _, rest = argument.partition(" ")
        name, _, wanted = rest.partition(" ")
        set_consent(draft, purpose, agreed=True)
        self.serve(draft, Intent(name, wanted))

    def lapse(self, draft: Draft) -> None:
        """Take back consents whose words have changed since."""
        self._intents.rights.lapse(draft)

    def prepared(self, draft: Draft, what: Prepared) -> None:
        """Send what the store has brought of the person's own data."""
        self._intents.rights.prepared(draft, what)

    def _look_back(self, draft: Draft) -> None:
        """When the moods of weeks went down, say so plainly, once, and offer a look back or a person."""
        found = trend_of(draft)
        if found.level < Level.ELEVATED or draft.session.in_flow or draft.view.mode is not TalkMode.BOT:
            return
        note_trend(draft)
        draft.level = max(draft.level, found.level)
        draft.audit("program", "trend: " + ", ".join(reason.rule for reason in found.reasons))
        intents = [Intent("flow", "hard_stretch"), Intent("human"), Intent("no_thanks")]
        labels = [self._words.say(f"trend.{one}", draft.person.language) for one in ("look_back", "human", "no")]
        self._intents.ask(draft, self._words.say("trend.down", draft.person.language), intents, labels)

    # --- what fell due ------------------------------------------------------------------------------------------------

    def check_in_due(self, draft: Draft, due: CheckInDue) -> None:
        """Ask the question of a check-in that was decided, unless something forbids it by now."""
        self._asking.ask(draft, due)

    def _take_reply(self, draft: Draft, reply: Reply) -> None:
        """Begin the check-in with the answer to a nudge, or do what was wanted of the schedule."""
        if reply.intent is not None:
            self.serve(draft, reply.intent)
        elif "check_ins" not in draft.person.consents:
            self._intents.ask_consent(draft, "check_ins", Intent("flow", CHECK_IN_FLOW))
        else:
            self._run(draft, Interrupt(CHECK_IN_FLOW, self._facts(draft)), quiet=True)
            self._run(draft, Answered(text=reply.text, value=reply.value))
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
        self._run(draft, WaitElapsed(), lane=Lane.NUDGE, quiet=quiet)
        if quiet and draft.session.in_flow:
            draft.change_session(prompt=before.prompt)

    # --- the engine ---------------------------------------------------------------------------------------------------

    def _run(
        self,
        draft: Draft,
        event: EngineEvent,
        *,
        lane: Lane = Lane.REPLY,
        first: str = "",
        quiet: bool = False,
        standing: Session | None = None,
    ) -> None:
        """Take one engine step and carry out its effects; `quiet` keeps them from being said.

        So does `standing` when the step leads back to the question that stood open then: it need not be asked again.
        """
        before, language, helping = draft.session, draft.person.language, in_safety_flow(draft)
        event = with_memory(self._library, draft.person, event, draft.now)
        session, effects = step(self._library, before, event, draft.now, language=language)
        draft.set_session(without_words(session, self._library, draft.person.consents))
        if standing is not None and stand(standing) == stand(session):
            draft.change_session(prompt=standing.prompt)
            self._forms.note(draft, "saved")
            quiet = True
        if quiet:
            effects = tuple(effect for effect in effects if not isinstance(effect, Say | Ask))
        self._carrier.carry(draft, ((Say(first),) if first else ()) + tuple(effects), lane=lane)
        if any(isinstance(one, Ended) and one.flow == CHECK_IN_FLOW and one.how == "done" for one in effects):
            self._intents.schedules.answered(draft)
            self._look_back(draft)
        # What helps in danger stays where it was read, numbers and all.
        if isinstance(event, Answered | Skip) and not helping:
            self._forms.settle(draft, before, saved=saves(effects))
        self._carrier.calm.settle(draft, before, event)

    def _facts(self, draft: Draft) -> dict[str, Saved]:
        """Return what flows may know about the person."""
        person = draft.person
        facts: dict[str, Saved] = {
            "person.id": person.person_id,
            "person.name": person.name,
            "person.country": person.country,
            "person.zone": person.zone,
            "platform": person.address.platform.value,
            "crisis_lines": self._numbers(person.country, person.language),
            "rota.staffed": self._safety.is_staffed(draft),
        }
        return facts | {f"{CONSENT}{purpose}": True for purpose in person.consents}


def only_unscored(assessment: Assessment) -> bool:
    """Say whether a reply is at level 2 only because triage cannot read its language."""
    raised = [reason for reason in assessment.reasons if reason.level >= Level.ELEVATED]
    return assessment.unscored and all(reason.category == UNSCORED for reason in raised)
