"""Words a nudge, and reads what a person does with it."""

from __future__ import annotations

from msgspec import structs

from bot.checkins import policy
from bot.checkins.changes import schedule_of
from bot.checkins.due import DueCheckIn
from bot.checkins.wall import local_time
from bot.checkins.window import is_open, rules_for
from bot.commands import Intent, from_value
from bot.effects import in_safety_flow
from bot.engine.effects import Ask
from bot.engine.engine import step
from bot.engine.events import Begin
from bot.engine.reading import Context, Wrong, read
from bot.model.people import TalkMode
from bot.model.received import CheckInDue, Content, Pressed, Text
from bot.model.schedules import CheckIn
from bot.model.sent import Lane
from bot.model.talk import Prompt, Session
from bot.model.values import Value
from bot.prompts import labels_of, last_row, rows_of
from bot.turn import Draft, Rows
from flows.library import Library
from flows.normal import plain
from flows.wording import Words

CHECK_IN_FLOW = "check_in"
STEM = "nudge"
WAYS = ("later", "fewer", "pause")
LAST_WAYS = ("take_up", "fewer", "off")


class Reply(Value, frozen=True):
    """What someone does with a nudge: answers it (by a value or in words), or wants something of the schedule."""

    value: str = ""
    text: str = ""
    intent: Intent | None = None


class Asking:
    """Asks the first question of the check-in flow unasked. The flow itself begins with the answer.

    So a nudge interrupts nothing, and whoever leaves it alone finds their exercise as it was.
    """

    def __init__(self, library: Library, words: Words) -> None:
        self._library = library
        self._words = words

    def ask(self, draft: Draft, due: CheckInDue) -> None:
        """Take a nudge out of the queue: ask, unless something forbids it by now."""
        draft.take_nudge(due.nudge_id)
        plan = next((one for one in draft.view.check_ins if one.check_in_id == due.check_in_id), None)
        if plan is None:
            return
        if self._is_forbidden(draft, plan, due):
            draft.set_check_in(policy.withdrawn(plan))
            return
        if plan.course.outbound:
            # An edit, not a second open question; it makes no sound.
            passed = self._words.say("nudges.passed", draft.person.language)
            draft.send(passed, lane=Lane.NUDGE, edits=plan.course.outbound, silent=True)
        mark = int(due.due_at.timestamp())
        text, rows = self._last(draft, mark) if due.last else self._question(draft, mark)
        sent = draft.send(text, lane=Lane.NUDGE, buttons=rows)
        draft.set_check_in(structs.replace(plan, course=structs.replace(plan.course, outbound=sent, mark=mark)))

    def may_speak(self, draft: Draft) -> bool:
        """Say whether the open talk may go on by itself: at night only when safety or an arranged time wants it."""
        if in_safety_flow(draft) or self._was_arranged(draft):
            return True
        plan, person = schedule_of(draft.view.check_ins), draft.person
        rules = plan.rules if plan is not None else rules_for(person.address.platform)
        return is_open(rules, local_time(draft.now, person.zone).time())

    def _was_arranged(self, draft: Draft) -> bool:
        """Say whether the open question waits for a time that the person chose, such as their worry hour."""
        if not draft.session.stack:
            return False
        frame = draft.session.stack[-1]
        flow = self._library.pinned(frame.flow, frame.hash)
        return flow is not None and bool(flow.steps[frame.step].wait.until)

    def _is_forbidden(self, draft: Draft, plan: CheckIn, due: CheckInDue) -> bool:
        """Say whether the way from the decision to here changed anything: a talk, a case, a no, the clock."""
        last, decided = draft.session.last_at, plan.course.asked_at
        talked = last is not None and decided is not None and last > decided
        agreed = "check_ins" in draft.person.consents and draft.person.reachable and not plan.rules.paused
        leaving = draft.person.erase_at is not None
        case = draft.view.previous.resolved_at if draft.view.previous else None
        if talked or not agreed or leaving or draft.view.mode is not TalkMode.BOT:
            return True
        return policy.unwelcome(DueCheckIn(plan, troubled_at=case), due.due_at, draft.now) is not None

    def _question(self, draft: Draft, mark: int) -> tuple[str, Rows]:
        asked = self._first(draft)
        prompt = Prompt(f"{STEM}.{mark}")
        labels = [self._words.say(f"nudges.{way}", draft.person.language) for way in WAYS]
        rows = rows_of(prompt, labels_of(asked.choices), asked.kind) + last_row(prompt, len(asked.choices), labels)
        return asked.text, rows

    def _last(self, draft: Draft, mark: int) -> tuple[str, Rows]:
        labels = [self._words.say(f"nudges.{way}", draft.person.language) for way in LAST_WAYS]
        text = self._words.say("nudges.last", draft.person.language)
        return text, rows_of(Prompt(f"{STEM}.last{mark}"), labels)

    def _first(self, draft: Draft) -> Ask:
        """Return the first question of the flow, as the engine would ask it."""
        begin = Begin(CHECK_IN_FLOW, {"consent.check_ins": True})
        _, effects = step(self._library, Session(), begin, draft.now, language=draft.person.language)
        return next(effect for effect in effects if isinstance(effect, Ask))

    # --- what comes back ----------------------------------------------------------------------------------------------

    def reply(self, draft: Draft, content: Content) -> Reply | None:
        """Return what a message does with a nudge, or None when it has nothing to do with one."""
        plan = schedule_of(draft.view.check_ins)
        if isinstance(content, Pressed):
            return self._pressed(draft, plan, content.button)
        if not isinstance(content, Text) or plan is None or not plan.course.outbound:
            return None
        return self._typed(draft, plan, content.text)

    def _pressed(self, draft: Draft, plan: CheckIn | None, button: str) -> Reply | None:
        stem, _, rest = button.partition(".")
        mark, _, index = rest.rpartition(".")
        if stem != STEM or not index.isdecimal() or plan is None:
            return None
        if mark.startswith("last"):
            return _way(LAST_WAYS, int(index))
        choices = self._first(draft).choices
        if int(index) >= len(choices):
            return _way(WAYS, int(index) - len(choices))
        is_open = plan.course.outbound and mark == str(plan.course.mark)
        return Reply(value=choices[int(index)].value) if is_open else None

    def _typed(self, draft: Draft, plan: CheckIn, text: str) -> Reply | None:
        """Read typed words while a nudge is open; in an exercise, only the first words after it can be for it."""
        last, asked_at = draft.session.last_at, plan.course.asked_at
        if draft.session.in_flow and last is not None and asked_at is not None and last > asked_at:
            return None
        said, language = plain(text), draft.person.language
        if ways := [way for way in WAYS if said in {way, plain(self._words.say(f"nudges.{way}", language))}]:
            return Reply(intent=Intent(ways[0]))
        frame = self._library.latest(CHECK_IN_FLOW)
        answer = frame.steps[frame.start].answer
        if answer is None:
            return None
        value = read(answer, text, "", Context(self._library.phrases(language), language, draft.now))
        return None if isinstance(value, Wrong) else Reply(text=text)


def _way(ways: tuple[str, ...], index: int) -> Reply | None:
    return Reply(intent=from_value(f"!{ways[index]}")) if index < len(ways) else None
