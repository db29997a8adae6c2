"""What the one who has a case can do with it: hand over, note, look up, correct, and see what arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import DeliveryError
from bot.model.cases import CaseState
from bot.model.people import Platform
from bot.model.received import Edited, Text
from bot.rota import Override, Rota, Shift
from tests.bot.harness import ANA, KIM, KIMS_CHAT, ON_CALL, SAM, SAMS_CHAT, Room, opened_room

WORRY = "I want to end my life tonight"
DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Rota((SAM, KIM), (Shift(days=DAYS, start="10:00", until="18:00", primary="sam", backup="kim"),))


@pytest.fixture
async def talking(room: Room) -> Room:
    """Sam and Ana write with each other."""
    await room.person(WORRY)
    await room.staff("claim")
    await room.staff("I am Sam", at=SAMS_CHAT)
    return room


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Room]:
    """An hour before the office opens."""
    async with opened_room(tmp_path, rota=OFFICE) as opened:
        await opened.meet()
        yield opened


async def test_a_case_is_handed_over_by_button_to_the_one_who_is_chosen(talking: Room) -> None:
    await talking.staff_press("Hand over", at=SAMS_CHAT)
    said = await talking.staff_press("Kim", at=SAMS_CHAT)
    case = await talking.case()
    assert (case.state, case.owner, case.staff_chat) == (CaseState.CLAIMED, "kim", KIMS_CHAT)
    assert "Kim has case" in said[-1]
    assert talking.told(KIMS_CHAT)[-1].startswith("Sam hands case")
    assert "taking over now" in talking.told()[-1]


async def test_a_hand_over_that_the_next_one_forgets_lapses_like_a_claim(talking: Room) -> None:
    await talking.staff("/handover kim", at=SAMS_CHAT)
    await talking.wait(timedelta(seconds=301))
    assert (await talking.case()).state is CaseState.PAGING


async def test_who_does_not_have_the_case_cannot_give_it_away(talking: Room) -> None:
    await talking.staff("/handover kim", by="U0KIM")
    assert (await talking.case()).owner == "sam"


async def test_an_owner_whose_shift_ends_is_asked_to_hand_over_until_it_is_done(tmp_path: Path) -> None:
    rota = Rota((SAM, KIM), (Shift(days=DAYS, start="08:00", until="09:05", primary="sam"),))
    async with opened_room(tmp_path, rota=rota) as room:
        await room.meet()
        await room.person(WORRY)
        await room.staff("claim")
        await room.staff("I am Sam", at=SAMS_CHAT)
        await room.wait(timedelta(minutes=16))
        asked = [text for text in room.told(SAMS_CHAT) if "Your shift has ended" in text]
        assert len(asked) == 2
        assert (await room.case()).owner == "sam"


async def test_a_note_is_kept_for_the_reading_and_reaches_nobody_else(talking: Room) -> None:
    await talking.staff("/note she has a sister nearby", at=SAMS_CHAT)
    await talking.staff("read", at=SAMS_CHAT)
    assert "Note of Sam" in talking.told(SAMS_CHAT)[-1]
    assert not any("sister" in text for text in (*talking.told(), *talking.told(ON_CALL)))


async def test_an_identity_is_shown_for_a_reason_told_to_the_team_and_later_to_the_person(talking: Room) -> None:
    said = await talking.staff("/reveal", at=SAMS_CHAT)
    assert "Say why" in said[0]
    await talking.staff("/reveal an ambulance asks", at=SAMS_CHAT)
    assert any("Name: Ana" in text for text in talking.told(SAMS_CHAT))
    assert "Sam looked up who the person" in talking.told(ON_CALL)[-1]
    assert "revealed the identity" in talking.audits()
    await talking.staff("resolve right", at=SAMS_CHAT)
    assert "looked up your name" in talking.told()[-1]


@pytest.mark.parametrize("words", ["note she sounds calmer", "contacted by phone", "reveal an ambulance asks"])
async def test_words_that_may_be_for_the_record_never_reach_the_person(talking: Room, words: str) -> None:
    before = talking.told()
    said = await talking.staff(words, at=SAMS_CHAT)
    assert "nothing was sent" in said[-1]
    assert talking.told() == before


async def test_only_the_owner_sees_an_identity_or_a_plan(talking: Room) -> None:
    for words in ("/reveal I am curious", "/plan"):
        assert "Sam has this case" in (await talking.staff(words, by="U0KIM"))[0]


async def test_a_contact_by_other_means_counts_as_contact(room: Room) -> None:
    await room.person(WORRY)
    await room.staff("claim")
    await room.staff("/contacted by phone", at=SAMS_CHAT)
    assert (await room.case()).state is CaseState.ENGAGED


async def test_words_to_the_person_are_told_as_delivered_or_not(talking: Room) -> None:
    assert talking.told(SAMS_CHAT)[-1].startswith("Delivered to the person in case")
    talking.recorders[Platform.TELEGRAM].failures = [DeliveryError("too odd", permanent=True, message_only=True)]
    await talking.staff("another word", at=SAMS_CHAT)
    assert talking.told(SAMS_CHAT)[-1].startswith("not delivered")


async def test_a_correction_of_the_owner_replaces_the_words_that_the_person_reads(room: Room) -> None:
    await room.person(WORRY)
    await room.staff("claim")
    await room.take(room.inbound(Text("I am her"), SAMS_CHAT, "U0SAM", message="m7"), at=ANA)
    first = [one for one in room.order if one.address == ANA][-1]
    await room.take(room.inbound(Edited("I am here", "m7"), SAMS_CHAT, "U0SAM"), at=ANA)
    last = [one for one in room.order if one.address == ANA][-1]
    assert (last.edits, "I am here" in last.text) == (first.outbound_id, True)


async def test_a_correction_of_the_person_replaces_what_the_owner_reads_and_says_so(talking: Room) -> None:
    await talking.person("I am at home", message="p1")
    first = [one for one in talking.order if one.address == SAMS_CHAT and one.relays][-1]
    await talking.edit("I am at work", "p1")
    last = [one for one in talking.order if one.address == SAMS_CHAT and one.relays][-1]
    assert (last.edits, "(changed): I am at work" in last.text) == (first.outbound_id, True)


async def test_a_reply_to_a_card_means_that_case(room: Room) -> None:
    await room.person("human")
    await room.meet(at=(ben := type(ANA)(Platform.TELEGRAM, "4712")), name="Ben")
    await room.person(WORRY, at=ben)
    card = (await room.case()).cards[0]
    assert card.receipt
    await room.take(room.inbound(Text("claim", reply_to=card.receipt), ON_CALL, "U0SAM"), at=ON_CALL)
    assert ((await room.case()).owner, (await room.case(ben)).owner) == ("sam", "")


# --- staffed hours ----------------------------------------------------------------------------------------------------


async def test_a_wish_for_a_person_before_the_office_opens_says_when_and_is_paged_then(office: Room) -> None:
    said = await office.person("human")
    assert "They are back today at 10:00" in said[-1]
    assert office.told(ON_CALL) == []
    await office.wait(timedelta(minutes=61))
    assert office.told(ON_CALL)[0].startswith("Level 2")


async def test_level_4_is_paged_at_any_hour(office: Room) -> None:
    await office.person(WORRY)
    assert office.told(ON_CALL)[0].startswith("Level 4")


@pytest.mark.parametrize("words", ["sos", "I feel empty and hopeless about everything"])
async def test_s11_outside_staffed_hours_it_is_said_before_somebody_discloses(office: Room, words: str) -> None:
    said = await office.person(words)
    assert "on shift" not in said[0] or "back today at 10:00" in said[0]
    if words == "sos":
        assert said[0].startswith("Nobody from the team is on shift now")


async def test_s11_a_stranger_hears_it_in_the_very_first_message(tmp_path: Path) -> None:
    async with opened_room(tmp_path, rota=OFFICE) as room:
        said = await room.person("/start")
        assert said[0].startswith("Nobody from the team is on shift now; they are back today at 10:00")


async def test_an_override_replaces_the_shifts_on_its_dates(tmp_path: Path) -> None:
    day_off = Override(start="2026-03-02 00:00", until="2026-03-03 00:00")
    async with opened_room(tmp_path, rota=Rota(OFFICE.responders, OFFICE.shifts, (day_off,))) as room:
        await room.meet()
        assert "tomorrow at 10:00" in (await room.person("human"))[-1]


async def test_rota_and_status_are_told_to_staff_only(office: Room) -> None:
    assert "On call until 10:00: primary nobody" in (await office.staff("rota"))[0]
    assert "Then: primary Sam, backup Kim" in office.told(ON_CALL)[-1]
    assert "not on the rota" in (await office.staff("status", by="U0GONE"))[0]
