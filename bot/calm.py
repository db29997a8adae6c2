"""Keeps a chat calm where messages can be edited: a scale that was tapped shows the choice and loses its buttons."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from bot.engine.effects import Ask, Effect
from bot.engine.events import Answered, EngineEvent
from bot.forms import stand
from bot.model.people import Platform
from bot.model.sent import Lane
from bot.model.talk import Session
from bot.turn import Draft
from flows.library import Library
from flows.model import AnswerKind
from flows.wording import Words


class Calm:
    """Edits in place on `platforms`; never for someone who wants plain messages."""

    def __init__(self, words: Words, library: Library, platforms: Collection[Platform] = ()) -> None:
        self._words = words
        self._library = library
        self._platforms = frozenset(platforms)

    def remember(self, draft: Draft, said: str, effects: Collection[Effect]) -> None:
        """Keep the words of a scale's message, so that they can stay when its buttons go."""
        prompt = draft.session.prompt
        scale = any(isinstance(effect, Ask) and effect.kind is AnswerKind.SCALE for effect in effects)
        if scale and prompt is not None and self._may_edit(draft):
            draft.change_session(prompt=msgspec.structs.replace(prompt, said=said))

    def settle(self, draft: Draft, before: Session, event: EngineEvent) -> None:
        """Show the choice in place of the buttons of the scale that was just answered by a tap."""
        asked = before.prompt
        if not isinstance(event, Answered) or not event.value or not self._may_edit(draft):
            return
        if asked is None or not (asked.said and asked.shown):
            return
        if stand(before) != stand(draft.session) and (choice := self._label(before, event.value)):
            text = self._words.say("chosen", draft.person.language, said=asked.said, choice=choice)
            # Behind everything that says something new.
            draft.send(text, lane=Lane.NUDGE, edits=asked.shown)

    def _may_edit(self, draft: Draft) -> bool:
        return draft.person.address.platform in self._platforms and not draft.person.plain

    def _label(self, before: Session, value: str) -> str:
        frame = before.stack[-1]
        flow = self._library.pinned(frame.flow, frame.hash)
        answer = flow.steps[frame.step].answer if flow is not None else None
        choice = answer.by_value.get(value) if answer is not None else None
        return choice.label if choice is not None else ""
