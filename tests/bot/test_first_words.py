"""Consent comes first: what a stranger may rely on before saying yes."""

from __future__ import annotations

import pytest

from tests.bot.harness import ON_CALL, Room

TO_THE_QUESTIONS = ("Go on", "I am 18 or older")
WORRYING = "I want to end my life tonight"


async def through_consent(room: Room, *answers: str) -> list[str]:
    await room.person("/start")
    said: list[str] = []
    for label in (*TO_THE_QUESTIONS, *answers):
        said = await room.press(label)
    return said


async def test_a_strangers_first_word_is_answered_with_who_the_bot_is(room: Room):
    said = await room.person("hello there")
    assert "an automated program, not a person" in said[0]


async def test_nothing_is_said_to_be_kept_and_nothing_is_kept_before_a_yes(room: Room):
    await room.person("/start")
    for label in TO_THE_QUESTIONS:
        await room.press(label)
    view = await room.view()
    assert view is not None
    assert view.person.consents == {}
    assert not view.person.welcomed
    assert not any(turn.entries or turn.texts or turn.check_ins for turn in room.turns())
    assert not any(event.kind == "saved" for turn in room.turns() for event in turn.events)


async def test_each_purpose_is_asked_for_by_itself(room: Room):
    await through_consent(room, "Yes", "No", "Yes")
    view = await room.view()
    assert view is not None
    assert set(view.person.consents) == {"check_ins", "escalation"}


async def test_who_declines_everything_is_not_asked_for_a_name_and_still_has_sos(room: Room):
    said = await through_consent(room, "No", "No", "No")
    assert "I keep no" in said[0]
    view = await room.view()
    assert view is not None
    assert view.person.consents == {}
    assert "Are you safe right now?" in (await room.person("sos"))[0]


async def test_who_declined_everything_is_not_led_through_consent_again(room: Room):
    await through_consent(room, "No", "No", "No")
    assert "automated program" not in (await room.person("hello"))[0]


@pytest.mark.parametrize("way", ["Not now", "Stop"])
async def test_who_leaves_the_consent_talk_is_led_through_it_when_they_come_back(room: Room, way: str):
    await room.person("/start")
    await room.press(way)
    assert "automated program" in (await room.person("start"))[0]


async def test_the_help_lines_are_shown_before_any_question_is_answered(room: Room):
    await room.person("/start")
    said = await room.press("Show me help lines first")
    assert "findahelpline" in said[0]


async def test_who_is_under_18_is_shown_lines_and_nothing_is_kept(room: Room):
    await room.person("/start")
    await room.press("Go on")
    said = await room.press("I am under 18")
    assert "findahelpline" in said[0]
    view = await room.view()
    assert view is not None
    assert (view.person.consents, view.person.name) == ({}, "")


async def test_an_exercise_without_consent_asks_for_it_and_goes_on_after_a_yes(room: Room):
    await room.meet(consents=())
    said = await room.person("thought record")
    assert "I only do this with your yes" in said[0]
    said = await room.press("Yes, switch on")
    assert "Thought record" in said[0]
    view = await room.view()
    assert view is not None
    assert set(view.person.consents) == {"exercises"}


async def test_a_missing_consent_can_be_given_in_words(room: Room):
    await room.meet(consents=())
    await room.person("thought record")
    assert "Thought record" in (await room.person("yes"))[0]


async def test_a_missing_consent_can_be_refused_and_stays_off(room: Room):
    await room.meet(consents=())
    await room.person("check in")
    assert (await room.press("No, leave it off")) == ["All right. It stays off."]
    view = await room.view()
    assert view is not None
    assert view.person.consents == {}


async def test_consent_is_withdrawn_in_two_taps(ana: Room):
    await ana.person("privacy")
    assert (await ana.press("Exercises")) == ["That is off now. What you told me before stays yours."]
    view = await ana.view()
    assert view is not None
    assert "exercises" not in view.person.consents
    assert "I only do this with your yes" in (await ana.person("thought record"))[0]


async def test_a_worrying_first_word_pages_before_any_consent(room: Room):
    said = await room.person(WORRYING)
    assert "Are you safe right now?" in said[0]
    assert any(text.startswith("Level 4") for text in room.told(ON_CALL))


async def test_without_consent_only_the_one_who_takes_the_case_may_read(room: Room):
    await room.person(WORRYING)
    refused = await room.staff_press("Read it (private)", by="U0KIM")
    assert "only the one who takes the case may read" in refused[0]
    await room.staff_press("I'm on it", by="U0SAM")
    await room.staff_press("Read it (private)", by="U0SAM")
    assert any(WORRYING in one.text for one in room.order if one.address.chat == "U0SAM")
    assert not any(WORRYING in one.text for one in room.order if one.address.chat == "U0KIM")


async def test_an_exercise_that_needs_no_consent_keeps_no_answers_without_one(room: Room):
    await room.meet(consents=())
    await room.person("grounding")
    await room.person("7")
    assert not any(turn.entries for turn in room.turns())
    assert not any(event.kind == "saved" for turn in room.turns() for event in turn.events)
