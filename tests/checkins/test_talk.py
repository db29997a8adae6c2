"""What people say about their check-ins, and what they get."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.checkins.changes import schedule_of
from bot.model.received import Pressed
from bot.model.schedules import CheckIn
from bot.model.sent import Lane
from tests.bot.harness import ANA, Room

QUESTION = "from 1 to 5"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def plan_of(room: Room) -> CheckIn:
    view = await room.view()
    assert view is not None
    plan = schedule_of(view.check_ins)
    assert plan is not None
    return plan


async def has_plan(room: Room) -> bool:
    view = await room.view()
    return view is not None and bool(view.check_ins)


async def nudged(room: Room) -> list[str]:
    """Let the check-in at 9:30 come."""
    await room.person("check in 9:30")
    return await room.wait(timedelta(minutes=30))


# --- setting ----------------------------------------------------------------------------------------------------------


async def test_a_bare_time_is_set_at_once_and_said_back(ana: Room):
    (said,) = await ana.person("check in 9:30")
    assert "every day at 09:30, at most 5 a week" in said
    assert "today at 09:30" in said


@pytest.mark.parametrize(
    "words", ["check in weekdays at 9:30", "remind me Tue and Thu 14:30", "every other day at 10:00"]
)
async def test_anything_more_is_shown_back_before_it_is_saved(ana: Room, words: str):
    (said,) = await ana.person(words)
    assert said.startswith("I understood: ")
    assert not await has_plan(ana)
    assert "I'll ask how you are" in (await ana.press("Yes, set it"))[0]
    assert await has_plan(ana)


async def test_a_no_to_what_was_understood_saves_nothing_and_shows_how_to_say_it(ana: Room):
    await ana.person("check in weekdays at 9")
    assert 'like "check in Tue and Thu 14:30"' in (await ana.press("No, leave it"))[0]
    assert not await has_plan(ana)


@pytest.mark.parametrize(
    ("words", "example"),
    [
        ("check in 25:00", "9:30"),
        ("check in 24:30", "9:30"),
        ("check in weekdays except monday to friday at 9", "check in weekdays at 9"),
        ("check in weekdays at sunset", "check in Tue and Thu 14:30"),
        ("check in up to 0 a week", "check in up to 3 a week"),
        ("check in up to 30 a week", "check in up to 3 a week"),
        ("time zone Xyzzyland", "time zone Berlin"),
        ("/ooo soon", "ooo 3"),
        ("/ooo 0", "ooo 3"),
        ("/quiet always", "quiet 21:00 to 8:00"),
        ("/quiet 9 to 9", "check in"),
        ("/quiet 8:00 to 10:00", "check in"),
    ],
)
async def test_what_cannot_be_is_answered_with_an_example_and_nothing_is_saved(ana: Room, words: str, example: str):
    await ana.person("check in 9:30")
    before = await plan_of(ana)
    (said,) = await ana.person(words)
    assert example in said
    assert "Nothing was changed" in said
    assert await plan_of(ana) == before


async def test_every_example_works(ana: Room):
    for words in ("check in 9:30", "check in weekdays at 9", "check in Tue and Thu 14:30", "check in up to 3 a week"):
        (said,) = await ana.person(words)
        assert "Nothing was changed" not in said
        if "Shall I set it?" in said:
            await ana.press("Yes, set it")
    for words in ("ooo 3", "quiet 21:00 to 8:00", "time zone Berlin", "my check-ins", "receipt", "pause", "fewer"):
        (said,) = await ana.person(words)
        assert "Nothing was changed" not in said
        assert "I can't answer" not in said


async def test_a_time_in_ones_own_quiet_hours_is_a_contradiction_and_is_said_so(ana: Room):
    await ana.person("check in 12:00")
    await ana.person("quiet 20:00 to 10:00")
    (said,) = await ana.person("check in 9:30")
    assert "quiet hours are 20:00 to 10:00" in said
    assert (await plan_of(ana)).at.hour == 12


async def test_a_late_time_is_kept_when_no_quiet_hours_were_chosen(ana: Room):
    await ana.person("check in 22:30")
    assert any(QUESTION in text for text in await ana.wait(DAY))


async def test_another_time_zone_moves_the_check_in_with_it(ana: Room):
    await ana.person("check in 9:30")
    await ana.person("time zone Tokyo")
    plan = await plan_of(ana)
    assert plan.zone == "Asia/Tokyo"
    assert plan.next_due_at is not None
    assert plan.next_due_at.hour == 0


# --- answering a nudge ------------------------------------------------------------------------------------------------


async def test_a_nudge_ends_with_later_fewer_and_pause(ana: Room):
    (said,) = await nudged(ana)
    assert QUESTION in said
    assert ana.labels()[-3:] == ["Later", "Fewer", "Pause"]
    assert ana.order[-1].lane is Lane.NUDGE


@pytest.mark.parametrize("answer", ["4", "good", "four"])
async def test_a_typed_answer_begins_the_check_in_where_the_nudge_left_off(ana: Room, answer: str):
    await nudged(ana)
    assert "Which words fit?" in (await ana.person(answer))[0]


async def test_one_tap_answers_a_nudge(ana: Room):
    await nudged(ana)
    assert "Which words fit?" in (await ana.press(ana.labels()[3]))[0]
    assert (await plan_of(ana)).course.ever.answered == 1


async def test_an_answered_nudge_cannot_be_answered_again(ana: Room):
    await nudged(ana)
    four = ana.button(ana.labels()[3], ANA)
    await ana.press(ana.labels()[3])
    assert "moved on" in (await ana.send(Pressed(four)))[0]
    assert (await plan_of(ana)).course.ever.answered == 1


async def test_other_words_after_a_nudge_mean_what_they_always_mean(ana: Room):
    await nudged(ana)
    assert "What would you like" in (await ana.person("hello"))[0]
    assert "Which words fit?" in (await ana.person("4"))[0]


async def test_a_new_check_in_replaces_the_open_one_by_an_edit(ana: Room):
    await nudged(ana)
    first = ana.order[-1].outbound_id
    said = await ana.wait(DAY)
    assert "has passed" in said[0]
    assert QUESTION in said[1]
    assert ana.order[-2].edits == first
    assert ana.order[-2].silent


@pytest.mark.parametrize(("choice", "hours"), [("In 1 hour", 1), ("This evening", 9), ("Tomorrow", 24)])
async def test_later_asks_when_and_comes_then(ana: Room, choice: str, hours: float):
    await nudged(ana)
    assert "When shall I ask again?" in (await ana.press("Later"))[0]
    await ana.press(choice)
    assert await ana.wait(hours * HOUR - timedelta(minutes=1)) == []
    assert any(QUESTION in text for text in await ana.wait(timedelta(minutes=2)))


async def test_fewer_is_one_tap_and_is_kept(ana: Room):
    await nudged(ana)
    assert "at most 3 a week" in (await ana.press("Fewer"))[0]
    assert (await plan_of(ana)).rules.per_week == 3


async def test_pause_is_one_tap_and_nothing_comes_until_it_is_taken_up(ana: Room):
    await nudged(ana)
    await ana.press("Pause")
    assert await ana.wait(30 * DAY) == []
    await ana.press("Go on asking")
    assert any(QUESTION in text for text in await ana.wait(DAY))


async def test_after_long_silence_one_last_question_and_then_none(ana: Room):
    await nudged(ana)
    said = await ana.wait(200 * DAY)
    assert "Shall I go on asking?" in said[-1]
    assert len([text for text in said if QUESTION in text]) == 5
    assert await ana.wait(400 * DAY) == []


async def test_a_yes_to_the_last_question_brings_the_check_ins_back(ana: Room):
    await nudged(ana)
    await ana.wait(100 * DAY)
    await ana.press("Go on asking")
    assert any(QUESTION in text for text in await ana.wait(DAY))


async def test_a_no_to_the_last_question_ends_them(ana: Room):
    await nudged(ana)
    await ana.wait(100 * DAY)
    await ana.press("Stop asking")
    assert await ana.wait(100 * DAY) == []


async def test_three_days_out_of_office_are_left_out(ana: Room):
    await ana.person("check in 9:30")
    await ana.person("ooo 3")
    assert await ana.wait(3 * DAY - HOUR) == []
    assert any(QUESTION in text for text in await ana.wait(DAY))


async def test_a_talk_just_before_the_time_cancels_the_check_in(ana: Room):
    await nudged(ana)
    await ana.wait(DAY - timedelta(minutes=40))
    await ana.person("tools")
    assert await ana.wait(HOUR) == []


async def test_a_word_between_the_decision_and_the_sending_withdraws_the_nudge(ana: Room):
    await ana.person("check in 9:30")
    ana.clock.move_to(ana.clock() + timedelta(minutes=30))
    await ana.due_work.plan()
    ana.clock.move_to(ana.clock() + timedelta(seconds=1))
    (said,) = await ana.person("hello")
    assert QUESTION not in said
    assert (await plan_of(ana)).course.ever.sent == 0


async def test_without_its_consent_the_schedule_rests_and_takes_up_after_a_yes(ana: Room):
    await ana.person("check in 9:30")
    await ana.person("privacy")
    await ana.press("Check-ins")
    assert await ana.wait(3 * DAY) == []


# --- measuring --------------------------------------------------------------------------------------------------------


async def test_the_one_in_ten_is_asked_about_before_it_begins_and_ends_in_two_taps(ana: Room):
    await ana.person("check in 9:30")
    await ana.person("my check-ins")
    assert "1 check-in in 10 at random" in (await ana.press("Leave out 1 in 10"))[0]
    assert (await plan_of(ana)).rules.holdout is False
    await ana.press("Yes, switch on")
    assert (await plan_of(ana)).rules.holdout is True
    await ana.person("privacy")
    assert "1 in 10 left out" in ana.labels()
    await ana.press("1 in 10 left out")
    assert (await plan_of(ana)).rules.holdout is False


async def test_the_first_answer_of_a_month_brings_the_receipt_of_the_month_before(ana: Room):
    await ana.person("check in 9:30")
    told: list[str] = []
    for _ in range(31):
        told += await ana.wait(DAY)
        if any(QUESTION in text for text in told[-2:]):
            told += await ana.person("4")
            told += await ana.person("skip")
            told += await ana.person("skip")
    receipts = [text for text in told if text.startswith("That month I asked")]
    assert len(receipts) == 1
    assert "you answered" in receipts[0]


async def test_a_reminder_that_would_come_at_night_is_not_said(ana: Room):
    ana.clock.move_to(ana.clock() + timedelta(hours=10))
    await ana.person("thought record")
    await ana.press("Begin")
    assert await ana.wait(12 * HOUR) == []
    assert "What happened?" not in ana.told()[-2:-1]
    assert "feeling" in (await ana.person("My boss walked past me"))[0]
