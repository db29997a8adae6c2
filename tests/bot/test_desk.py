"""What staff can do with a case, and what nobody else can."""

from __future__ import annotations

import pytest

from bot.model.cases import CaseState, Outcome
from bot.model.people import Address, Platform
from bot.model.received import Filled, Pressed
from tests.bot.harness import ANA, KIMS_CHAT, ON_CALL, SAMS_CHAT, Room

HIGH = "I wish I was dead"
BEN = Address(Platform.TELEGRAM, "4712")
STRANGER = "U0MALLORY"
BUTTONS = ["I'm on it", "I can't, page the next", "Read it (private)", "Wake everyone"]


async def paged(room: Room) -> Room:
    await room.meet()
    await room.person(HIGH)
    return room


async def claimed(room: Room) -> Room:
    await paged(room)
    await room.staff_press("I'm on it")
    return room


async def two_cases(room: Room) -> list[str]:
    """Ana's and Ben's cases, the worse one (Ben's) second."""
    await paged(room)
    await room.meet(BEN, name="Ben")
    await room.person("I want to end my life tonight", at=BEN)
    return [(await room.case(at)).case_id for at in (ANA, BEN)]


# --- the buttons and words of a case ----------------------------------------------------------------------------------


async def test_a_card_says_level_case_wait_reason_and_next_page_and_offers_four_buttons(room: Room):
    await paged(room)
    case = await room.case()
    card = room.told(ON_CALL)[-1]
    assert f"Level 3 · case {case.case_id} · waiting 0 min" in card
    assert "why: " in card
    assert "page 1 to primary · next: backup at 09:01" in card
    assert room.labels(ON_CALL) == BUTTONS


@pytest.mark.parametrize("way", ["button", "word", "name"])
async def test_a_claim_binds_the_case_to_the_responders_own_chat(room: Room, way: str):
    await paged(room)
    if way == "button":
        await room.staff_press("I'm on it")
    else:
        await room.staff("claim" if way == "word" else f"claim {(await room.case()).case_id.lower()}")
    case = await room.case()
    assert (case.state, case.owner, case.staff_chat) == (CaseState.CLAIMED, "sam", SAMS_CHAT)
    assert "You have case" in room.told(SAMS_CHAT)[-1]
    assert "Sam is on it since 09:00" in room.told(ON_CALL)[-1]


async def test_a_responder_claims_on_either_platform(room: Room):
    await paged(room)
    await room.take(
        room.inbound(Pressed(room.button("I'm on it", ON_CALL)), Address(Platform.TELEGRAM, "-100"), "5001")
    )
    assert (await room.case()).staff_chat == Address(Platform.TELEGRAM, "5001")


@pytest.mark.parametrize("way", ["button", "word"])
async def test_passing_pages_the_next_step_at_once(room: Room, way: str):
    await paged(room)
    await (room.staff_press(BUTTONS[1]) if way == "button" else room.staff("pass"))
    case = await room.case()
    assert (case.step, case.passed) == (1, ("sam",))
    assert any("page 2 to backup" in text for text in room.told(ON_CALL))


@pytest.mark.parametrize("way", ["button", "word"])
async def test_waking_everyone_pages_everyone_at_once(room: Room, way: str):
    await paged(room)
    await (room.staff_press("Wake everyone") if way == "button" else room.staff("wake"))
    assert (await room.case()).step == 2
    assert any("to everyone" in text for text in room.told(ON_CALL))


async def test_reading_is_private_logged_and_shows_the_words(room: Room):
    await paged(room)
    await room.staff_press("Read it (private)", by="U0KIM")
    assert HIGH in room.told(KIMS_CHAT)[-1]
    assert not any(HIGH in text for text in room.told(ON_CALL))
    assert "read" in room.audits()


async def test_words_typed_in_the_bound_chat_reach_the_person_marked_as_human(room: Room):
    await claimed(room)
    await room.staff("Hello, I am here", at=SAMS_CHAT)
    assert room.told()[-1] == "Sam (a person): Hello, I am here"
    assert (await room.case()).state is CaseState.ENGAGED


async def test_words_filled_into_the_form_reach_the_person(room: Room):
    await claimed(room)
    form = room.button("Write to the person", SAMS_CHAT)
    await room.take(room.inbound(Filled(form, "From the form"), SAMS_CHAT, "U0SAM"))
    assert room.told()[-1] == "Sam (a person): From the form"


async def test_an_empty_form_sends_nothing(room: Room):
    await claimed(room)
    form = room.button("Write to the person", SAMS_CHAT)
    before = room.told()
    await room.take(room.inbound(Filled(form, ""), SAMS_CHAT, "U0SAM"))
    assert room.told() == before


@pytest.mark.parametrize("words", ["wake up, please", "read a book, maybe?", "pass me the phone", "claim nothing now"])
async def test_words_that_only_begin_like_a_command_are_for_the_person(room: Room, words: str):
    await claimed(room)
    await room.staff(words, at=SAMS_CHAT)
    assert room.told()[-1] == f"Sam (a person): {words}"


async def test_plain_talk_in_the_on_call_conversation_is_just_talk(room: Room):
    await claimed(room)
    before = len(room.order)
    await room.staff("who takes the late shift?")
    assert len(room.order) == before


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("resolve right", Outcome.RIGHT_REACHED),
        ("resolve not reached", Outcome.RIGHT_NOT_REACHED),
        ("resolve emergency", Outcome.EMERGENCY_SERVICES),
        ("Resolve Misread", Outcome.MISREAD),
        ("resolve joke", Outcome.JOKE_OR_TEST),
        ("resolve too high", Outcome.TOO_HIGH),
        ("resolve too low", Outcome.TOO_LOW),
    ],
)
async def test_a_case_is_closed_with_an_outcome_in_words(room: Room, words: str, outcome: Outcome):
    await claimed(room)
    await room.staff(words)
    view = await room.view()
    assert view is not None
    assert view.escalation is None
    assert view.previous is not None
    assert view.previous.outcome is outcome


async def test_a_case_is_closed_by_button_after_the_question_how_it_ended(room: Room):
    await claimed(room)
    await room.staff_press("Close the case", at=SAMS_CHAT)
    assert "How did case" in room.told(SAMS_CHAT)[-1]
    await room.staff_press("emergency services", at=SAMS_CHAT)
    view = await room.view()
    assert view is not None
    assert view.previous is not None
    assert view.previous.outcome is Outcome.EMERGENCY_SERVICES
    assert "closed by Sam: emergency services" in room.told(ON_CALL)[-1]


@pytest.mark.parametrize("words", ["resolve", "resolve whatever happened"])
async def test_an_unknown_outcome_asks_how_it_ended_and_closes_nothing(room: Room, words: str):
    await claimed(room)
    assert "How did case" in (await room.staff(words))[0]
    assert (await room.case()).state is CaseState.CLAIMED


async def test_status_lists_open_cases_without_a_word_of_the_person(room: Room):
    assert await room.staff("status") == ["No case is open."]
    names = await two_cases(room)
    listed = (await room.staff("status"))[0]
    assert all(name in listed for name in names)
    assert HIGH not in listed


async def test_help_lists_the_words(room: Room):
    assert "claim · pass · read" in (await room.staff("help"))[0]


# --- several cases ----------------------------------------------------------------------------------------------------


async def both_claimed(room: Room) -> list[str]:
    names = await two_cases(room)
    await room.staff("claim")
    await room.staff("claim")
    return names


async def test_a_claim_without_a_name_means_the_worst_one_that_nobody_has(room: Room):
    await two_cases(room)
    await room.staff("claim")
    assert ((await room.case(ANA)).owner, (await room.case(BEN)).owner) == ("", "sam")


@pytest.mark.parametrize("words", ["hello there", "say hello there", "resolve right", "resolve", "pass", "read"])
async def test_words_that_could_mean_two_cases_are_never_guessed(room: Room, words: str):
    names = await both_claimed(room)
    told = (room.told(ANA), room.told(BEN))
    said = await room.staff(words, at=SAMS_CHAT)
    assert all(name in said[0] for name in names)
    assert (room.told(ANA), room.told(BEN)) == told
    assert (await room.case(ANA)).owner == (await room.case(BEN)).owner == "sam"


@pytest.mark.parametrize("form", ["say {case} hello there", "{case} hello there"])
async def test_named_words_reach_the_named_person_without_the_name_of_the_case(room: Room, form: str):
    of_ana, _ = await both_claimed(room)
    told = room.told(BEN)
    await room.staff(form.format(case=of_ana), at=SAMS_CHAT)
    assert room.told(ANA)[-1] == "Sam (a person): hello there"
    assert room.told(BEN) == told


async def test_a_named_case_is_closed_alone(room: Room):
    of_ana, _ = await both_claimed(room)
    await room.staff(f"resolve {of_ana} too high", at=SAMS_CHAT)
    view = await room.view(ANA)
    assert view is not None
    assert view.escalation is None
    assert (await room.case(BEN)).state is CaseState.CLAIMED


async def test_a_name_that_no_case_has_changes_nothing(room: Room):
    await two_cases(room)
    assert "no open case" in (await room.staff("claim ZZZZZ"))[0]
    assert (await room.case(ANA)).owner == ""


async def test_i11_words_of_two_people_reach_one_owner_each_under_their_case(room: Room):
    of_ana, of_ben = await both_claimed(room)
    await room.person("from ana", at=ANA)
    await room.person("from ben", at=BEN)
    assert f"Person in case {of_ana}: from ana" in room.told(SAMS_CHAT)
    assert f"Person in case {of_ben}: from ben" in room.told(SAMS_CHAT)
