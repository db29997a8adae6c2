"""Assesses one reply: rules decide a page, the lexicon may raise, VADER keeps the mood, the conversation gives context.

It decides and never acts. Whatever fails inside sends the reply to people.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.model.talk import Heard
from bot.model.worry import Assessment, Level, Reason
from bot.ports import SentimentScorer
from bot.triage import conversation, shipped
from bot.triage.banks import ENGLISH, Banks
from bot.triage.conversation import Question
from bot.triage.document import RuleError
from bot.triage.lexicon import Lexicon, Weight
from bot.triage.policy import Policy, load_policy
from bot.triage.reading import Reading

__all__ = ["Question", "Triage", "load"]

_WINDOW = 500
_UNSCORED = Reason("triage.unscored", "unscored", Level.ELEVATED)
# How fast the score within a level fills up with weight.
_HALF = 6.0


class Triage:
    """The layers together. `problems` are rule files that were refused while their last good rules stay in force."""

    problems: tuple[RuleError, ...] = ()

    def __init__(self, banks: Banks, lexicon: Lexicon, policy: Policy, scorer: SentimentScorer | None) -> None:
        self._banks = banks
        self._lexicon = lexicon
        self._policy = policy
        self._scorer = scorer

    def assess(
        self,
        text: str,
        *,
        heard: Heard | None,
        question: Question | None,
        language: str,
        now: datetime,
        workplace: bool = False,
    ) -> tuple[Assessment, Heard]:
        """Return what one reply says, and what to remember of the conversation. Never raises."""
        before = heard or Heard()
        try:
            found = self._read(text, before, question, language, now, mood=not workplace)
            after = conversation.remembered(before, text, found.level, found.reasons, now, self._policy)
        except Exception:  # noqa: BLE001  a fault in triage must reach a person, not stop the message
            return Assessment(Level.ELEVATED, float(Level.ELEVATED), (_UNSCORED,), language, unscored=True), before
        return found.assessment(), after

    def _read(
        self, text: str, heard: Heard, question: Question | None, language: str, now: datetime, *, mood: bool
    ) -> _Found:
        reading = Reading(text, language)
        found = _Found(language)
        if question is not None:
            found.add(lambda: conversation.answered(text, question, heard))
        if not reading.has_letters:
            return found
        found.add(lambda: self._banks.reasons(reading))
        if heard.recent:
            found.add(lambda: conversation.joined(heard, text, now, self._banks))
        found.add(lambda: self._weighed(reading, found))
        if found.reasons:
            found.add(lambda: conversation.together(found.reasons, heard, self._policy))
        scorer = self._scorer
        if mood and scorer is not None:
            found.add(lambda: self._felt(text, scorer, found))
        found.add(lambda: self._heard_in(reading, found))
        return found

    def _weighed(self, reading: Reading, found: _Found) -> list[Reason]:
        """Return what the lexicon raises."""
        if not reading.odd and not self._lexicon.may_weigh(self._banks.meant(reading, ENGLISH)):
            return []
        weight = self._lexicon.weigh([window.words for window in self._banks.windows(reading, ENGLISH)])
        found.weight = weight
        if not weight.own or weight.total < self._policy.lexicon_elevated:
            return []
        high = weight.core and weight.total >= self._policy.lexicon_high
        return [Reason("lexicon.weight", "lexicon", Level.HIGH if high else Level.ELEVATED)]

    def _felt(self, text: str, scorer: SentimentScorer, found: _Found) -> list[Reason]:
        """Keep the lowest mood of the text; a low one is level 1 and never more."""
        scores = [scorer(text[start : start + _WINDOW]) for start in range(0, max(len(text), 1), _WINDOW)]
        found.mood = min(scores)
        return [Reason("mood.low", "mood", Level.LOW)] if found.mood <= self._policy.low_mood else []

    def _heard_in(self, reading: Reading, found: _Found) -> list[Reason]:
        """Keep the language; one that has no rules goes to people."""
        found.language, supported = self._banks.hear(reading)
        found.unscored |= not supported
        return [] if supported else [_UNSCORED]


def load(scorer: SentimentScorer | None = None) -> Triage:
    """Return triage with the shipped rules. Raises RuleError, which names file, line and remedy."""
    loaded = shipped.load()
    rules = loaded.shipped
    triage = Triage(Banks(rules.banks.values(), rules.everyday), Lexicon(rules.constructs), load_policy(), scorer)
    triage.problems = loaded.problems
    return triage


class _Found:
    """What the layers found so far. A layer that fails leaves the reply unscored and the other layers at work."""

    def __init__(self, language: str) -> None:
        self.reasons: list[Reason] = []
        self.weight = Weight()
        self.mood: float | None = None
        self.language = language
        self.unscored = False

    def add(self, layer: Callable[[], list[Reason]]) -> None:
        """Add the reasons of one layer."""
        try:
            self.reasons += layer()
        except Exception:  # noqa: BLE001  a fault in one layer must not hide what another one sees
            self.unscored = True
            self.reasons.append(_UNSCORED)

    @property
    def level(self) -> Level:
        """The highest level of all reasons."""
        return max((reason.level for reason in self.reasons), default=Level.NONE)

    def assessment(self) -> Assessment:
        """Return everything as one value."""
        weight = self.weight.total * (1.0 if self.weight.own else 0.5) - 2 * min(self.mood or 0.0, 0.0)
        within = weight / (weight + _HALF)
        reasons = tuple(reason for reason in self.reasons if reason.level)
        return Assessment(self.level, round(self.level + within, 4), reasons, self.language, self.unscored, self.mood)
