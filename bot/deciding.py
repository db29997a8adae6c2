"""Decides one received thing, pure: triage first, then staff, what fell due, or the person's talk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from bot.dialogue.hearing import Dialogue
from bot.escalation.happenings import Ticked
from bot.forms import form_of
from bot.meaning import calls_for_help, readable, words_in
from bot.model.people import Person, TalkMode
from bot.model.received import (
    Accepted,
    Blocked,
    CaseDue,
    CheckInDue,
    Command,
    Due,
    Edited,
    Filled,
    FollowUpDue,
    Inbound,
    Pressed,
    Received,
    Text,
    Undeliverable,
    WaitDue,
)
from bot.model.rights import Prepared
from bot.model.sent import Lane
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.model.worry import Assessment, Level
from bot.oncall import hearing
from bot.oncall.acts import Acts
from bot.oncall.asking import OF_THE_TEAM, understand
from bot.oncall.buttons import parse_button
from bot.oncall.desk import Desk
from bot.oncall.listing import Listing
from bot.oncall.program import PROGRAM, Program
from bot.ports import Lookup, Mint
from bot.rights import notice
from bot.safety import Safety
from bot.triage.triage import Question, Triage
from bot.turn import Draft
from flows.library import Library
from flows.model import AnswerKind
from flows.wording import Words

log = structlog.get_logger(__name__)
What = CheckInDue | WaitDue | CaseDue | Undeliverable | Accepted | FollowUpDue | Prepared


# What the questions of the safety flows are about, for triage.
SAFETY_TOPICS = {"sos": "safety", "safety_check": "thoughts"}


# More messages than this in the window are not answered one by one (a person at full speed sends about one a second).
FLOOD, FLOOD_WINDOW = 30, timedelta(seconds=10)


class Decider:
    """Turns a received thing and the views it is about into a turn."""

    def __init__(
        self,
        words: Words,
        library: Library,
        triage: Triage,
        dialogue: Dialogue,
        safety: Safety,
        desk: Desk,
        mint: Mint,
        *,
        workplace: bool = False,
    ) -> None:
        self._words = words
        self._library = library
        self._triage = triage
        self._dialogue = dialogue
        self._safety = safety
        self._desk = desk
        self._acts = Acts(words, desk)
        self._listing = Listing(words, desk)
        self._program = Program(words, desk)
        self._mint = mint
        self._workplace = workplace

    def lookup(self, received: Received) -> Lookup:
        """Return how to find whom this is about."""
        if isinstance(received, Due):
            return Lookup(received.key, person_id=received.person_id)
        content, address = received.content, received.address
        if self._is_drill(received):
            return Lookup(received.key, address=PROGRAM)
        if isinstance(content, Pressed | Filled) and (parsed := parse_button(content.button)):
            return Lookup(received.key, card=parsed[0], staff_chat=address)
        if self._desk.is_staff_place(address):
            return Lookup(received.key, staff_chat=address, open_cases=True)
        if self._desk.rota.by_account(address.platform, received.sender):
            return Lookup(received.key, staff_chat=address)
        return Lookup(received.key, address=address)

    def decide(self, received: Received, views: Sequence[View], as_staff: bool, now: datetime) -> Turn | None:
        """Return the turn, or None when there is nothing to do. An error in a decision costs that message alone."""
        if isinstance(received, Inbound):
            received = readable(received)
        try:
            return self._decide(received, views, as_staff, now)
        except Exception as error:  # noqa: BLE001  one poisonous message must not stop the others
            log.error("decision_failed", kind=type(error).__name__, received=received.key)
        try:
            return self._fallback(received, views, as_staff, now)
        except Exception as error:  # noqa: BLE001  nor may the answer to it
            log.critical("fallback_failed", kind=type(error).__name__, received=received.key)
            return None

    def _decide(self, received: Received, views: Sequence[View], as_staff: bool, now: datetime) -> Turn | None:
        if isinstance(received, Due):
            return self._fell_due(received, views, now)
        if received.address == PROGRAM or self._is_drill(received):
            return self._of_the_program(received, views, now)
        if self._is_from_staff(received, as_staff):
            return self._staff(received, views, as_staff, now)
        return self._person(received, self._view(received, views, now), now)

    def _is_from_staff(self, inbound: Inbound, as_staff: bool) -> bool:
        return as_staff or self._desk.is_staff_place(inbound.address) or _is_staff_button(inbound)

    def _is_drill(self, inbound: Inbound) -> bool:
        """Say whether somebody on the rota asks for a drill."""
        if not isinstance(inbound.content, Text | Command) or self._desk.responder(inbound) is None:
            return False
        asked = understand(inbound.content)
        return asked is not None and asked.act == "drill"

    def _of_the_program(self, inbound: Inbound, views: Sequence[View], now: datetime) -> Turn:
        """Take what the program does of itself; it is about a made-up person."""
        own = inbound.address == PROGRAM
        about = inbound if own else msgspec.structs.replace(inbound, address=PROGRAM)
        draft = Draft(inbound.key, self._view(about, views, now), now, self._mint)
        if own and isinstance(inbound.content, Command) and inbound.content.name == "digest":
            self._program.tell_digest(draft, inbound.content.argument)
        else:
            self._program.begin_drill(draft, None if own else inbound)
        return draft.finish()

    # --- a person -----------------------------------------------------------------------------------------------------

    def _person(self, inbound: Inbound, view: View, now: datetime) -> Turn:
        draft = Draft(inbound.key, view, now, self._mint, inbound.trigger)
        edited = inbound.content.message if isinstance(inbound.content, Edited) else ""
        draft.message, draft.is_edit = edited or inbound.message, bool(edited)
        if not draft.person.reachable:
            draft.change_person(reachable=True)
        self._dialogue.lapse(draft)
        assessment = self._assess(draft, inbound)
        before = draft.session
        if self._floods(draft) and draft.view.mode is TalkMode.BOT and not self._must_hear(draft, inbound, assessment):
            return draft.finish()
        self._dialogue.hear(draft, inbound.content, assessment)
        self._dialogue.notice_zone(draft, inbound.zone, before)
        said = inbound.message if isinstance(inbound.content, Text) else form_of(inbound.content)
        if said and draft.session.stack != before.stack:
            draft.change_session(answered=said)
        self._tell_what_it_is(draft)
        draft.change_session(last_at=now)
        return draft.finish()

    def _tell_what_it_is(self, draft: Draft) -> None:
        """Say with a reply that this is a program, when the last time is three hours ago (AI-5)."""
        due = draft.person.welcomed and notice.is_due(draft.session, draft.now)
        if due and not draft.add_notice(self._words.say("rights.notice", draft.person.language)):
            return
        if due or draft.session.told_at is None:
            draft.change_session(told_at=draft.now)

    def _floods(self, draft: Draft) -> bool:
        """Say whether someone writes faster than can be answered. They are told once; every word is still assessed."""
        since, count = draft.session.hasty_since, draft.session.hasty + 1
        if since is None or draft.now - since > FLOOD_WINDOW:
            since, count = draft.now, 1
        draft.change_session(hasty_since=since, hasty=count)
        if count == FLOOD + 1:
            draft.send(self._words.say("too_fast", draft.person.language))
        return count > FLOOD

    def _must_hear(self, draft: Draft, inbound: Inbound, assessment: Assessment) -> bool:
        """Say whether something is answered even in a flood: a worry, a call for help, and that someone left."""
        if assessment.level >= Level.ELEVATED or isinstance(inbound.content, Blocked):
            return True
        return calls_for_help(inbound.content, draft.person.language)

    def _assess(self, draft: Draft, inbound: Inbound) -> Assessment:
        """Triage comes first, always: nothing that follows can keep a worrying reply from being seen."""
        text = words_in(inbound.content)
        if not text:
            return Assessment()
        assessment, heard = self._triage.assess(
            text,
            heard=draft.session.heard,
            question=self._question(draft.view),
            language=draft.person.language,
            now=draft.now,
            workplace=self._workplace,
        )
        draft.change_session(heard=heard)
        draft.level = assessment.level
        return assessment

    def _question(self, view: View) -> Question | None:
        """Return what the person was asked, so that "yes" and "1" are read in its light."""
        if not view.session.stack:
            return Question(kind="choice", topic="safety") if view.mode is TalkMode.HOLD else None
        frame = view.session.stack[-1]
        flow = self._library.pinned(frame.flow, frame.hash)
        answer = flow.steps[frame.step].answer if flow is not None else None
        if answer is None:
            return None
        topic = SAFETY_TOPICS.get(frame.flow, "")
        if answer.minimum is None or answer.maximum is None or answer.kind is AnswerKind.MANY:
            return Question(kind=answer.kind.value, topic=topic)
        return Question(kind=answer.kind.value, topic=topic, minimum=answer.minimum, maximum=answer.maximum)

    def _view(self, inbound: Inbound, views: Sequence[View], now: datetime) -> View:
        if views:
            return views[0]
        person = Person(
            self._mint.token(),
            inbound.address,
            created_at=now,
            language=self._language(inbound.language),
            zone=inbound.zone or "UTC",
            told_zone=inbound.zone,
        )
        return View(person, Session(), known=False)

    def _language(self, wanted: str) -> str:
        language = wanted.partition("-")[0].lower()
        return language if self._words.known(language) else "en"

    def _fallback(self, received: Received, views: Sequence[View], as_staff: bool, now: datetime) -> Turn | None:
        """Decide as little as possible for a message whose decision failed: its words are still assessed."""
        if isinstance(received, Due):
            return None
        draft = Draft(received.key, self._view(received, views, now), now, self._mint)
        if self._is_from_staff(received, as_staff):
            self._desk.apologise(draft, received)
            return draft.finish()
        text = words_in(received.content)
        assessment, heard = self._triage.assess(
            text, heard=None, question=None, language=draft.person.language, now=now
        )
        draft.level = assessment.level
        draft.change_session(heard=heard, stack=(), prompt=None, wake_at=None)
        if assessment.level >= Level.HIGH:
            self._safety.raise_case(draft, assessment.level, assessment.reasons, text)
        else:
            self._safety.keep(draft, text)
            draft.send(self._words.say("fault", draft.person.language), lane=Lane.SAFETY)
        return draft.finish()

    # --- staff --------------------------------------------------------------------------------------------------------

    def _staff(self, inbound: Inbound, views: Sequence[View], as_staff: bool, now: datetime) -> Turn | None:
        cases = [view for view in views if as_staff]
        asked = hearing.asked_of(self._desk, inbound, cases)
        if asked is None:
            return None
        meant = hearing.meant(self._desk, inbound, asked, cases)
        view = meant[0] if meant else self._view(inbound, [one for one in views if not as_staff], now)
        draft = Draft(inbound.key, view, now, self._mint)
        if asked.act in OF_THE_TEAM:
            self._listing.tell(draft, inbound, asked, cases)
        elif len(meant) > 1:
            self._listing.which(draft, inbound, asked, meant)
        else:
            self._acts.hear(draft, inbound, asked)
            self._look_at_drill(draft)
        return draft.finish()

    def _tick(self, draft: Draft, due: CaseDue) -> bool:
        """Let time pass for the open case, unless it was moved meanwhile."""
        if draft.case is None or (draft.case.case_id, draft.case.next_at) != (due.case_id, due.next_at):
            return False
        self._desk.happen(draft, Ticked())
        self._look_at_drill(draft)
        return True

    def _look_at_drill(self, draft: Draft) -> None:
        if draft.case is not None:
            self._program.look_at_drill(draft)

    # --- what fell due ------------------------------------------------------------------------------------------------

    def _fell_due(self, due: Due, views: Sequence[View], now: datetime) -> Turn | None:
        if not views:
            return None
        draft = Draft(due.key, views[0], now, self._mint)
        return draft.finish() if self._take_due(draft, due.what) else None

    def _take_due(self, draft: Draft, what: What) -> bool:
        """Act on what fell due; return False when it was moved meanwhile and nothing is to be written."""
        match what:
            case CheckInDue():
                self._dialogue.check_in_due(draft, what)
            case WaitDue(version) if version == draft.session.version:
                self._dialogue.wait_elapsed(draft)
            case CaseDue():
                return self._tick(draft, what)
            case Prepared():
                self._dialogue.prepared(draft, what)
            case Undeliverable():
                self._desk.undeliverable(draft, what)
            case Accepted():
                return self._desk.accepted(draft, what)
            case FollowUpDue():
                return self._dialogue.follow_up(draft, what)
            case _:
                return False
        return True


def _is_staff_button(inbound: Inbound) -> bool:
    return isinstance(inbound.content, Pressed | Filled) and parse_button(inbound.content.button) is not None
