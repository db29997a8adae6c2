"""What a person can do with their own data, in the chat: read who reads, get a copy, say how long, delete, undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from adapters.store.sqlite import backup
from bot.model.cases import Escalation
from bot.model.people import Address, Person, Platform
from bot.model.received import Command
from bot.rights.access import RULES, Reader, may_read, readers_of
from bot.rights.belongings import Belongings, from_json, to_json
from tests.bot.harness import ANA, ON_CALL, START, Room, words
from tests.bot.test_canary import CANARY
from tests.store import raw
from tests.store.people import a_case

WORRY = f"I want to end my life tonight {CANARY}"


async def worried(room: Room) -> None:
    """A case that Sam takes, reads, answers and closes."""
    await room.meet()
    await room.person(WORRY)
    await room.staff_press("I'm on it")
    await room.staff("read")
    await room.staff("say I am here")
    await room.staff("resolve right")


# --- who can read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("platform", "agreed"), list(product(Platform, [True, False])))
def test_the_answer_names_exactly_those_whom_the_rules_let_read(platform: Platform, agreed: bool):
    consents = {"escalation": START} if agreed else {}
    person = Person("ana", Address(platform, "1"), START, consents=consents)
    case: Escalation = a_case("ana", owner="sam")
    named = readers_of(person)
    assert (Reader.RESPONDER in named) is may_read(person, case, "kim")
    assert (Reader.RESPONDER in named or Reader.OWNER in named) is may_read(person, case, "sam")
    assert (Reader.TELEGRAM in named) is (platform is Platform.TELEGRAM)
    assert (Reader.SLACK in named) is (platform is Platform.SLACK)
    assert named == tuple(rule.reader for rule in RULES if rule.holds(person))


async def test_the_desk_lets_read_whom_the_answer_names(room: Room):
    await room.meet(consents=["exercises"])
    said = (await room.person("who can read this"))[0]
    assert "Only the one person on call who takes your case" in said
    await room.person(WORRY)
    await room.staff("read", by="U0KIM")
    assert CANARY not in "".join(room.told(ON_CALL))
    assert "read" not in room.audits()


async def test_every_question_for_free_text_offers_who_can_read_it_and_goes_on_afterwards(room: Room):
    await room.meet()
    await room.person("thought record")
    await room.press("Begin")
    assert "Who can read this?" in room.labels()
    said = (await room.press("Who can read this?"))[0]
    assert "Who can read what you write here" in said
    assert "What happened?" in said
    await room.person("My boss did not say hello")
    assert "Who can read this?" not in room.labels() or "What happened?" not in room.told()[-1]


async def test_telegram_is_said_not_to_be_end_to_end_encrypted(room: Room):
    await room.meet()
    assert "not end-to-end encrypted" in (await room.person("privacy"))[0]


# --- the log ----------------------------------------------------------------------------------------------------------


async def test_a_person_sees_who_opened_their_words(room: Room):
    await worried(room)
    await room.person("privacy")
    await room.press("Copy or delete")
    said = "\n".join(await room.press("Who opened my words"))
    assert "Sam: read" in said
    assert "Sam: claimed" in said
    assert CANARY not in said


async def test_without_a_reading_the_log_says_so(room: Room):
    await room.meet()
    assert await room.person("/access_log") == [room_words("rights.log_none")]


def room_words(key: str, **values: object) -> str:
    return words().say(key, "en", **values)


# --- a copy -----------------------------------------------------------------------------------------------------------


async def test_a_copy_is_complete_to_read_and_the_same_when_it_is_taken_in(room: Room):
    await worried(room)
    parts = await room.person("/export")
    assert parts[0].startswith("I am putting your copy together")
    assert all(len(part) <= 3600 for part in parts)
    start = parts.index(room_words("rights.copy_json"))
    readable, machine = "\n".join(parts[1:start]), "".join(parts[start + 1 :])
    assert WORRY in readable
    assert "I am here" in readable
    copied = from_json(machine)
    assert copied.person.address == ANA
    now = await room.store.rights.belongings(copied.person.person_id)
    assert [one for one in now.taken if one in copied.taken] == list(copied.taken)
    assert to_json(from_json(to_json(copied))) == to_json(copied)


async def test_a_copy_in_slack_is_sent_only_after_a_yes_to_who_may_read_it(room: Room):
    ben = Address(Platform.SLACK, "U0BEN")
    await room.meet(ben)
    said = await room.person("/export", at=ben)
    assert len(said) == 1
    assert "your employer may be able to read" in said[0]
    said = await room.press("Yes, send it here", at=ben)
    assert len(said) > 2


async def test_a_copy_survives_a_crash_before_it_was_made(room: Room):
    await room.meet()
    await room.conversation.receive([room.inbound(command("export"), ANA, "4711")])
    assert [one.kind for one in await room.store.rights.wishes(room.clock(), 9)] == ["export"]
    await room.settle()
    assert await room.store.rights.wishes(room.clock(), 9) == []


def command(name: str) -> Command:
    return Command(name)


# --- how long ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["keep 7", "/keep 7"])
async def test_a_person_says_how_long_their_words_stay(room: Room, typed: str):
    await room.meet()
    assert "after 7 days" in (await room.person(typed))[0]
    assert (await room.view()).person.keeps_days == 7  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["/keep", "/keep 366", "/keep -1", "/keep long"])
async def test_what_is_no_number_of_days_changes_nothing(room: Room, typed: str):
    await room.meet()
    assert "stays 30 days" in (await room.person(typed))[0]
    assert (await room.view()).person.keeps_days == 30  # type: ignore[union-attr]


async def test_a_talk_that_was_left_keeps_its_place_and_loses_its_words_with_the_days(room: Room):
    await room.meet()
    for said in ["keep 1", "thought record", "Begin", f"{CANARY} walked past me", "stop"]:
        await room.person(said)
    room.clock.move_to(room.clock() + timedelta(hours=23))
    await room.rights_work.sweep()
    assert CANARY in to_json(await everything(room))
    room.clock.move_to(room.clock() + timedelta(hours=2))
    await room.rights_work.sweep()
    assert CANARY not in to_json(await everything(room))
    assert (await room.view()).session.parked  # type: ignore[union-attr]
    assert "step 3 of 14" in "".join(await room.person("resume"))


async def everything(room: Room) -> Belongings:
    found = await room.store.rights.belongings(await room.store.rights.find(ANA))
    assert found is not None
    return found


# --- the end ----------------------------------------------------------------------------------------------------------


async def leave(room: Room) -> None:
    await room.person("/delete")
    await room.press("Yes, delete everything")


async def test_deletion_is_confirmed_and_can_be_undone_for_a_day(room: Room):
    await worried(room)
    await room.person("/delete")
    assert (await room.press("No, keep it")) == ["All right. Everything stays as it is."]
    await leave(room)
    await pass_time(room, timedelta(hours=23, minutes=59))
    assert (await room.person("keep my data"))[0].endswith("All right, your data stays. Check-ins go on as before.")
    await pass_time(room, timedelta(days=2))
    assert (await room.view()) is not None


async def pass_time(room: Room, span: timedelta) -> None:
    await room.wait(span)
    await room.settle()


async def test_after_a_day_nothing_is_left_and_the_person_is_a_stranger(room: Room):
    await worried(room)
    person_id = await room.store.rights.find(ANA)
    await leave(room)
    await pass_time(room, timedelta(hours=24, seconds=1))
    assert await room.view() is None
    assert await room.store.rights.belongings(person_id) is None
    assert (await room.store.rights.verify_notes()).wrong == ""
    assert "an automated program, not a person" in (await room.person("hello"))[0]


async def test_no_check_in_comes_while_a_deletion_is_waiting(room: Room):
    await room.meet()
    await room.person("check in 12:00")
    await leave(room)
    assert await room.wait(timedelta(hours=12)) == []


async def test_nobody_is_erased_while_a_person_is_on_the_way_to_them(room: Room):
    await room.meet()
    await leave(room)
    await room.person(WORRY)
    await pass_time(room, timedelta(hours=25))
    assert await room.view() is not None
    await room.staff_press("I'm on it")
    await room.staff("say I am here")
    await room.staff("resolve right")
    assert await room.view() is None


async def test_an_erased_person_is_nowhere_in_database_log_and_back_up_made_afterwards(room: Room, tmp_path: Path):
    """The scanner: canaries, the address and the name, in every file of the data folder."""
    await worried(room)
    person_id = await room.store.rights.find(ANA)
    sealed = await sealed_fields(tmp_path, person_id)
    assert len(sealed) > 5
    assert any(field in blob for blob in files(tmp_path) for field in sealed)
    await leave(room)
    await pass_time(room, timedelta(hours=24, seconds=1))
    backup.create(tmp_path / "handrail.db", tmp_path / "copy.db", datetime.now(UTC))
    for found in files(tmp_path):
        assert not any(field in found for field in sealed)
        # The room's own made-up ids hold the chat's number; real ones are random.
        blob = found.replace(person_id.encode(), b"")
        assert not any(canary.encode() in blob for canary in (CANARY, WORRY, ANA.chat))
        # Three letters alone turn up in sealed bytes by chance: the name as it would be stored or written.
        assert not any(name in blob for name in (b"\xa3Ana", b'"Ana"', b"Hello Ana"))


def files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file() and "flows" not in path.parts]


async def sealed_fields(folder: Path, person_id: str) -> list[bytes]:
    """What of a person lies sealed in the file: the wrapped key and every body, as bytes to look for."""
    url = f"sqlite:///{folder / 'handrail.db'}"
    found = []
    for table, column in [
        ("person", "wrapped_key"),
        ("person", "profile"),
        ("session", "state"),
        ("turn", "events"),
        ("case_text", "body"),
        ("escalation", "body"),
    ]:
        found += await raw.run(url, f"SELECT {column} FROM {table} WHERE person_id = '{person_id}'")
    # The tail: a longer field may be split over pages, its last bytes lie together.
    return [bytes(body)[-24:] for (body,) in found if body]
