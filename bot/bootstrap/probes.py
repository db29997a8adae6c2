"""Asks the platforms about our bot, for the doctor: (verdict, part, text) each."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from adapters.clock import system_clock
from adapters.mint import SystemMint
from bot.errors import DeliveryError, HandrailError
from bot.model.people import Address, Platform
from bot.model.sent import Delivery, Lane, Outbound
from bot.settings import Settings

Probe = tuple[str, str, str]
TEST_PAGE = "This is a test page from handrail doctor. No person is behind it, and nothing needs to be done."


async def telegram_probe(settings: Settings) -> Sequence[Probe]:
    """Look at the Telegram bot and its on-call conversation."""
    from telegram.error import TelegramError

    from adapters.telegram.connection import connect, identify

    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    connection = connect(token, settings.telegram_api_url)
    try:
        me = await identify(connection)
        findings: list[Probe] = [("ok", "telegram", f"the token belongs to @{me.username}")]
        if settings.oncall_telegram_chat:
            try:
                chat = await connection.bot.get_chat(int(settings.oncall_telegram_chat))
            except TelegramError as error:
                remedy = "add the bot to that group, or correct HANDRAIL_ONCALL_TELEGRAM_CHAT"
                findings.append(("FAIL", "telegram on-call chat", f"{type(error).__name__}; {remedy}"))
            else:
                findings.append(_privacy(chat.type, chat.username))
    except HandrailError as error:
        findings = [("FAIL", "telegram", str(error))]
    finally:
        await connection.close()
    return findings


def _privacy(kind: str, username: str | None) -> Probe:
    if username and kind != "private":
        return "FAIL", "telegram on-call chat", "it is public; make the group private, so that only staff read pages"
    return "ok", "telegram on-call chat", f"a {kind} chat that the bot can see"


async def slack_probe(settings: Settings) -> Sequence[Probe]:
    """Look at the Slack app and its on-call channel."""
    from adapters.slack.link import SlackLink
    from adapters.slack.refusals import answer_of

    if settings.slack_bot_token is None and settings.slack_client_id:
        return [("ok", "slack", "each workspace installs the app by itself, at /slack/install")]
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    findings: list[Probe] = []
    try:
        async with SlackLink(token, f"{settings.slack_api_url}/") as link:
            await answer_of(link.client.auth_test())
            findings.append(("ok", "slack", "the bot token is accepted"))
            if settings.oncall_slack_channel:
                await link.check_oncall_channel(settings.oncall_slack_channel)
                findings.append(("ok", "slack on-call channel", "private, and the bot can see it"))
    except HandrailError as error:
        findings.append(("FAIL", "slack", str(error)))
    return findings


async def last_poll(settings: Settings) -> tuple[str, str]:
    """Ask the running process whether it is ready."""
    url = f"http://{settings.http_host}:{settings.http_port}/readyz"
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = (await client.get(url)).json()
    except (httpx.HTTPError, ValueError):
        return "warn", f"nothing answers at {url}; is handrail run running?"
    faults = answer.get("faults") or {}
    return ("FAIL", "; ".join(f"{part}: {fault}" for part, fault in faults.items())) if faults else ("ok", "ready")


async def send_test_page(settings: Settings) -> Sequence[Probe]:
    """Send a marked test page to every on-call conversation."""
    findings: list[Probe] = []
    for place in settings.on_call:
        try:
            await _send(settings, place)
        except DeliveryError as error:
            findings.append(("FAIL", f"{place.platform} {place.chat}", str(error)))
        else:
            findings.append(("ok", f"{place.platform} {place.chat}", f"accepted at {system_clock():%H:%M:%S} UTC"))
    return findings


async def _send(settings: Settings, place: Address) -> None:
    delivery = Delivery(Outbound(SystemMint().number(), "doctor", Lane.PAGE, place, TEST_PAGE), attempt=1)
    if place.platform is Platform.TELEGRAM:
        from adapters.telegram.channel import TelegramChannel
        from adapters.telegram.connection import connect

        token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
        connection = connect(token, settings.telegram_api_url)
        try:
            await TelegramChannel(connection.bot).send(delivery)
        finally:
            await connection.close()
        return
    from adapters.slack.channel import SlackChannel
    from adapters.slack.link import SlackLink

    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    async with SlackLink(token, f"{settings.slack_api_url}/") as link:
        await SlackChannel(link, oncall_channel=place.chat).send(delivery)
