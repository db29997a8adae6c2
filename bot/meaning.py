"""What a person's message means: the words in it, the button behind it, and what it asks of the bot."""

from __future__ import annotations

from msgspec import structs

from bot.checkins.reading import Wish, read_wish
from bot.commands import HUMAN_BUTTON, Intent, from_command, from_value, from_words
from bot.engine.reading import Context, Wrong, read
from bot.model.received import Command, Content, Edited, Filled, Inbound, Pressed, Text
from bot.prompts import pressed, typed
from bot.safety import pressed_answer
from bot.turn import Draft
from flows import interrupts
from flows.library import Library
from flows.normal import plain

CALLS = frozenset({"sos", "human"})
_TO_HELP = frozenset({"crisis", "worry"})


def words_in(content: Content) -> str:
    """Return what a person wrote, for triage: also in edits, forms and unknown commands."""
    match content:
        case Text(text) | Edited(text) | Filled(_, text):
            return text
        case Command(name, argument):
            return f"{name} {argument}".strip()
    return ""


def readable(inbound: Inbound) -> Inbound:
    """Return what was received with every half of a character mended or replaced: no database takes one.

    A platform's JSON may hold such halves; one message with them must not keep a whole batch from being stored.
    """
    content = inbound.content
    match content:
        case Text(text) | Edited(text) | Filled(_, text) if text != (whole := _whole(text)):
            content = structs.replace(content, text=whole)
        case Command(name, argument) if name + argument != _whole(name + argument):
            content = Command(_whole(name), _whole(argument))
    return inbound if content is inbound.content else structs.replace(inbound, content=content)


def _whole(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def value_in(draft: Draft, content: Content) -> str | None:
    """Return the value of the pressed button of the open question, or None."""
    return pressed(draft.session.prompt, content.button) if isinstance(content, Pressed | Filled) else None


def safety_answer_in(content: Content) -> str:
    """Return the safety answer that was pressed, or nothing."""
    return pressed_answer(content.button) if isinstance(content, Pressed) else ""


def intent_of(word: interrupts.Interrupt) -> Intent:
    """Return what one of the words that work everywhere asks for."""
    return Intent("sos" if word.name in _TO_HELP else word.name)


def calls_for_help(content: Content, language: str) -> bool:
    """Say whether someone asks for SOS or a person, or answers a safety text: by button, command or plain words."""
    if isinstance(content, Command):
        return from_command(content).name in CALLS
    word = interrupts.match(content.text, language) if isinstance(content, Text) else None
    return bool(safety_answer_in(content)) or (word is not None and intent_of(word).name in CALLS)


class Meaning:
    """Finds the intent in a message. The flows are known by their names and titles."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def intent(self, draft: Draft, content: Content) -> Intent | None:
        """Return the intent behind a command, an offered button or plain words; words of a question come first."""
        if isinstance(content, Command):
            return from_command(content)
        if isinstance(content, Pressed) and content.button == HUMAN_BUTTON:
            return Intent("human")
        value = value_in(draft, content)
        if value is not None:
            return from_value(value)
        return self._in_words(draft, content.text) if isinstance(content, Text) else None

    def _in_words(self, draft: Draft, text: str) -> Intent | None:
        word = interrupts.match(text, draft.person.language)
        if word is not None:
            return intent_of(word)
        offered = typed(draft.session.prompt, text)
        if offered is not None:
            return from_value(offered)
        return (
            None
            if draft.session.in_flow
            else from_words(text) or self._named_flow(text, draft.person.language) or self._plan(draft, text)
        )

    def _plan(self, draft: Draft, text: str) -> Intent | None:
        """Read "Tue and Thu 14:30" as a wish for check-ins; a time or a day alone is not enough."""
        wish = read_wish(text, self._library.phrases(draft.person.language).understood)
        whole = isinstance(wish, Wish) and wish.names_days and wish.at is not None
        return Intent("check_in", text) if whole else None

    def misspelt(self, draft: Draft, text: str) -> interrupts.Interrupt | None:
        """Return the word that works everywhere and was nearly written, unless the words are an answer as they are."""
        near = interrupts.near(text, draft.person.language)
        return near if near is not None and not (draft.session.in_flow and self._is_answer(draft, text)) else None

    def _is_answer(self, draft: Draft, text: str) -> bool:
        """Say whether words answer the open question; free text and "go on" take any."""
        frame, language = draft.session.stack[-1], draft.person.language
        flow = self._library.pinned(frame.flow, frame.hash, language)
        answer = flow.steps[frame.step].answer if flow is not None else None
        if answer is None:
            return True
        context = Context(self._library.phrases(language), language, draft.now)
        return not isinstance(read(answer, text, "", context), Wrong)

    def _named_flow(self, text: str, language: str) -> Intent | None:
        """Return the flow that is named by its title, in the person's language or its own."""
        said = plain(text)
        titles = {
            name: (self._library.latest(name), self._library.latest(name, language)) for name in self._library.names()
        }
        named = (name for name, both in titles.items() if said in {plain(name), *(plain(flow.title) for flow in both)})
        return next((Intent("flow", name) for name in named), None)
