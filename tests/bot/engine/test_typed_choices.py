"""Every choice of every shipped flow, in each language, is understood when its words are typed."""

from __future__ import annotations

import pytest

from bot.engine.reading import match_choice
from flows.library import load_library

LIBRARY = load_library()
SPOKEN = [(name, language) for name in sorted(LIBRARY.names()) for language in ("en", "de", "es")]


@pytest.mark.parametrize(("name", "language"), SPOKEN)
def test_the_words_of_a_choice_mean_that_choice(name, language):
    for step in LIBRARY.latest(name, language).steps.values():
        for choice in step.answer.choices if step.answer else ():
            for words in (choice.label, choice.label.upper(), *choice.also):
                meant = match_choice(step.answer.choices, step.answer.typed, words)
                assert meant == choice.value, (step.name, words)
