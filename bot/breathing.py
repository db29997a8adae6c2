"""Paces a breathing round by edits of its own message, where messages can be edited: in for four, out for six."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

import msgspec

from bot.engine.effects import Ask, Effect
from bot.model.people import Platform
from bot.model.sent import Lane
from bot.turn import Draft, Rows
from flows.model import AnswerKind
from flows.wording import Words

FLOW, ROUND = "breathing", "round_"
IN, OUT = timedelta(seconds=4), timedelta(seconds=6)
BREATHS = 3
STAYS = timedelta(hours=1)
# The person reads first.
BEGINS_AFTER = timedelta(seconds=3)


class Breathing:
    """Queues the edits of a round on `platforms`; never for someone who wants plain messages."""

    def __init__(self, words: Words, platforms: Collection[Platform] = ()) -> None:
        self._words = words
        self._platforms = frozenset(platforms)

    def pace(self, draft: Draft, said: str, buttons: Rows, effects: Collection[Effect]) -> None:
        """Queue the edits of the round that was just asked for; the next turn calls off what is left of them."""
        prompt = draft.session.prompt
        if prompt is None or not prompt.shown or not self._is_round(draft, effects):
            return
        at, paced = draft.now + BEGINS_AFTER, []
        for text, span in self._steps(draft, said):
            edit = draft.send(
                text, lane=Lane.NUDGE, buttons=buttons, edits=prompt.shown, not_before=at, not_after=at + span
            )
            paced.append(edit)
            at += span
        draft.change_session(prompt=msgspec.structs.replace(prompt, paced=tuple(paced)))

    def _is_round(self, draft: Draft, effects: Collection[Effect]) -> bool:
        person, stack = draft.person, draft.session.stack
        if person.plain or person.address.platform not in self._platforms or not stack:
            return False
        waits = any(isinstance(effect, Ask) and effect.kind is AnswerKind.NONE for effect in effects)
        return waits and stack[-1].flow == FLOW and stack[-1].step.startswith(ROUND)

    def _steps(self, draft: Draft, said: str) -> Iterator[tuple[str, timedelta]]:
        language = draft.person.language
        for _ in range(BREATHS):
            yield self._words.say("breath.in", language, said=said), IN
            yield self._words.say("breath.out", language, said=said), OUT
        yield said, STAYS
