"""One step of the engine for a person: what it is told of them, and what becomes of its effects."""

from __future__ import annotations

from bot.checkins.asking import CHECK_IN_FLOW
from bot.commands import Intent
from bot.effects import Carrier, in_safety_flow
from bot.engine.effects import Ask, Ended, Say
from bot.engine.engine import step
from bot.engine.events import (
    Answered,
    EngineEvent,
    Skip,
)
from bot.forms import saves, stand
from bot.intents import Intents
from bot.model.people import TalkMode
from bot.model.sent import Lane
from bot.model.talk import Session
from bot.model.values import Saved
from bot.model.worry import Level
from bot.ports import Numbers
from bot.remembering import note_trend, trend_of, with_memory
from bot.rights.unstored import without_words
from bot.safety import Safety
from bot.turn import Draft
from flows.library import Library
from flows.wording import Words

CONSENT = "consent."


class Walk:
    """Takes the engine's steps and has their effects carried out."""

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

    def run(
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

    def facts(self, draft: Draft) -> dict[str, Saved]:
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
