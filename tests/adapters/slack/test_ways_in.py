"""The ways in besides the chat: the slash command, the shortcut, the welcome; and what is never sent unasked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.slack.channel import SlackChannel
from adapters.slack.link import SlackLink
from adapters.slack.quiet import quiet_until
from bot.errors import DeliveryError
from bot.model.people import Address, Platform
from bot.model.sent import Delivery, Lane, Outbound
from tests.adapters.slack.served import served
from tests.fakes.slack.faults import refused
from tests.fakes.slack.server import SlackServer

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


async def test_a_command_in_a_public_channel_is_answered_in_private_alone(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        here.slack.channel("C0GENERAL", private=False, members=["U0ANA", "U0SAM"])
        push = await here.ana.command("about", where="C0GENERAL").arrives()
        await here.ana.hears("I'm Handrail")
        assert push.answer is not None
        assert push.answer["response_type"] == "ephemeral"
        assert "private chat" in push.answer["text"]
        assert here.slack.world.conversations["C0GENERAL"].messages == []


@pytest.mark.parametrize("words", ["4", "good", "good mood, thanks"])
async def test_words_after_the_command_answer_the_open_question(tmp_path: Path, words: str) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("checkin")
        await here.ana.hears("from 1 to 5", new=True)
        here.ana.command(words)
        await here.ana.hears("Which words fit?" if words != "good mood, thanks" else "1 to 5", new=True)


async def test_the_shortcut_leads_through_a_whole_check_in_in_private(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        before = len(here.chat)
        here.ana.shortcut("check_in_privately")
        await here.ana.reads_modal("from 1 to 5")
        here.ana.presses("4")
        await here.ana.reads_modal("Which words fit?")
        here.ana.presses("Skip")
        await here.ana.reads_modal("note, in a line")
        await here.ana.writes("a quiet morning")
        await here.ana.reads_modal("Good to hear")
        assert len(here.chat) == before


async def test_a_modal_that_was_closed_meanwhile_goes_on_in_the_chat(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.shortcut("check_in_privately")
        await here.ana.reads_modal("from 1 to 5")
        here.slack.faults.next("views.update", refused("not_found"))
        here.ana.presses("4")
        await here.ana.hears("Which words fit?")


@pytest.mark.parametrize("way", ["team_join", "app_home_opened"])
async def test_someone_new_is_welcomed_once_and_no_thanks_ends_it(tmp_path: Path, way: str) -> None:
    async with served(tmp_path) as here:
        user = {"id": "U0ANA"} if way == "team_join" else "U0ANA"
        for _ in range(2):
            await here.ana.raw_event({"type": way, "user": user, "tab": "messages"}).arrives()
            await here.ana.hears("I'm Handrail")
        here.ana.presses("No thanks")
        await here.ana.hears("I won't write again by myself")
        await here.ana.raw_event({"type": "team_join", "user": {"id": "U0ANA"}}).arrives()
        await here.ana.opens_home().arrives()
        assert sum("I'm Handrail" in words for words in here.ana.history) == 1


async def test_a_bot_that_joins_is_not_welcomed(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        await here.ana.raw_event({"type": "team_join", "user": {"id": "U0ANA", "is_bot": True}}).arrives()
        assert here.ana.history == []


async def test_the_zone_of_the_account_is_known_from_the_first_word(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        here.ana.command("settings")
        await here.ana.hears("Time zone: Europe/Berlin")


async def test_an_account_whose_zone_slack_does_not_tell_is_served_all_the_same(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        here.slack.faults.next("users.info", refused("user_not_found"))
        here.ana.command("settings")
        await here.ana.hears("Time zone: UTC")


def _nudge(lane: Lane = Lane.NUDGE) -> Delivery:
    return Delivery(Outbound(1, "p1", lane, Address(Platform.SLACK, "U0ANA"), "How are you?"), attempt=1)


def _quiet(slack: SlackServer, ends: timedelta) -> None:
    profile = slack.world.profiles["U0ANA"]
    profile.dnd, profile.quiet_from = True, int(NOW.timestamp()) - 60
    profile.quiet_until = int((NOW + ends).timestamp())


async def test_nothing_unasked_is_sent_while_notifications_are_paused(slack: SlackServer, link: SlackLink) -> None:
    channel = SlackChannel(link, clock=lambda: NOW)
    _quiet(slack, timedelta(minutes=30))
    with pytest.raises(DeliveryError) as waits:
        await channel.send(_nudge())
    assert (waits.value.unwanted, waits.value.retry_after) == (True, timedelta(minutes=30))
    _quiet(slack, timedelta(hours=9))
    with pytest.raises(DeliveryError) as dropped:
        await channel.send(_nudge())
    assert (dropped.value.unwanted, dropped.value.retry_after) == (True, None)
    assert slack.user("U0ANA").history == []


@pytest.mark.parametrize("lane", [Lane.REPLY, Lane.SAFETY, Lane.RELAY])
async def test_an_answer_and_a_safety_text_are_sent_also_while_notifications_are_paused(
    slack: SlackServer, link: SlackLink, lane: Lane
) -> None:
    _quiet(slack, timedelta(hours=9))
    await SlackChannel(link, clock=lambda: NOW).send(_nudge(lane))
    assert slack.user("U0ANA").history == ["How are you?"]


@pytest.mark.parametrize("error", ["missing_scope", "ratelimited", "user_not_found"])
async def test_when_slack_cannot_say_a_check_in_is_sent(slack: SlackServer, link: SlackLink, error: str) -> None:
    slack.faults.next("dnd.info", refused(error))
    await SlackChannel(link, clock=lambda: NOW).send(_nudge())
    assert slack.user("U0ANA").history == ["How are you?"]


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [
        ({}, None),
        ({"dnd_enabled": True, "next_dnd_start_ts": 600, "next_dnd_end_ts": 1200}, None),
        ({"dnd_enabled": True, "next_dnd_start_ts": -600, "next_dnd_end_ts": 1200}, 20),
        ({"dnd_enabled": False, "next_dnd_start_ts": -600, "next_dnd_end_ts": 1200}, None),
        ({"snooze_enabled": True, "snooze_endtime": 600}, 10),
        ({"snooze_enabled": True, "snooze_endtime": -600}, None),
        ({"snooze_enabled": True, "snooze_endtime": "soon"}, None),
        ({"snooze_enabled": True, "snooze_endtime": 600, "dnd_enabled": True, "next_dnd_end_ts": 1200}, 20),
    ],
)
def test_the_longer_of_snooze_and_schedule_counts(answer: dict[str, object], minutes: int | None) -> None:
    at = NOW.timestamp()
    told = {name: at + value if type(value) is int and "_" in name else value for name, value in answer.items()}
    assert quiet_until(told, NOW) == (None if minutes is None else NOW + timedelta(minutes=minutes))


async def test_a_journey_is_noticed_and_asked_about_once(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.slack.world.profiles["U0ANA"].zone = "America/New_York"
        here.ana.command("checkin 9:30")
        await here.ana.hears("Your account is in the time zone America/New_York now")
        here.ana.presses("Yes, go by that")
        await here.ana.hears("Your time zone is America/New_York now")
        here.ana.command("settings")
        await here.ana.hears("Time zone: America/New_York")
        assert sum("Shall check-ins go by that" in words for words in here.ana.history) == 1
