"""What holds of consent: each purpose by itself, nothing stored before a yes, off as easily as on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.people import Person, TalkMode
from bot.rights import purposes
from bot.rights.belongings import to_json
from bot.rights.purposes import NAMES, lapsed, offered
from tests.bot.harness import ANA, ON_CALL, START, Room, opened_room

CANARY = "zebrafinch"
NOTHING_AGREED = [
    "hello zebrafinch",
    "my zebrafinch is ill",
    "grounding",
    "skip",
    "stop",
    "panic",
    "I feel zebrafinch",
    "/about zebrafinch",
    "/unknown zebrafinch",
]


async def stored(room: Room) -> str:
    """Everything that the database holds about Ana, opened with the key."""
    person_id = await room.store.rights.find(ANA)
    found = await room.store.rights.belongings(person_id)
    return "" if found is None else to_json(found)


async def test_before_a_yes_no_word_of_a_stranger_is_stored_even_for_who_has_the_key(room: Room):
    for said in NOTHING_AGREED:
        await room.person(said)
        assert CANARY not in await stored(room)


async def test_who_declined_everything_leaves_no_word_in_an_exercise_that_is_open_to_all(room: Room):
    await room.meet(consents=())
    await room.person("panic")
    for _ in range(12):
        labels = room.labels()
        if "Back" in labels and len(labels) <= 4:
            await room.person(f"{CANARY} helps")
        else:
            await room.press(labels[0])
        assert CANARY not in await stored(room)


async def test_split_messages_are_still_read_together_without_any_consent(room: Room):
    await room.meet(consents=())
    await room.person("I want to kill")
    assert "I want to kill" not in await stored(room)
    await room.person("myself tonight")
    assert (await room.view()).mode is TalkMode.HOLD  # type: ignore[union-attr]


async def test_a_life_in_danger_is_answered_and_paged_before_any_consent(room: Room):
    await room.person(f"I want to end my life tonight {CANARY}")
    assert room.told(ON_CALL)
    assert CANARY in await stored(room)
    await room.wait(timedelta(hours=25))
    await room.rights_work.sweep()
    assert CANARY not in await stored(room)


OFF = {"check_ins": "check in", "exercises": "thought record"}


@pytest.mark.parametrize("declined", list(OFF))
async def test_a_declined_purpose_switches_its_feature_off_and_the_rest_works(room: Room, declined: str):
    await room.meet(consents=[name for name in OFF if name != declined])
    for purpose, typed in OFF.items():
        said = (await room.person(typed))[0]
        assert ("I only do this with your yes" in said) is (purpose == declined)
        await room.person("no" if purpose == declined else "stop")


@pytest.mark.parametrize("purpose", ["check_ins", "exercises", "escalation"])
async def test_withdrawing_takes_two_taps(room: Room, purpose: str):
    await room.meet()
    await room.person("/privacy")
    labels = {"check_ins": "Check-ins", "exercises": "Exercises", "escalation": "Person on call reads"}
    await room.press(labels[purpose])
    assert purpose not in (await room.view()).person.consents  # type: ignore[union-attr]


async def test_a_purpose_is_switched_on_in_its_own_words_only(room: Room):
    await room.meet(consents=())
    await room.person("privacy")
    await room.press("Allow more")
    said = await room.press("Exercises")
    assert "keep what you write in exercises" in said[0]
    assert (await room.view()).person.consents == {}  # type: ignore[union-attr]
    await room.press("Yes, switch on")
    assert set((await room.view()).person.consents) == {"exercises"}  # type: ignore[union-attr]


async def test_which_words_were_agreed_to_is_kept_and_noted(room: Room):
    await room.meet(consents=())
    await room.person("thought record")
    await room.press("Yes, switch on")
    assert (await room.view()).person.versions == {"exercises": 1}  # type: ignore[union-attr]
    assert "agreed to exercises v1" in room.audits()


async def test_a_yes_to_words_that_changed_counts_no_more_and_is_asked_for_anew(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    await room.meet()
    monkeypatch.setitem(purposes.VERSIONS, "exercises", 2)
    assert "I only do this with your yes" in (await room.person("thought record"))[0]
    await room.press("Yes, switch on")
    person = (await room.view()).person  # type: ignore[union-attr]
    assert person.versions["exercises"] == 2
    assert lapsed(person) == ()


async def test_an_answer_is_kept_only_for_the_purpose_it_was_agreed_for(room: Room):
    """A yes to check-ins is no yes to keeping what is typed in an exercise, also one that is open to everybody."""
    await room.meet(consents=["check_ins"])
    await room.person("panic")
    for _ in range(12):
        labels = room.labels()
        typed = "Back" in labels and len(labels) <= 4
        await (room.person(f"{CANARY} helps") if typed else room.press(labels[0]))
        assert CANARY not in await stored(room)
    await room.person("stop")
    await room.person("check in")
    await room.person("3")
    assert [one.measure for turn in room.turns() for one in turn.entries] == ["mood"]


def test_statistics_for_an_organisation_are_asked_for_in_the_workplace_profile_only():
    assert "org_statistics" not in offered(workplace=False)
    assert offered(workplace=True) == NAMES


@pytest.mark.parametrize(("profile", "asked"), [("community", False), ("workplace", True)])
async def test_numbers_for_work_are_offered_at_work_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, asked: bool
):
    monkeypatch.setenv("HANDRAIL_PROFILE", profile)
    async with opened_room(tmp_path) as room:
        await room.meet()
        await room.person("privacy")
        await room.press("Allow more")
        assert ("Numbers for work" in room.labels()) is asked


def test_no_purpose_is_agreed_to_beforehand():
    assert Person("ana", ANA, START).consents == {}
