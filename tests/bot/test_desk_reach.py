"""Who is paged when somebody cannot be reached, and who may act in an open rota."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.model.cases import CaseState
from bot.model.people import Address, Platform
from bot.model.received import Text
from bot.model.worry import Level
from bot.rota import OPEN_ROTA, Responder, Rota
from tests.bot.harness import ANA, KIMS_CHAT, ON_CALL, SAM, SAMS_CHAT, Room, opened_room

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
