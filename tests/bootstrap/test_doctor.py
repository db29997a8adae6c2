"""The doctor names what is wrong, and the remedy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bot.bootstrap.backup import create
from bot.bootstrap.doctor import Finding, Verdict, examine, first_gap
from bot.rota import Responder, Rota, Shift
from bot.settings import Settings
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN
from tests.fakes.telegram.faults import Kind
from tests.fakes.telegram.server import TelegramServer

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def _found(settings: Settings, *, page: bool = False) -> dict[str, Finding]:
    return {finding.part: finding async for finding in examine(settings, page=page)}


def _settings(folder: Path, **more: Any) -> Settings:
    return Settings(data_dir=folder, country="GB", **more)


async def test_a_sound_database_is_said_to_be_sound(tmp_path: Path) -> None:
    found = await _found(_settings(tmp_path))
    assert found["integrity"].verdict is Verdict.OK
    assert found["clock"].verdict is Verdict.OK
    assert found["database"].text.endswith("0 conversations")


async def test_the_age_of_the_newest_back_up_is_told_and_a_missing_or_old_one_is_a_warning(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert "handrail backup create" in (await _found(settings))["back-up"].text
    file, manifest = await create(settings, tmp_path / "backups")
    assert (await _found(settings))["back-up"] == Finding(Verdict.OK, "back-up", "the newest is 0 hours old")
    beside = file.with_name(f"{file.name}.json")
    old = msgspec.structs.replace(manifest, created_at=manifest.created_at - timedelta(days=3))
    beside.write_bytes(msgspec.json.encode(old))
    assert (await _found(settings))["back-up"].text.startswith("the newest is 72 hours old; make one every day")


async def test_a_team_that_nobody_named_fails(tmp_path: Path) -> None:
    found = await _found(_settings(tmp_path))
    assert found["on-call"].verdict is Verdict.FAIL
    assert "HANDRAIL_ONCALL_TELEGRAM_CHAT" in found["on-call"].text


async def test_a_key_that_others_can_read_fails_with_the_remedy(tmp_path: Path) -> None:
    await _found(_settings(tmp_path))
    (tmp_path / "master.key").chmod(0o644)
    key = (await _found(_settings(tmp_path)))["key"]
    assert key.verdict is Verdict.FAIL
    assert "chmod 600" in key.text


async def test_a_line_that_nobody_verified_is_a_warning(tmp_path: Path) -> None:
    found = await _found(_settings(tmp_path))
    assert found["crisis lines"].verdict is Verdict.WARN


async def test_both_platforms_and_a_test_page_are_tried_for_real(tmp_path: Path) -> None:
    async with TelegramServer() as telegram, SlackServer() as slack:
        group = telegram.group(-1001)
        slack.user("U0SAM")
        slack.channel("C0ONCALL", members=["U0SAM"])
        settings = _settings(
            tmp_path,
            channels="telegram,slack",
            telegram_token=telegram.token,
            telegram_api_url=telegram.url,
            slack_bot_token=BOT_TOKEN,
            slack_app_token=APP_TOKEN,
            slack_api_url=slack.api_url,
            oncall_telegram_chat="-1001",
            oncall_slack_channel="C0ONCALL",
        )
        found = await _found(settings, page=True)
        assert found["telegram"].verdict is found["slack"].verdict is Verdict.OK
        assert found["test page to telegram -1001"].verdict is Verdict.OK
        assert found["test page to slack C0ONCALL"].verdict is Verdict.OK
        assert "test page" in group.chat.bot_says[-1]


async def test_a_revoked_token_fails_with_the_setting_and_the_remedy(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        telegram.fault(Kind.UNAUTHORIZED, "getMe")
        settings = _settings(
            tmp_path, channels="telegram", telegram_token=telegram.token, telegram_api_url=telegram.url
        )
        found = await _found(settings)
    assert found["telegram"].verdict is Verdict.FAIL
    assert "HANDRAIL_TELEGRAM_TOKEN" in found["telegram"].text


def test_the_first_hour_without_a_primary_is_found() -> None:
    office = Shift(("mon", "tue", "wed", "thu", "fri"), "09:00", "17:00", "sam")
    rota = Rota((Responder("sam", "Sam", telegram="55"),), (office,))
    assert first_gap(rota, MONDAY) == MONDAY.replace(hour=17)


def test_a_rota_around_the_clock_has_no_gap() -> None:
    always = Shift(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "08:00", "08:00", "sam")
    rota = Rota((Responder("sam", "Sam", telegram="55"),), (always,))
    assert first_gap(rota, MONDAY) is None
