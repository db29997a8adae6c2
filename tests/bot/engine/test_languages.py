"""A talk in another language: the same version, the same places, other words; and a change in the middle."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.effects import Ask
from bot.engine.engine import step
from bot.engine.events import Again, Answered, Begin
from bot.model.talk import Session
from tests.bot.engine.test_never_strands import FACTS, LIBRARY, NINE, tapped

flows = st.sampled_from(["consent", "check_in", "sos", "safety_plan", "my_safety_plan", "grounding", "breathing"])


def places(session: Session) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(frame.flow, frame.hash, frame.step, frame.path) for frame in session.stack]


@settings(max_examples=100, deadline=None)
@given(flows, st.sampled_from(["de", "es"]), st.lists(st.integers(0, 7), max_size=20))
def test_the_same_taps_lead_to_the_same_places_in_every_language(first, language, taps):
    english, _ = step(LIBRARY, Session(), Begin(first, FACTS), NINE)
    other, _ = step(LIBRARY, Session(), Begin(first, FACTS), NINE, language=language)
    for tap in taps:
        if not english.stack:
            break
        event = tapped(english, tap)
        if event.text:
            event = Answered("7")
        english, _ = step(LIBRARY, english, event, NINE)
        other, _ = step(LIBRARY, other, event, NINE, language=language)
        assert places(other) == places(english)


def test_a_change_of_language_in_the_middle_asks_the_same_question_in_the_new_one():
    session, _ = step(LIBRARY, Session(), Begin("grounding", FACTS), NINE)
    session, _ = step(LIBRARY, session, Answered("7"), NINE)
    after, effects = step(LIBRARY, session, Again(), NINE, language="de")
    assert places(after) == places(session)
    assert isinstance(effects[0], Ask)
    assert effects[0].text.startswith("Welcher Weg passt dir?")
    assert effects[0].title == "Hier und Jetzt 5-4-3-2-1"
