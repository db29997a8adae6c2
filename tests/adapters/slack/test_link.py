"""What stops the start: tokens and an on-call channel that Slack does not take, each with its remedy."""

from __future__ import annotations

import asyncio

import pytest

from adapters.slack.intake import Intake
from adapters.slack.link import SlackLink
from adapters.slack.refusals import SlackRefusal
from adapters.slack.socket_mode import SocketIntake
from bot.errors import ChannelRefused, SettingError
from tests.adapters.slack.conftest import running
from tests.fakes.slack.faults import refused, server_error
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN


async def test_a_wrong_bot_token_ends_the_process_with_its_setting_and_remedy(
    slack: SlackServer, intake: Intake, link: SlackLink
) -> None:
    slack.world.bot_token = "xoxb-another"
    socket = SocketIntake(intake, link, APP_TOKEN)
    with pytest.raises(ChannelRefused, match=r"HANDRAIL_SLACK_BOT_TOKEN .*install the app again") as caught:
        await socket.run()
    assert BOT_TOKEN not in f"{caught.value} {caught.value.__cause__}"


async def test_a_wrong_app_token_ends_the_process_instead_of_being_tried_for_ever(
    slack: SlackServer, intake: Intake, link: SlackLink
) -> None:
    slack.world.app_token = "xapp-another"
    socket = SocketIntake(intake, link, APP_TOKEN, ping_seconds=0.2)
    with pytest.raises(ChannelRefused, match=r"HANDRAIL_SLACK_APP_TOKEN .*connections:write"):
        await asyncio.wait_for(socket.run(), 5)
    assert len(slack.calls("apps.connections.open")) == 1


async def test_an_app_token_that_is_revoked_later_ends_the_process(
    slack: SlackServer, intake: Intake, link: SlackLink
) -> None:
    socket = SocketIntake(intake, link, APP_TOKEN, ping_seconds=0.2)
    task = asyncio.create_task(socket.run())
    await slack.sockets.connected()
    slack.world.app_token = "xapp-another"
    slack.sockets.drop()
    with pytest.raises(ChannelRefused, match="HANDRAIL_SLACK_APP_TOKEN"):
        await asyncio.wait_for(task, 5)


async def test_tokens_in_each_others_place_are_told_apart(slack: SlackServer, intake: Intake, link: SlackLink) -> None:
    with pytest.raises(SettingError, match="HANDRAIL_SLACK_BOT_TOKEN"):
        SlackLink(APP_TOKEN, slack.api_url)
    with pytest.raises(SettingError, match="HANDRAIL_SLACK_APP_TOKEN"):
        SocketIntake(intake, link, BOT_TOKEN)


async def test_an_outage_at_the_start_is_no_refusal(slack: SlackServer, intake: Intake, link: SlackLink) -> None:
    slack.faults.next("auth.test", server_error(503))
    async with running(intake, link):
        await slack.sockets.connected()


async def test_a_private_channel_with_the_bot_in_it_is_fit_for_pages(slack: SlackServer, link: SlackLink) -> None:
    await link.check_oncall_channel("C0ONCALL")


async def test_a_channel_unfit_for_pages_is_refused_with_the_remedy(slack: SlackServer, link: SlackLink) -> None:
    slack.channel("C0AWAY", joined=False)
    slack.channel("C0OLD")
    slack.world.conversations["C0OLD"].archived = True
    slack.world.scopes.add("channels:read")
    slack.channel("C0PUBLIC", private=False)
    remedies = {"C0AWAY": "/invite", "C0NONE": "/invite", "C0OLD": "unarchive", "C0PUBLIC": "make it private"}
    for channel, remedy in remedies.items():
        with pytest.raises(SettingError, match=f"HANDRAIL_ONCALL_SLACK_CHANNEL .*{remedy}"):
            await link.check_oncall_channel(channel)


async def test_an_outage_says_nothing_about_the_channel(slack: SlackServer, link: SlackLink) -> None:
    slack.faults.next("conversations.info", refused("internal_error"))
    with pytest.raises(SlackRefusal):
        await link.check_oncall_channel("C0ONCALL")
