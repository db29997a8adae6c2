"""The preview says of each day what would be sent, and why nothing is on the others."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from bot.checkins import changes
from bot.checkins.due import DueCheckIn
from bot.checkins.policy import Verdict, replan
from bot.checkins.preview import preview
from bot.model.schedules import CheckIn
from scheduler.timing import next_check_in
from tests.checkins.people import MONDAY, NINE, daily


def foreseen(plan: CheckIn, days: int, *, silent: bool = False) -> list[str]:
    return [day.why for day in preview(DueCheckIn(plan), MONDAY, days, next_check_in, silent=silent)]


def test_an_ordinary_week_is_shown_with_the_week_s_limit():
    assert foreseen(daily(), 7) == [Verdict.ASK] * 5 + [Verdict.FULL_WEEK] * 2


def test_days_that_are_not_of_the_plan_are_named():
    assert foreseen(daily(weekdays=(1, 3)), 4) == ["not a day of the plan", "asked", "not a day of the plan", "asked"]


def test_silence_is_shown_to_its_end():
    shown = foreseen(daily(), 70, silent=True)
    assert shown[:5] == [
        "asked",
        "asked",
        "silence: the next one comes later",
        "asked",
        "silence: the next one comes later",
    ]
    assert shown[60] == Verdict.LAST_QUESTION
    assert set(shown[61:]) == {"stopped: after long silence"}


def test_a_pause_and_an_absence_are_named():
    assert set(foreseen(changes.paused(daily()), 3)) == {"paused: until you take it up again"}
    away = replan(changes.absent(daily(), 2, MONDAY), MONDAY, next_check_in)
    assert foreseen(away, 3) == ["away", "away", "asked"]


def test_a_case_and_a_talk_are_named():
    due = DueCheckIn(daily(), talked_at=NINE - timedelta(hours=1))
    assert next(preview(due, MONDAY, 1, next_check_in)).why == Verdict.TALKED
    due = DueCheckIn(daily(), troubled_at=MONDAY)
    assert [day.why for day in preview(due, MONDAY, 2, next_check_in)] == [Verdict.CASE, Verdict.ASK]


def test_the_preview_changes_nothing():
    plan = daily()
    before = plan.next_due_at
    assert len(foreseen(plan, 30)) == 30
    assert plan.next_due_at == before == NINE


async def test_the_command_prints_every_day_and_why(tmp_path: Path):
    environment = os.environ | {"HANDRAIL_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    chat = await run(environment, "chat", "--as-known", said=b"check in weekdays at 9\nyes\nmy check-ins\n")
    assert b"Monday to Friday at 09:00" in chat
    shown = await run(environment, "schedule", "preview", "--person", "console:you", "--days", "14")
    lines = shown.decode().splitlines()
    assert len(lines) == 14
    assert sum("send" in line for line in lines) >= 9
    assert sum("not a day of the plan" in line for line in lines) == 4


async def test_a_person_without_check_ins_is_said_to_have_none(tmp_path: Path):
    environment = os.environ | {"HANDRAIL_DATA_DIR": str(tmp_path)}
    await run(environment, "chat", "--as-known", said=b"hello\n")
    process = await begin(environment, "schedule", "preview", "--person", "console:nobody")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"has no check-in" in errors


async def begin(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments), env=environment, stdin=pipe, stdout=pipe, stderr=pipe
    )


async def run(environment: dict[str, str], *arguments: str, said: bytes = b"") -> bytes:
    process = await begin(environment, *arguments)
    out, errors = await asyncio.wait_for(process.communicate(said), 60)
    assert process.returncode == 0, errors.decode()
    return out
