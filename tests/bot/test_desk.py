"""What staff can do with a case, and what nobody else can."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Address, CaseState, Filled, Level, Outcome, Platform, Pressed, Text
from bot.rota import OPEN_ROTA, Responder, Rota
from tests.bot.harness import ANA, KIM, KIMS_CHAT, ON_CALL, ROTA, SAM, SAMS_CHAT, Room, opened_room

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


# --- acts that change nothing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", BUTTONS)
@pytest.mark.parametrize("rota", [ROTA, Rota(responders=(KIM,))], ids=["stranger", "former"])
async def test_i13_a_press_by_an_account_off_the_rota_changes_nothing_is_answered_and_logged(
    tmp_path: Path, label: str, rota: Rota
):
    async with opened_room(tmp_path, rota=rota) as room:
        await paged(room)
        before = await room.case()
        said = await room.staff_press(label, by=STRANGER if rota is ROTA else "U0SAM")
        assert "not on the rota" in said[0]
        assert await room.case() == before
        assert "refused: not on the rota" in room.audits()


@pytest.mark.parametrize("words", ["claim", "pass", "read", "wake", "say hello", "resolve right"])
async def test_a_word_by_an_account_off_the_rota_changes_nothing(room: Room, words: str):
    await paged(room)
    before, told = await room.case(), room.told()
    assert "not on the rota" in (await room.staff(words, by=STRANGER))[0]
    assert (await room.case(), room.told()) == (before, told)


@pytest.mark.parametrize("label", BUTTONS)
async def test_a_press_on_a_closed_case_changes_nothing_is_answered_and_logged(room: Room, label: str):
    await paged(room)
    button = room.button(label, ON_CALL)
    await room.staff_press("I'm on it")
    await room.staff("resolve right")
    said = await room.take(room.inbound(Pressed(button), ON_CALL, "U0KIM"), at=ON_CALL)
    assert said == ["This case is closed. Nothing was changed."]
    assert room.audits()[-1] == "refused: already_closed"


async def test_a_press_on_a_card_of_an_older_case_changes_nothing(room: Room):
    await paged(room)
    button = room.button("I'm on it", ON_CALL)
    await room.staff_press("I'm on it")
    await room.staff("resolve right")
    await room.person(HIGH)
    before = await room.case()
    said = await room.take(room.inbound(Pressed(button), ON_CALL, "U0KIM"), at=ON_CALL)
    assert "Nothing was changed" in said[0]
    assert await room.case() == before
    assert room.audits()[-1].startswith("refused")


async def test_a_forged_button_changes_nothing(room: Room):
    await paged(room)
    before = await room.case()
    said = await room.take(room.inbound(Pressed("sforged.0"), ON_CALL, "U0KIM"), at=ON_CALL)
    assert "Nothing was changed" in said[0]
    assert await room.case() == before


async def test_a_second_claim_says_who_has_the_case(room: Room):
    await paged(room)
    button = room.button("I'm on it", ON_CALL)
    await room.staff_press("I'm on it")
    said = await room.take(room.inbound(Pressed(button), ON_CALL, "U0KIM"), at=ON_CALL)
    assert said == ["Sam has this case. Nothing was changed."]
    assert "refused: owned" in room.audits()
    twice = await room.take(room.inbound(Pressed(button), ON_CALL, "U0SAM"), at=ON_CALL)
    assert twice == ["You already have this case."]


async def test_passing_twice_pages_once(room: Room):
    await paged(room)
    await room.staff("pass")
    pages = (await room.case()).pages
    assert "already passed" in (await room.staff("pass"))[0]
    assert (await room.case()).pages == pages


async def test_i8_many_claims_in_one_batch_leave_one_owner(room: Room):
    await paged(room)
    button = room.button("I'm on it", ON_CALL)
    presses = [room.inbound(Pressed(button), ON_CALL, account) for account in ("U0KIM", "U0SAM") for _ in range(25)]
    await room.take(*presses)
    assert (await room.case()).owner == "kim"
    assert sum("You have case" in text for at in (KIMS_CHAT, SAMS_CHAT) for text in room.told(at)) == 1


@pytest.mark.parametrize("words", ["say hello", "resolve right"])
async def test_nobody_writes_or_closes_without_a_claim(room: Room, words: str):
    await paged(room)
    told = room.told()
    assert "Nothing was changed" in (await room.staff(words))[0]
    assert room.told() == told


async def test_only_the_owner_is_relayed(room: Room):
    await claimed(room)
    told = room.told()
    assert "Sam has this case" in (await room.staff("say hello", by="U0KIM"))[0]
    assert room.told() == told


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


# --- who can be reached -----------------------------------------------------------------------------------------------


async def test_in_an_open_rota_every_account_of_the_conversation_may_act(tmp_path: Path):
    async with opened_room(tmp_path, rota=OPEN_ROTA) as room:
        await paged(room)
        await room.staff_press("I'm on it", by="U0ANYONE")
        case = await room.case()
        assert (case.owner, case.staff_chat) == ("slack:U0ANYONE", Address(Platform.SLACK, "U0ANYONE"))
        await room.staff("hello", by="U0ANYONE", at=Address(Platform.SLACK, "U0ANYONE"))
        assert room.told()[-1] == "Someone from the team (a person): hello"


async def test_a_responder_can_also_be_a_person_who_is_helped(room: Room):
    await claimed(room)
    await room.staff("resolve right")
    said = await room.staff("/start", at=Address(Platform.TELEGRAM, "5001"), by="5001")
    assert "automated program" in said[0]


async def test_without_an_on_call_conversation_those_on_the_rota_are_paged_directly(tmp_path: Path):
    async with opened_room(tmp_path, on_call=()) as room:
        await paged(room)
        assert room.told(SAMS_CHAT)[-1].startswith("Level 3")
        assert room.told(KIMS_CHAT)[-1].startswith("Level 3")


async def test_i10_with_nobody_to_page_the_person_is_told_so_once_and_an_alarm_is_kept(tmp_path: Path):
    async with opened_room(tmp_path, on_call=(), rota=Rota()) as room:
        await paged(room)
        await room.wait(timedelta(minutes=30))
        assert sum("could not reach our team" in text for text in room.told()) == 1
        assert "alarm: nobody can be paged" in room.audits()


async def test_i19_a_conversation_that_refuses_is_replaced_by_every_responders_own_chat(room: Room):
    room.recorders[Platform.SLACK].refused.add(ON_CALL)
    await paged(room)
    assert room.told(SAMS_CHAT)[-1].startswith("Level 3")
    assert room.told(Address(Platform.TELEGRAM, "5001"))[-1].startswith("Level 3")
    assert "alarm: an on-call conversation cannot be reached" in room.audits()


async def test_when_every_place_refuses_nothing_goes_round_in_circles_and_the_person_is_told(room: Room):
    room.recorders[Platform.SLACK].refused |= {ON_CALL, SAMS_CHAT, KIMS_CHAT}
    room.recorders[Platform.TELEGRAM].refused.add(Address(Platform.TELEGRAM, "5001"))
    await paged(room)
    assert sum("could not reach our team" in text for text in room.told()) == 1
    assert len(room.audits()) < 12


async def test_one_place_that_refuses_is_paged_once_a_step_and_the_others_once(room: Room):
    room.recorders[Platform.SLACK].refused |= {ON_CALL, KIMS_CHAT}
    await paged(room)
    cards = [text for text in room.told(SAMS_CHAT) if text.startswith("Level 3")]
    assert len(cards) == 1


async def test_an_owner_whose_private_chat_refuses_loses_the_case_and_others_are_paged(room: Room):
    room.recorders[Platform.SLACK].refused.add(SAMS_CHAT)
    await paged(room)
    pages = (await room.case()).pages
    await room.staff_press("I'm on it")
    case = await room.case()
    assert (case.state, case.owner, case.passed) == (CaseState.PAGING, "", ("sam",))
    assert case.pages > pages
    assert any("I can't write to you in private" in text for text in room.told(ON_CALL))


async def test_a_person_who_cannot_be_reached_is_told_to_the_owner(room: Room):
    await claimed(room)
    room.recorders[Platform.TELEGRAM].refused.add(ANA)
    await room.staff("hello", at=SAMS_CHAT)
    assert "not delivered to the person" in room.told(SAMS_CHAT)[-1]
    view = await room.view()
    assert view is not None
    assert view.person.reachable is False


async def test_an_edit_of_a_card_makes_no_new_message_and_a_page_does(room: Room):
    await paged(room)
    await room.person("more words")
    await room.wait(timedelta(seconds=60))
    cards = [one for one in room.order if one.address == ON_CALL]
    assert [bool(card.edits) for card in cards] == [False, False]
    await room.staff_press("I'm on it")
    edited = [one for one in room.order if one.address == ON_CALL][-1]
    assert edited.edits == cards[-1].outbound_id


async def test_a_raise_to_level_4_tells_the_owner_and_pages_everyone_of_the_first_step(room: Room):
    await claimed(room)
    await room.person("I will end my life tonight, I have pills here")
    case = await room.case()
    assert (case.level, case.state, case.owner) == (Level.IMMINENT, CaseState.PAGING, "sam")
    assert any("is waiting for you" in text for text in room.told(SAMS_CHAT))


# --- names that tests elsewhere rest on -------------------------------------------------------------------------------


def test_a_responders_direct_chats_are_their_accounts():
    assert SAM.platforms() == (Platform.TELEGRAM, Platform.SLACK)
    assert Responder(id="x", name="X").platforms() == ()


async def test_unknown_talk_by_a_responder_in_a_direct_chat_without_a_case_is_their_own(room: Room):
    said = await room.take(room.inbound(Text("hello"), SAMS_CHAT, "U0SAM"), at=SAMS_CHAT)
    assert "automated program" in said[0]
