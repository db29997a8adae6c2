"""The invariants of shared/safety.md, one test each; the crash points of I1 and I3 stand in test_crash_points.py."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.telegram.channel import TelegramChannel
from adapters.telegram.connection import connect
from bot.errors import DeliveryError, StoreError
from bot.model.cases import CaseState
from bot.model.people import Address, Platform
from bot.model.received import CaseDue, Command, Due, Pressed, Text
from bot.model.sent import Button, Delivery, Lane, Outbound
from bot.model.worry import Level
from bot.rota import Override, Rota, Shift
from scheduler.rounds import own
from tests.bot.case_checker import POLICY, explore, longest
from tests.bot.harness import ANA, KIM, KIMS_CHAT, ON_CALL, SAM, SAMS_CHAT, START, Room, opened_room
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer

WORRY = "I want to end my life tonight"
CANARY = "zebrafinch"
STAFF_TELEGRAM = Address(Platform.TELEGRAM, "5001")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def paged(room: Room, words: str = WORRY) -> None:
    await room.person(words)


async def engaged(room: Room) -> None:
    await paged(room)
    await room.staff("claim")
    await room.staff("I am Sam", at=SAMS_CHAT)


async def test_i01_a_worrying_inbound_commits_case_page_and_safety_text_in_one_transaction(room: Room) -> None:
    before = len(room.store.commits)
    await paged(room)
    first = room.store.commits[before]
    assert [turn.level for turn in first] == [Level.IMMINENT]
    assert first[0].escalation_changed
    assert {(one.lane, one.address) for one in first[0].outbounds} == {(Lane.PAGE, ON_CALL), (Lane.SAFETY, ANA)}


async def test_i02_the_platform_hears_received_only_after_that_commit(room: Room) -> None:
    committed: list[str] = []
    real = room.store.commit_many

    async def slow(turns, *more, **others) -> None:  # type: ignore[no-untyped-def]
        await real(turns, *more, **others)
        committed.extend(turn.received for turn in turns)

    room.store.commit_many = slow  # type: ignore[method-assign]
    inbound = room.inbound(Text(WORRY), ANA, ANA.chat)
    await room.conversation.receive([inbound])
    assert inbound.key in committed

    async def failing(_turns, *_more, **_others) -> None:  # type: ignore[no-untyped-def]
        raise StoreError("the disk is full")

    room.store.commit_many = failing  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await room.conversation.receive([room.inbound(Text(WORRY), ANA, ANA.chat)])


async def test_i03_what_was_committed_before_a_restart_is_paged_within_10_seconds_after_it(tmp_path: Path) -> None:
    async with opened_room(tmp_path) as room:
        await room.meet()
        await room.conversation.receive([room.inbound(Text(WORRY), ANA, ANA.chat)])
        assert room.order == []
    async with opened_room(tmp_path) as room:
        await room.wait(timedelta(seconds=10))
        assert room.told(ON_CALL)[0].startswith("Level 4")
        assert "I have asked a person to read this" in room.told()[0]


async def test_i04_an_open_case_always_has_a_next_moment_within_the_policys_longest_wait(room: Room) -> None:
    await paged(room)
    for act in ("claim", "pass", "wake", "claim"):
        case = await room.case()
        assert case.next_at is not None
        assert case.next_at <= room.clock() + longest(POLICY.of(case.level))
        await room.staff(act)
        await room.wait(timedelta(seconds=100))


async def test_i05_an_unclaimed_level_4_is_accepted_somewhere_in_every_window(room: Room) -> None:
    await paged(room)
    window = POLICY.imminent.repeat_last_every + timedelta(seconds=10)
    for _ in range(10):
        before = sum(one.lane is Lane.PAGE for one in room.order)
        await room.wait(window)
        assert sum(one.lane is Lane.PAGE for one in room.order) > before


async def test_i05_a_path_that_is_down_is_told_to_the_person_and_alarmed(tmp_path: Path) -> None:
    async with opened_room(tmp_path, rota=Rota()) as room:
        room.recorders[Platform.SLACK].refused.add(ON_CALL)
        await room.meet()
        await paged(room)
        assert any("could not reach our team" in text for text in room.told())
        assert any(act.startswith("alarm") for act in room.audits())


async def test_i06_the_person_is_told_that_nobody_has_answered_within_5_seconds_of_the_promise(room: Room) -> None:
    await paged(room)
    assert not any("Nobody has answered yet" in text for text in await room.wait(timedelta(seconds=179)))
    assert any("Nobody has answered yet" in text for text in await room.wait(timedelta(seconds=6)))


async def test_i07_software_never_lowers_a_level_and_a_raise_on_a_claimed_case_pages_at_once(room: Room) -> None:
    await paged(room, "human")
    await room.staff("claim")
    before = room.told(ON_CALL)
    for words in ("I am fine now", "haha just joking", "I'm safe", WORRY, "I am safe"):
        level = (await room.case()).level
        await room.person(words)
        assert (await room.case()).level >= level
    assert (await room.case()).level is Level.IMMINENT
    assert any(text.startswith("Level 4") for text in room.told(ON_CALL)[len(before) :])


async def test_i08_fifty_presses_at_once_on_two_platforms_leave_one_owner(room: Room) -> None:
    await paged(room)
    button = room.button("I'm on it", ON_CALL)
    places = [(ON_CALL, "U0SAM"), (ON_CALL, "U0KIM"), (STAFF_TELEGRAM, "5001")]
    presses = [room.inbound(Pressed(button), *places[number % 3]) for number in range(50)]
    await asyncio.gather(*(room.conversation.receive([press]) for press in presses))
    await room.settle()
    case = await room.case()
    assert (case.state, case.owner) == (CaseState.CLAIMED, "sam")
    assert room.audits().count("claimed") == 1


async def test_i09_a_lapsed_claim_is_paged_again_and_told(room: Room) -> None:
    await paged(room)
    await room.staff("claim")
    said = await room.wait(timedelta(seconds=301))
    case = await room.case()
    assert (case.state, case.owner, case.passed) == (CaseState.PAGING, "", ("sam",))
    assert any("has not been able to write" in text for text in said)


async def test_i10_a_step_with_nobody_on_the_rota_is_skipped_in_the_same_cycle_with_an_alarm(tmp_path: Path) -> None:
    gap = Override(start="2026-03-02 08:00", until="2026-03-02 12:00")
    always = Shift(days=WEEK, start="00:00", until="00:00", primary="sam")
    async with opened_room(tmp_path, rota=Rota((SAM, KIM), (always,), (gap,))) as room:
        await room.meet()
        await paged(room)
        assert (await room.case()).step == 2
        assert sum(one.lane is Lane.PAGE for one in room.order) == 1
        assert room.audits().count("alarm: step primary has nobody on the rota") == 1


async def test_i11_no_relayed_word_reaches_another_chat_after_a_hand_over(room: Room) -> None:
    await engaged(room)
    await room.staff("/handover kim", at=SAMS_CHAT)
    before = len(room.order)
    await room.person("only for the one who has it now")
    heard = {one.address for one in room.order[before:] if "only for the one" in one.text}
    assert heard == {KIMS_CHAT}
    said = await room.staff("words of the one before", at=SAMS_CHAT)
    assert not any("words of the one before" in text for text in room.told())
    assert said


async def test_i12_a_canary_is_in_no_card_audit_or_log(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    await paged(room, f"{CANARY} {WORRY}")
    await room.staff("claim")
    await room.staff(f"/note {CANARY}", at=SAMS_CHAT)
    await room.staff(f"/reveal {CANARY}", at=SAMS_CHAT)
    await room.staff("/handover kim", at=SAMS_CHAT)
    assert not any(CANARY in text for text in (*room.told(ON_CALL), *room.audits()))
    assert CANARY not in "".join(capsys.readouterr())


@pytest.mark.parametrize("label", ["I'm on it", "I can't, page the next", "Read it (private)", "Wake everyone"])
async def test_i13_a_press_by_a_former_account_changes_nothing_and_is_logged(room: Room, label: str) -> None:
    await paged(room)
    before = await room.case()
    said = await room.staff_press(label, by="U0GONE")
    assert (await room.case()) == before
    assert "not on the rota" in said[0]
    assert "refused: not on the rota" in room.audits()


async def test_i14_a_drill_never_reaches_a_person_and_never_hides_a_real_case(room: Room) -> None:
    await room.take(own("drill:1", Command("drill"), room.clock()))
    assert room.told(ON_CALL)[0].startswith("DRILL")
    await paged(room)
    assert "DRILL" not in "".join(room.told())
    await room.staff("claim")
    assert (await room.case()).owner == "sam"
    told = await room.staff("status")
    assert "drill, level 3" in told[-1]
    await room.staff("pass")
    await room.wait(timedelta(minutes=4))
    assert any("was not claimed within 2 min" in text for text in room.told(ON_CALL))
    assert (await room.case()).state is not CaseState.RESOLVED


async def test_i15_while_a_human_writes_the_bot_sends_only_the_relay_and_commands(room: Room) -> None:
    await engaged(room)
    assert await room.person("thank you for being here") == []
    assert len(await room.person("/help")) == 1
    assert len(await room.person("/bot")) == 1
    assert any("asks for the bot" in text for text in room.told(SAMS_CHAT))


async def test_i16_no_exercise_step_while_a_case_is_open_and_it_resumes_where_it_stood(room: Room) -> None:
    await room.person("thought record")
    place = (await room.view()).session.stack  # type: ignore[union-attr]
    await room.person(WORRY)
    await room.person("thought record")
    assert not any("about 6 minutes" in text for text in room.told()[-2:])
    await room.staff("claim")
    await room.staff("resolve right")
    await room.person("resume")
    assert (await room.view()).session.stack == place  # type: ignore[union-attr]


async def test_i17_an_ambiguous_answer_costs_at_most_one_extra_page_and_two_safety_texts(room: Room) -> None:
    lost = [DeliveryError("the answer was lost", ambiguous=True) for _ in range(2)]
    room.recorders[Platform.SLACK].failures = list(lost)
    room.recorders[Platform.TELEGRAM].failures = list(lost)
    await paged(room)
    await room.wait(timedelta(seconds=9))
    cards = [one for one in room.order if one.address == ON_CALL and one.lane is Lane.PAGE]
    safety = [one for one in room.order if one.address == ANA and one.lane is Lane.SAFETY]
    assert (len(cards), len(safety)) == (2, 2)


async def test_i19_a_page_that_is_refused_goes_to_the_next_route_and_is_alarmed(room: Room) -> None:
    room.recorders[Platform.SLACK].refused.add(ON_CALL)
    await paged(room)
    assert room.told(STAFF_TELEGRAM)[0].startswith("Level 4")
    assert "alarm: an on-call conversation cannot be reached" in room.audits()


async def test_i19_a_page_that_no_platform_takes_goes_the_other_ways_after_10_seconds(room: Room) -> None:
    room.recorders[Platform.SLACK].failures = [DeliveryError("no answer") for _ in range(40)]
    await paged(room)
    await room.wait(timedelta(seconds=11))
    assert room.told(STAFF_TELEGRAM)[0].startswith("Level 4")


async def test_i20_after_an_outage_pages_are_computed_from_state_and_stale_ones_are_not_replayed(room: Room) -> None:
    await paged(room)
    before = sum(one.lane is Lane.PAGE for one in room.order)
    room.clock.move_to(room.clock() + timedelta(hours=6))
    await room.settle()
    assert sum(one.lane is Lane.PAGE for one in room.order) == before + 1
    old = Due("case:old", f"p{ANA.chat}", START, CaseDue((await room.case()).case_id, START))
    await room.take(old)
    assert sum(one.lane is Lane.PAGE for one in room.order) == before + 1


async def test_i18_a_refused_rich_message_goes_out_as_plain_text_at_once() -> None:
    async with TelegramServer() as server:
        ana = server.user(4711)
        connection = connect(server.token, server.url)
        server.fault(Kind.BAD_REQUEST, "sendMessage", description="Bad Request: BUTTON_DATA_INVALID")
        outbound = Outbound(1, "p1", Lane.PAGE, ANA, "Level 4 · case K7Q2M", ((Button("s.0", "I'm on it"),),))
        await TelegramChannel(connection.bot).send(Delivery(outbound, attempt=1))
        await connection.close()
        assert ana.chat.bot_says == ["Level 4 · case K7Q2M\n\n1. I'm on it"]


async def test_i21_erasing_a_person_keeps_a_chain_of_notes_without_a_word(room: Room) -> None:
    await engaged(room)
    await room.person(CANARY)
    await room.staff("resolve right", at=SAMS_CHAT)
    person_id = (await room.view()).person.person_id  # type: ignore[union-attr]
    assert await room.store.rights.erase(person_id, room.clock())
    notes = await room.store.rights.notes_about(person_id)
    assert {"claimed", "resolved: right_reached"} <= {note.act for note in notes}
    assert not any(CANARY in note.act for note in notes)
    assert await room.view() is None


def test_the_machine_keeps_every_promise_from_every_reachable_state() -> None:
    from bot.escalation.machine import advance

    explored = explore(advance, 3)
    print(f"{explored.states} states, {explored.steps} steps, {len(explored.found)} violations")
    assert not explored.found
