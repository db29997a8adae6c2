"""Answers typed into a form (Slack's modal): what opens it, what its question becomes afterwards, what it means.

On a platform with forms no answer may stay in the chat: a question that was answered is replaced by a short note.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from bot.engine.effects import Ask, Effect, Ended, Save
from bot.model.people import Platform
from bot.model.received import Content, Edited, Filled, Pressed, Text
from bot.model.sent import Button
from bot.model.talk import Prompt, Session
from bot.turn import Draft, Rows
from flows import interrupts
from flows.library import Library
from flows.model import AnswerKind, Flow
from flows.values import Saved
from flows.wording import Words

WORDS, EDIT, UNDO = "words", "edit", "undo"
# A shorter answer is hidden nowhere: "no" in an ordinary sentence says nothing about anyone.
SHORTEST_HIDDEN = 3
# Shows in private what the chat holds only in part.
SHOW = "private.show"
# The value of a choice, which nobody typed.
MINE = "my."
_NOT_TYPED = ("person.", "consent.", MINE)
_IDENTIFIER = re.compile(r"[a-z0-9_]*")


class Forms:
    """What is different on `platforms`, whose answers are typed into forms."""

    def __init__(self, words: Words, library: Library, platforms: Collection[Platform] = ()) -> None:
        self._words = words
        self._library = library
        self._platforms = frozenset(platforms)

    def used(self, draft: Draft) -> bool:
        """Say whether this person's answers are typed into forms."""
        return draft.person.address.platform in self._platforms

    def field(self, draft: Draft, prompt: Prompt, question: str) -> Rows:
        """Return the row whose button opens the form of an open question."""
        draft.change_session(prompt=msgspec.structs.replace(prompt, asks=question))
        return ((Button(f"{prompt.token}.{WORDS}", self._say(draft, "answer"), form=question),),)

    def remember(self, draft: Draft, said: Sequence[str], effects: Sequence[Effect]) -> None:
        """Keep what was said before the question: it stays when the question goes."""
        prompt, asks = draft.session.prompt, any(isinstance(effect, Ask) for effect in effects)
        if not (self.used(draft) and asks and said[:-1]) or prompt is None or not prompt.shown:
            return
        before = "\n\n".join(said[:-1])
        kept = self.aloud(draft, before, effects) or before
        draft.change_session(prompt=msgspec.structs.replace(prompt, said=kept))

    def settle(self, draft: Draft, before: Session, saved: bool) -> None:
        """Replace the question that was just answered (or skipped) by a note with the ways to change the answer."""
        asked = before.prompt
        if not self.used(draft) or asked is None or not asked.shown or draft.person.plain:
            return
        if stand(before) == stand(draft.session):
            return
        draft.change_session(settled=asked)
        self.note(draft, "saved" if saved else "done")

    def note(self, draft: Draft, key: str) -> None:
        """Say in place of the question answered last what became of it."""
        asked = draft.session.settled
        if asked is None:
            return
        at = f"{draft.now.astimezone(ZoneInfo(draft.person.zone)):%H:%M}"
        rows = () if key == "undone" or not draft.session.in_flow else self._ways(draft, asked)
        note = self._say(draft, key, time=at)
        draft.send(f"{asked.said}\n\n{note}" if asked.said else note, buttons=rows, edits=asked.shown)

    def undoes(self, draft: Draft, content: Content) -> bool:
        """Say whether a press takes back the answer given last."""
        asked = draft.session.settled
        pressed = isinstance(content, Pressed) and asked is not None and content.button == f"{asked.token}.{UNDO}"
        return pressed and draft.session.in_flow

    def forget(self, draft: Draft) -> None:
        """Note that the answer given last was taken back."""
        self.note(draft, "undone")
        draft.change_session(settled=None)

    def too_open(self, draft: Draft, content: Content) -> bool:
        """Say whether words answer a private question where others may read them later."""
        prompt = draft.session.prompt
        return isinstance(content, Text) and content.exposed and prompt is not None and bool(prompt.asks)

    def aloud(self, draft: Draft, text: str, effects: Sequence[Effect]) -> str:
        """Return a text without what the person wrote, now or in earlier talks; nothing when it holds none of it."""
        answers = sorted(set(self._written(draft, effects)), key=len, reverse=True) if self.used(draft) else []
        if not answers:
            return ""
        words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, answers))})(?!\w)")
        spoken = words.sub(self._say(draft, "hidden"), text)
        return spoken if spoken != text else ""

    def shown_on_request(self, draft: Draft, text: str) -> Rows:
        """Keep a text whose words the chat leaves out; return the row that shows it in private."""
        draft.change_session(unshown=text)
        return ((Button(SHOW, self._say(draft, "show")),),)

    def asks_to_show(self, draft: Draft, content: Content) -> bool:
        """Say whether a press asks for the text that the chat holds only in part."""
        return isinstance(content, Pressed) and content.button == SHOW and bool(draft.session.unshown)

    def show(self, draft: Draft, trigger: str) -> None:
        """Show that text in private, or say that it has to be asked for again."""
        draft.send(draft.session.unshown, trigger=trigger, aloud=self._say(draft, "not_shown"))

    def _written(self, draft: Draft, effects: Sequence[Effect]) -> Iterator[str]:
        """Return what was typed as free text, in this talk or in an earlier one that it recalls."""
        for frame in draft.session.stack:
            yield from _typed(self._library.pinned(frame.flow, frame.hash), frame.saved)
        for effect in effects:
            if not (isinstance(effect, Ended | Save) and self._library.knows(effect.flow)):
                continue
            flow = self._library.latest(effect.flow)
            recalled = {name: draft.person.kept.get(name.removeprefix(MINE)) for name in flow.recalls}
            saved = effect.saved if isinstance(effect, Ended) else {effect.name: effect.value}
            yield from _typed(flow, {**recalled, **saved})

    def _ways(self, draft: Draft, asked: Prompt) -> Rows:
        undo = Button(f"{asked.token}.{UNDO}", self._say(draft, "undo"), moves=True)
        edit = Button(f"{asked.token}.{EDIT}", self._say(draft, "edit"), form=asked.asks, moves=True)
        return ((edit, undo),) if asked.asks else ((undo,),)

    def _say(self, draft: Draft, key: str, **values: object) -> str:
        return self._words.say(f"forms.{key}", draft.person.language, **values)


def as_written(session: Session, language: str, content: Content) -> Content:
    """Return what a filled form means: words, the correction of the last answer, or the form of an earlier question."""
    if not isinstance(content, Filled):
        return content
    token, _, part = content.button.rpartition(".")
    if part == EDIT:
        return Edited(content.text, message=token)
    stale = session.in_flow and (session.prompt is None or session.prompt.token != token)
    return content if stale and interrupts.match(content.text, language) is None else Text(content.text)


def form_of(content: Content) -> str:
    """Return the token of the question whose form was filled, or nothing."""
    return content.button.rpartition(".")[0] if isinstance(content, Filled) else ""


def saves(effects: Sequence[Effect]) -> bool:
    """Say whether a turn's effects keep an answer."""
    return any(isinstance(effect, Save) and effect.value is not None for effect in effects)


def _typed(flow: Flow | None, saved: Mapping[str, Saved]) -> Iterator[str]:
    """Return the free text among answers; a name is there to be said, and nobody typed the value of a choice."""
    steps = flow.steps.values() if flow is not None else ()
    free = {step.save for step in steps if step.answer is not None and step.answer.kind is AnswerKind.TEXT}
    for name, value in saved.items():
        kept = name.startswith(MINE) and not name.endswith("_on")
        from_a_called_flow = "." in name and not name.startswith(_NOT_TYPED) and not _IDENTIFIER.fullmatch(str(value))
        if kept or from_a_called_flow or (name in free and not name.startswith(_NOT_TYPED)):
            yield from _words(value)


def _words(value: Saved) -> Iterator[str]:
    if isinstance(value, str) and len(value) >= SHORTEST_HIDDEN:
        yield value


def stand(session: Session) -> tuple[str, str, tuple[str, ...]] | None:
    """Return where a talk stands: the flow, the step and the way there."""
    frame = session.stack[-1] if session.stack else None
    return None if frame is None else (frame.flow, frame.step, frame.path)
