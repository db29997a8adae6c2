"""What changes nothing on the on-call desk: the presser is told, and it is logged."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model.people import Address, Platform
from bot.model.received import Pressed
from bot.rota import Rota
from tests.bot.harness import ANA, KIM, KIMS_CHAT, ON_CALL, ROTA, SAMS_CHAT, Room, opened_room

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
