"""Socket Mode through slack_sdk and slack_bolt to the loopback Slack: what is acknowledged is committed."""

from __future__ import annotations

import asyncio
import logging

import pytest

from adapters.slack.intake import Intake
from adapters.slack.link import SlackLink
from adapters.slack.socket_mode import SocketIntake
from bot.errors import StoreError
from bot.model.people import Address, Platform
from bot.model.received import Command, Edited, Filled, Pressed, Text, Unreadable
from tests.adapters.slack.conftest import Inbox, running
from tests.fakes.slack.faults import html, junk, refused, server_error, stalled
from tests.fakes.slack.server import SlackServer

ANA = Address(Platform.SLACK, "U0ANA")


async def test_what_a_person_types_is_received_from_their_address(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox
) -> None:
    await slack.user("U0ANA").says("I <3 tea & you").arrives()
    (inbound,) = inbox.received
    assert (inbound.address, inbound.sender, inbound.content) == (ANA, "U0ANA", Text("I <3 tea & you"))


async def test_the_acknowledgement_follows_the_commit(slack: SlackServer, socket: SocketIntake, inbox: Inbox) -> None:
    inbox.open.clear()
    push = slack.user("U0ANA").says("hi")
    await inbox.entered.wait()
    assert not push.settled.is_set()
    inbox.open.set()
    await push.arrives()
    assert inbox.contents == [Text("hi")]


async def test_a_failed_commit_is_not_acknowledged_and_comes_again_under_the_same_key(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox
) -> None:
    inbox.errors.append(StoreError("the disk is full"))
    push = await slack.user("U0ANA").says("hi").arrives()
    assert push.attempts == 2
    assert [inbound.key for inbound in inbox.received] == [f"slack:T0TEAM:{push.payload['event_id']}"]


async def test_an_unknown_error_is_not_acknowledged_and_its_text_stays_out_of_the_log(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.errors.append(KeyError("I feel like a canary"))
    push = await slack.user("U0ANA").says("I feel like a canary").arrives()
    assert push.attempts == 2
    assert "KeyError" in caplog.text
    assert "canary" not in caplog.text


async def test_no_log_line_at_any_level_holds_what_a_person_said(
    slack: SlackServer, intake: Intake, link: SlackLink, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with running(intake, link):
            await slack.sockets.connected()
            await slack.user("U0ANA").says("I feel like a canary").arrives()
            await slack.user("U0ANA").command("canary").arrives()
    assert len(inbox.received) == 2
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name != "aiohttp.access")
    assert "canary" not in ours
    assert "ticket=" not in ours.replace("ticket=…", "")


async def test_commands_files_and_edits_are_received(slack: SlackServer, socket: SocketIntake, inbox: Inbox) -> None:
    ana = slack.user("U0ANA")
    await ana.command("CheckIn 09:30").arrives()
    await ana.command("").arrives()
    await ana.sends_file().arrives()
    await ana.says("tea").arrives()
    await ana.edits("tea", "no tea").arrives()
    said = inbox.received[3]
    assert inbox.contents[:3] == [Command("checkin", "09:30"), Command("help"), Unreadable("photo")]
    assert inbox.contents[3:] == [Text("tea"), Edited("no tea", message=said.message)]


async def test_the_bots_own_messages_are_acknowledged_and_ignored(
    slack: SlackServer, socket: SocketIntake, link: SlackLink, inbox: Inbox
) -> None:
    posted = await link.client.chat_postMessage(channel="U0ANA", text="Hello")
    await link.client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Hello Ana")
    await slack.user("U0ANA").says("hi").arrives()
    assert inbox.contents == [Text("hi")]
    assert slack.violations == []


async def test_shortcuts_homes_and_unknown_events_are_acknowledged_and_ignored(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox
) -> None:
    ana = slack.user("U0ANA")
    await ana.says("hi").arrives()
    await ana.shortcut("anything").arrives()
    await ana.message_shortcut("anything", ana.chat.messages[0]).arrives()
    await ana.opens_home().arrives()
    await ana.raw_event({"type": "something_new", "user": 7}).arrives()
    assert inbox.contents == [Text("hi")]


async def test_a_misshapen_message_is_quarantined_and_its_words_are_still_read(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox
) -> None:
    event = {"type": "message", "channel_type": "im", "user": "U0ANA", "text": "I feel bad", "ts": 7}
    await slack.user("U0ANA").raw_event(event).arrives()
    await slack.user("U0ANA").raw_event({"type": "message", "channel_type": "im", "user": 7, "text": []}).arrives()
    assert inbox.contents == [Text("I feel bad")]
    assert len(inbox.quarantined) == 2


async def test_a_press_in_a_direct_message_is_the_persons_and_in_a_channel_the_channels(
    slack: SlackServer, socket: SocketIntake, link: SlackLink, inbox: Inbox
) -> None:
    button = {"type": "button", "action_id": "0", "value": "tok1", "text": {"type": "plain_text", "text": "Claim"}}
    blocks = [{"type": "actions", "elements": [button]}]
    for where in ("U0ANA", "C0ONCALL"):
        await link.client.chat_postMessage(channel=where, text="card", blocks=blocks)
    await slack.user("U0ANA").presses("Claim").arrives()
    await slack.user("U0STAFF").presses("Claim", where="C0ONCALL").arrives()
    at_home, in_channel = inbox.received
    assert (at_home.address, at_home.sender) == (ANA, "U0ANA")
    assert (in_channel.address, in_channel.sender) == (Address(Platform.SLACK, "C0ONCALL"), "U0STAFF")
    assert isinstance(at_home.content, Pressed)
    assert (at_home.content.button, bool(at_home.content.trigger)) == ("tok1", True)


async def _post_form_button(link: SlackLink) -> None:
    text = {"type": "plain_text", "text": "Write"}
    button = {"type": "button", "action_id": "0:What happened?", "value": "tok1", "text": text}
    await link.client.chat_postMessage(channel="U0ANA", text="?", blocks=[{"type": "actions", "elements": [button]}])


async def test_a_button_with_a_form_opens_it_and_the_words_come_back_under_the_button(
    slack: SlackServer, socket: SocketIntake, link: SlackLink, inbox: Inbox
) -> None:
    ana = slack.user("U0ANA")
    await _post_form_button(link)
    await ana.presses("Write").arrives()
    assert inbox.received == []
    await ana.reads_modal("What happened?")
    await ana.fills("too much\nwork").arrives()
    assert inbox.contents == [Filled("tok1", "too much\nwork")]
    assert (inbox.received[0].address, ana.modal, slack.violations) == (ANA, None, [])


async def test_a_form_that_slack_will_not_open_becomes_a_press(
    slack: SlackServer, socket: SocketIntake, link: SlackLink, inbox: Inbox
) -> None:
    await _post_form_button(link)
    push = slack.user("U0ANA").presses("Write")
    slack.world.expire_triggers()
    await push.arrives()
    assert [content.button for content in inbox.contents if isinstance(content, Pressed)] == ["tok1"]


async def test_a_form_whose_commit_fails_stays_open_with_its_words(
    slack: SlackServer, socket: SocketIntake, link: SlackLink, inbox: Inbox
) -> None:
    ana = slack.user("U0ANA")
    await _post_form_button(link)
    await ana.presses("Write").arrives()
    inbox.errors.append(StoreError("the disk is full"))
    push = ana.fills("too much work")
    await push.settled.wait()
    assert (push.acknowledged, ana.errors, ana.modal is not None) == (False, ["interactive failed"], True)


async def test_messages_of_one_person_are_received_in_their_order(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox
) -> None:
    pushes = [slack.user("U0ANA").says(f"message {n}") for n in range(100)]
    await asyncio.gather(*(push.arrives() for push in pushes))
    assert inbox.contents == [Text(f"message {n}") for n in range(100)]


async def test_a_dropped_socket_comes_back_and_what_was_not_acknowledged_comes_again(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox
) -> None:
    inbox.open.clear()
    push = slack.user("U0ANA").says("hi")
    await inbox.entered.wait()
    slack.sockets.drop()
    await slack.sockets.connected(2)
    inbox.open.set()
    await push.arrives()
    assert {inbound.key for inbound in inbox.received} == {f"slack:T0TEAM:{push.payload['event_id']}"}


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "too_many_websockets"])
async def test_a_refresh_that_slack_asks_for_loses_nothing(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox, reason: str
) -> None:
    await slack.sockets.refresh(reason)
    push = slack.user("U0ANA").says("hi")
    await slack.sockets.connected(2)
    await push.arrives()
    await slack.user("U0ANA").says("again").arrives()
    assert set(inbox.contents) == {Text("hi"), Text("again")}


async def test_a_command_in_work_is_acknowledged_before_a_refresh_closes_its_socket(
    slack: SlackServer, socket: SocketIntake, inbox: Inbox
) -> None:
    inbox.open.clear()
    push = slack.user("U0ANA").command("sos")
    await inbox.entered.wait()
    await slack.sockets.refresh()
    asyncio.get_running_loop().call_later(0.1, inbox.open.set)
    await push.arrives()
    await slack.sockets.connected(2)
    assert (inbox.contents, slack.user("U0ANA").errors) == ([Command("sos")], [])


async def test_a_silent_socket_is_given_up_and_replaced(slack: SlackServer, socket: SocketIntake, inbox: Inbox) -> None:
    slack.sockets.freeze()
    await slack.sockets.connected(2)
    await slack.user("U0ANA").says("hi").arrives()
    assert Text("hi") in inbox.contents


async def test_an_expired_ticket_is_replaced_by_a_fresh_one(
    slack: SlackServer, intake: Intake, link: SlackLink, inbox: Inbox
) -> None:
    slack.sockets.ticket_seconds = -1
    async with running(intake, link):
        await slack.world.until(lambda: slack.sockets.refused_tickets, 5)
        slack.sockets.ticket_seconds = 30
        await slack.sockets.connected()
        await slack.user("U0ANA").says("hi").arrives()
    assert inbox.contents == [Text("hi")]


@pytest.mark.parametrize("fault", [server_error(503), html(), junk(), refused("internal_error"), stalled()])
async def test_an_outage_when_connecting_is_outlasted(
    slack: SlackServer, intake: Intake, link: SlackLink, inbox: Inbox, fault: object
) -> None:
    slack.faults.next("apps.connections.open", fault)  # type: ignore[arg-type]
    async with running(intake, link):
        await slack.world.until(lambda: slack.calls("apps.connections.open"), 5)
        slack.release()
        await slack.sockets.connected()
        await slack.user("U0ANA").says("hi").arrives()
    assert inbox.contents == [Text("hi")]


async def test_health_says_when_slack_was_last_heard(
    slack: SlackServer, intake: Intake, link: SlackLink, inbox: Inbox
) -> None:
    async with running(intake, link) as socket:
        assert socket.last_seen_at is None
        await slack.sockets.connected()
        await slack.user("U0ANA").says("hi").arrives()
        assert socket.last_seen_at is not None


async def test_stopping_does_not_wait_for_a_server_that_is_silent(
    slack: SlackServer, intake: Intake, link: SlackLink
) -> None:
    async with asyncio.timeout(5):
        async with running(intake, link, ping_seconds=60):
            await slack.sockets.connected()
            slack.sockets.freeze()


async def test_stopping_finishes_what_is_being_committed_and_leaves_no_task_behind(
    slack: SlackServer, intake: Intake, link: SlackLink, inbox: Inbox
) -> None:
    inbox.open.clear()
    before = asyncio.all_tasks()
    async with running(intake, link):
        await slack.sockets.connected()
        push = slack.user("U0ANA").says("hi")
        await inbox.entered.wait()
        asyncio.get_running_loop().call_later(0.1, inbox.open.set)
    await push.arrives()
    ours = {task for task in asyncio.all_tasks() - before if "slack_sdk" in repr(task) or "adapters" in repr(task)}
    assert (inbox.contents, ours) == ([Text("hi")], set())


async def test_two_sockets_open_one_after_the_other_and_a_refresh_of_one_leaves_the_other(
    slack: SlackServer, intake: Intake, link: SlackLink, inbox: Inbox
) -> None:
    async with running(intake, link, sockets=2):
        await slack.sockets.connected()
        assert len(slack.sockets.connections) == 1
        await slack.sockets.connected(2)
        first, second = slack.sockets.connections
        await first.socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
        await slack.user("U0ANA").says("hi").arrives()
        assert second in slack.sockets.connections
        await slack.sockets.connected(3)
    assert inbox.contents == [Text("hi")]
    assert slack.sockets.connections == []


async def test_while_one_socket_is_cut_the_other_hears(
    slack: SlackServer, intake: Intake, link: SlackLink, inbox: Inbox
) -> None:
    async with running(intake, link, sockets=2):
        await slack.sockets.connected(2)
        slack.sockets.connections[0].drop()
        await slack.user("U0ANA").command("sos").arrives()
    assert inbox.contents == [Command("sos")]
