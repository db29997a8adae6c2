"""An operator's crisis lines, their age at start, the watchdog, precision and response times."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from typer.testing import CliRunner

from adapters.deadman import ping
from bot.__main__ import app
from bot.bootstrap.lines import check_at_start, lines_of
from bot.errors import SettingError
from bot.model.cases import CaseState, Escalation
from bot.model.worry import Level
from bot.oncall.times import response_times
from bot.rota import Rota
from bot.settings import Settings
from flows.crisis_overlay import NAME

TODAY = date(2026, 11, 23)
RUN = CliRunner()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def settings_of(folder: Path, **more: object) -> Settings:
    return Settings(data_dir=folder, country="GB", **more)  # type: ignore[arg-type]


def called(folder: Path, *words: str) -> str:
    result = RUN.invoke(app, ["crisis-lines", *words], env={"HANDRAIL_DATA_DIR": str(folder)})
    assert result.exit_code == 0, result.output
    return result.output


def test_a_verified_line_carries_its_day_and_wins_over_ours(tmp_path: Path) -> None:
    called(tmp_path, "verify", "gb", "--by", "clinical lead", "--on", "2026-11-01")
    line = lines_of(settings_of(tmp_path)).for_country("GB")
    assert line is not None
    assert line.verified_on == "2026-11-01"


def test_a_line_of_ones_own_replaces_ours_and_has_to_be_verified_anew(tmp_path: Path) -> None:
    called(tmp_path, "verify", "GB", "--by", "clinical lead", "--on", "2026-11-01")
    called(tmp_path, "set", "GB", "--name", "Our line", "--dial", "0")
    line = lines_of(settings_of(tmp_path)).for_country("GB")
    assert line is not None
    assert (line.name, line.dial, line.verified_on) == ("Our line", "0", "")


def test_a_disabled_country_shows_the_directory(tmp_path: Path) -> None:
    called(tmp_path, "disable", "GB")
    lines = lines_of(settings_of(tmp_path))
    assert lines.for_country("GB") is None
    assert lines.directory in lines.numbers("GB", "en")


@pytest.mark.parametrize("on", ["soon", "2999-01-01", "2026-13-01"])
def test_a_day_that_is_none_or_has_not_come_is_refused(tmp_path: Path, on: str) -> None:
    result = RUN.invoke(
        app, ["crisis-lines", "verify", "GB", "--by", "x", "--on", on], env={"HANDRAIL_DATA_DIR": str(tmp_path)}
    )
    assert result.exit_code == 2


def test_a_wrong_day_in_the_file_is_refused_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('countries:\n  GB: {verified_on: "yesterday"}\n')
    with pytest.raises(SettingError, match=r"crisis_lines\.yaml:2:.*not a date; write it as"):
        lines_of(settings_of(tmp_path))


def overlay(folder: Path, age: int) -> None:
    day = (TODAY - timedelta(days=age)).isoformat()
    (folder / NAME).write_text(f'countries:\n  GB: {{verified_on: "{day}"}}\n')


@pytest.mark.parametrize(("age", "said"), [(179, ""), (181, "verified 181 days ago"), (364, "verified 364 days ago")])
def test_s13_a_line_is_warned_about_from_180_days_on(
    tmp_path: Path, age: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay(tmp_path, age)
    check_at_start(settings_of(tmp_path), TODAY)
    logged = "".join(capsys.readouterr())
    assert (said in logged) if said else ("verified" not in logged)


def test_s13_a_line_that_nobody_ever_verified_is_warned_about_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_at_start(settings_of(tmp_path), TODAY)
    assert "GB was never verified" in "".join(capsys.readouterr())


def test_s13_a_check_over_a_year_old_stops_the_start_unless_overridden(tmp_path: Path) -> None:
    overlay(tmp_path, 366)
    with pytest.raises(SettingError, match="verify GB"):
        check_at_start(settings_of(tmp_path), TODAY)
    check_at_start(settings_of(tmp_path, allow_old_lines=True), TODAY)


# --- the watchdog -----------------------------------------------------------------------------------------------------


class Watchdog:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path == "/moved":
            raise web.HTTPFound("/here")
        if request.path == "/away":
            raise web.HTTPFound("http://169.254.169.254/latest/meta-data")
        return web.Response(status=500 if request.path == "/broken" else 200)


@pytest.fixture
async def watchdog() -> AsyncIterator[Watchdog]:
    dog = Watchdog()
    application = web.Application()
    application.router.add_get("/{path:.*}", dog.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    dog.url = f"http://127.0.0.1:{port}"
    yield dog
    await runner.cleanup()


@pytest.mark.parametrize(("path", "heard"), [("/here", True), ("/moved", True), ("/broken", False), ("/away", False)])
async def test_the_watchdog_is_pinged_and_a_redirect_to_another_host_is_not_followed(
    watchdog: Watchdog, path: str, heard: bool
) -> None:
    assert await ping(watchdog.url + path) is heard


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "http://user:secret@example.org/", "dog"])
def test_an_address_that_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        Settings(deadman_url=url)  # type: ignore[arg-type]


# --- figures ----------------------------------------------------------------------------------------------------------


def case(number: int, claimed_after: int) -> Escalation:
    opened = NOW + timedelta(hours=number)
    claimed = opened + timedelta(seconds=claimed_after)
    return Escalation(
        f"K{number:04}", "ana", "s", CaseState.RESOLVED, Level.HIGH, (), opened, None, first_claimed_at=claimed
    )


def test_response_times_are_shown_from_twenty_cases_on() -> None:
    nineteen = [case(number, 10 * number) for number in range(1, 20)]
    assert {one.claimed_median for one in response_times(nineteen, Rota())} == {None}
    twenty = response_times([*nineteen, case(20, 200)], Rota())
    assert [(one.claimed_median, one.claimed_p90) for one in twenty if one.group == "level 3"] == [(105, 180)]


def test_the_rota_is_told_change_by_change_with_its_gaps(tmp_path: Path) -> None:
    rota = tmp_path / "rota.yaml"
    rota.write_text(
        "responders: [{id: sam, name: Sam, slack: U0SAM}]\n"
        'shifts: [{days: [mon, tue, wed, thu, fri], start: "09:00", until: "17:00", primary: sam}]\n'
    )
    result = RUN.invoke(app, ["oncall", "rota"], env={"HANDRAIL_ROTA": str(rota)})
    assert result.exit_code == 1
    assert "gap:" in result.output
