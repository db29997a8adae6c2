"""What happens to a bot on Slack, row by row of docs/faults.md, through the whole house."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from aiohttp import ClientConnectorDNSError

from adapters.slack.channel import SlackChannel
from adapters.slack.link import SlackLink
from bot.errors import DeliveryError
from bot.model.people import Address, Platform
from bot.model.sent import Delivery, Lane, Outbound
from tests.adapters.slack.served import Served, served
from tests.fakes.slack.faults import refused
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN

WORRY = "I want to end my life tonight"


async def _paged(here: Served) -> None:
    here.ana.command(WORRY)
    await here.sam.hears("Level", where="C0ONCALL")


async def test_a_deleted_message_changes_nothing_and_its_words_were_heard(tmp_path: Path) -> None:
    async with served(tmp_path, dm_text=True, known=True) as here:
        await here.ana.says(WORRY).arrives()
        gone = {"type": "message", "subtype": "message_deleted", "channel": here.ana.chat.id, "channel_type": "im"}
        await here.ana.raw_event({**gone, "deleted_ts": "1.1", "ts": "1.2"}).arrives()
        await here.sam.hears("Level", where="C0ONCALL")


async def test_an_edited_message_is_read_for_worry_again(tmp_path: Path) -> None:
    async with served(tmp_path, dm_text=True, known=True) as here:
        await here.ana.says("hello").arrives()
        await here.ana.edits("hello", WORRY).arrives()
        await here.sam.hears("Level", where="C0ONCALL")


async def test_without_name_resolution_a_message_simply_waits() -> None:
    async with SlackLink(BOT_TOKEN, "http://slack.invalid/api/") as link:
        outbound = Outbound(1, "p1", Lane.REPLY, Address(Platform.SLACK, "U0ANA"), "Hello")
        with pytest.raises(DeliveryError, match=ClientConnectorDNSError.__name__) as caught:
            await SlackChannel(link).send(Delivery(outbound, attempt=1))
    assert (caught.value.permanent, caught.value.ambiguous) == (False, False)


async def test_a_deactivated_account_is_unreachable_and_its_case_stays_with_staff(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        await _paged(here)
        here.sam.presses("I'm on it", where="C0ONCALL")
        await here.sam.hears("You have case")
        here.slack.world.profiles["U0ANA"].deleted = True
        await here.sam.writes("I am Sam. I am here with you now.")
        await here.sam.hears("not delivered to the person")


async def test_an_archived_on_call_channel_sends_the_page_to_the_people_on_call_themselves(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.slack.world.conversations["C0ONCALL"].archived = True
        here.ana.command(WORRY)
        await here.sam.hears("Level")


async def test_a_channel_the_bot_was_removed_from_sends_the_page_to_the_people_on_call_themselves(
    tmp_path: Path,
) -> None:
    async with served(tmp_path, known=True) as here:
        here.slack.world.conversations["C0ONCALL"].members.remove("U0BOT")
        here.ana.command(WORRY)
        await here.sam.hears("Level")


@pytest.mark.parametrize("button", ["pforged.0", "pforged.edit", "x" * 2000, "🙂.0", ".", "!flow grounding", "/"])
async def test_a_forged_button_changes_nothing(tmp_path: Path, button: str) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("checkin")
        await here.ana.hears("from 1 to 5")
        block = {"block_id": "k1"}
        place = {"container": {"type": "message"}, "channel": {"id": here.ana.chat.id}}
        here.ana._acts({"action_id": "0", "type": "button", "value": button}, block, place)
        await here.ana.hears("from 1 to 5", new=True)
        assert here.slack.world.conversations["C0ONCALL"].messages == []


async def test_a_button_of_someone_else_changes_nothing(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("checkin")
        question = await here.ana.hears("from 1 to 5")
        eve = here.slack.user("U0EVE")
        block = next(block for block in question.blocks if block["type"] == "actions")
        place = {"container": {"type": "message"}, "channel": {"id": eve.chat.id}}
        element = block["elements"][3]
        await eve._acts({name: element[name] for name in ("action_id", "type", "value")}, block, place).arrives()
        await asyncio.wait_for(_settled(here), 5)
        assert not any("Which words fit?" in words for words in (*here.ana.history, *eve.history))


async def _settled(here: Served) -> None:
    await here.slack.user("U0EVE").command("about").arrives()
    await here.slack.user("U0EVE").hears("I'm Handrail")


@pytest.mark.parametrize("label", ["I'm on it", "Read it (private)", "Wake everyone"])
async def test_a_member_of_the_channel_who_is_not_on_the_rota_can_do_nothing(tmp_path: Path, label: str) -> None:
    async with served(tmp_path, known=True) as here:
        eve = here.slack.user("U0EVE")
        here.slack.world.conversations["C0ONCALL"].members.add("U0EVE")
        await _paged(here)
        eve.presses(label, where="C0ONCALL")
        await here.sam.hears("not on the rota", where="C0ONCALL")
        assert eve.modal is None
        assert "end my life" not in "\n".join(eve.history)


async def test_a_press_on_a_card_of_an_earlier_case_changes_nothing(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        await _paged(here)
        here.sam.presses("I'm on it", where="C0ONCALL")
        await here.sam.hears("You have case")
        card = here.slack.world.conversations["C0ONCALL"].messages[0]
        block = next(block for block in card.blocks if block["type"] == "actions")
        forged = block["elements"][0]["value"].rpartition(".")[0] + "x.0"
        place = {"container": {"type": "message"}, "channel": {"id": "C0ONCALL"}}
        here.sam._acts({"action_id": "0", "type": "button", "value": forged}, block, place)
        await here.sam.hears("older card", where="C0ONCALL")


async def test_a_page_is_sent_again_after_an_outage_and_arrives_once(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.slack.faults.next("chat.postMessage", *[refused("service_unavailable")] * 2)
        await _paged(here)
        cards = [one for one in here.slack.world.conversations["C0ONCALL"].messages if "Level" in one.words]
        assert len(cards) == 1


async def test_sigterm_ends_the_process_within_ten_seconds_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    async with SlackServer(dm_text=False) as slack:
        ana = slack.user("U0ANA")
        env = {
            **os.environ,
            "HANDRAIL_CHANNELS": "slack",
            "HANDRAIL_DATA_DIR": str(tmp_path),
            "HANDRAIL_SLACK_BOT_TOKEN": BOT_TOKEN,
            "HANDRAIL_SLACK_APP_TOKEN": APP_TOKEN,
            "HANDRAIL_SLACK_API_URL": slack.api_url,
        }
        for words in ("start", "about"):
            command, opened = [sys.executable, "-m", "bot", "run"], slack.sockets.opened
            process = await asyncio.create_subprocess_exec(*command, env=env, stderr=asyncio.subprocess.DEVNULL)
            await slack.sockets.connected(opened + 1, 20)
            await ana.command(words).arrives(20)
            if words == "about":
                await ana.hears("Getting started takes", 40)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_every_message_has_words_for_notifications_and_screen_readers(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        await here.agree()
        await _paged(here)
        calls = here.slack.calls("chat.postMessage") + here.slack.calls("chat.update")
        assert calls
        assert all(call["text"].strip() for call in calls)
