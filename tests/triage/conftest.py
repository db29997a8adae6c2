"""What every triage test shares: the shipped rules, loaded once, and a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from adapters.sentiment import Sentiment
from bot.model.talk import Heard
from bot.model.worry import Assessment
from bot.triage import triage
from bot.triage.triage import Question, Triage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Ask = Callable[..., Assessment]


@pytest.fixture(scope="session")
def shipped() -> Triage:
    """Triage with the shipped rules and VADER."""
    return triage.load(Sentiment())


@pytest.fixture(scope="session")
def ask(shipped: Triage) -> Ask:
    """Assess one text outside any conversation."""

    def assess(
        text: str, *, question: Question | None = None, language: str = "en", workplace: bool = False
    ) -> Assessment:
        return shipped.assess(text, heard=None, question=question, language=language, now=NOW, workplace=workplace)[0]

    return assess


@pytest.fixture(scope="session")
def talk(shipped: Triage) -> Callable[..., tuple[list[Assessment], Heard]]:
    """Assess several texts of one person, each `pace` after the one before."""

    def assess(texts: Sequence[str], pace: timedelta = timedelta(minutes=1)) -> tuple[list[Assessment], Heard]:
        heard: Heard | None = None
        said: list[Assessment] = []
        for number, text in enumerate(texts):
            one, heard = shipped.assess(text, heard=heard, question=None, language="en", now=NOW + number * pace)
            said.append(one)
        assert heard is not None
        return said, heard

    return assess
