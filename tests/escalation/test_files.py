"""The policy and the rota of an operator: the documented ones load, and every fault names file, line and remedy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap.team import report_team
from bot.errors import SettingError
from bot.model.people import Platform
from bot.model.worry import Level
from bot.policy import Policy
from bot.policy_file import load_policy
from bot.rota import Rota, unreachable
from bot.rota_file import load_rota
from bot.settings import Settings

DOCS = Path(__file__).parents[2] / "docs" / "safety.md"
POLICY = """\
levels:
  imminent:
    quiet_hours: ignore
    steps: [{to: primary, wait: 60s}, {to: everyone, wait: 180s}]
    repeat_last_every: 180s
    tell_person_nobody_after: 180s
    snooze: never
  high: {like: imminent, quiet_hours: ignore}
  low: {page: none, digest: daily}
empty_step: skip_now_and_alarm
"""
ROTA = """\
zone: Europe/Berlin
responders:
  - {id: sam, name: Sam, slack: U0SAM}
  - {id: kim, name: Kim, telegram: "5002"}
shifts:
  - {days: [mon, tue, wed, thu, fri, sat, sun], start: "08:00", until: "20:00", primary: sam}
overrides:
  - {from: "2026-12-24 18:00", until: "2026-12-26 08:00", primary: kim, backup: sam}
"""
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def example(kind: str) -> str:
    return DOCS.read_text().split(f"<!-- example: {kind} -->\n```yaml\n")[1].split("```")[0]


def written(folder: Path, text: str) -> Path:
    path = folder / "file.yaml"
    path.write_text(text)
    return path


def test_the_documented_policy_is_the_default(tmp_path: Path) -> None:
    read, default = load_policy(written(tmp_path, example("policy"))), Policy()
    for level in (Level.ELEVATED, Level.HIGH, Level.IMMINENT):
        assert read.of(level).steps == default.of(level).steps
        assert read.of(level).claim == default.of(level).claim
        assert read.of(level).waits_for_staff is default.of(level).waits_for_staff


def test_the_documented_rota_loads_and_has_no_gap_in_the_week(tmp_path: Path) -> None:
    rota = load_rota(written(tmp_path, example("rota")), workplace=True)
    assert rota.gaps(NOW, timedelta(days=7)) == []


def test_a_level_that_is_like_another_takes_its_keys(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, POLICY))
    assert policy.high == policy.imminent


@pytest.mark.parametrize(
    ("change", "by", "line", "remedy"),
    [
        ("    snooze: never", "    max_repeats: 5", 7, "without an upper limit"),
        ("snooze: never", "snooze: 10m", 7, "a case cannot be put off"),
        ("{to: everyone, wait: 180s}", "{}", 4, "write to: primary, backup or everyone"),
        ("[{to: primary, wait: 60s}, {to: everyone, wait: 180s}]", "[]", 4, "give at least one with to and wait"),
        ("quiet_hours: ignore\n    steps", "hours: staffed\n    steps", 3, "write hours: always"),
        ("like: imminent", "like: urgent", 8, "name a level that is written out"),
        ("digest: daily", "digest: hourly", 9, "write digest: daily or none"),
        ("skip_now_and_alarm", "wait_it_out", 10, "a step with nobody is never waited out"),
        ("180s\n    snooze", "0s\n    snooze", 6, "a wait is at least 1s"),
    ],
)
def test_a_wrong_policy_is_refused_with_file_line_and_remedy(
    tmp_path: Path, change: str, by: str, line: int, remedy: str
) -> None:
    assert change in POLICY
    with pytest.raises(SettingError) as refused:
        load_policy(written(tmp_path, POLICY.replace(change, by)))
    assert f"file.yaml:{line}: " in str(refused.value)
    assert remedy in str(refused.value)


@pytest.mark.parametrize(
    ("change", "by", "line", "remedy"),
    [
        ("primary: sam}", "primary: max}", 6, "add them to the responders"),
        ("name: Sam,", "name: Sam, roles: [manager],", 3, "name somebody whom employees do not report to"),
        ("id: kim", "id: sam", 4, "give each an id of their own"),
        ('"20:00"', '"24:00"', 6, "write it as 09:00"),
        ("Europe/Berlin", "Europe/Atlantis", 1, "use an IANA name"),
        ("2026-12-26 08:00", "2026-12-20 08:00", 8, "let until be later than from"),
        ("2026-12-24 18:00", "Christmas Eve", 8, "write from and until as"),
        (", primary: sam}", "}", 6, "docs/safety.md"),
    ],
)
def test_a_wrong_rota_is_refused_with_file_line_and_remedy(
    tmp_path: Path, change: str, by: str, line: int, remedy: str
) -> None:
    assert change in ROTA
    with pytest.raises(SettingError) as refused:
        load_rota(written(tmp_path, ROTA.replace(change, by)), workplace=True)
    assert f"file.yaml:{line}: " in str(refused.value)
    assert remedy in str(refused.value)


def test_a_gap_and_an_unreachable_responder_are_reported_at_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rota = load_rota(written(tmp_path, ROTA), workplace=False)
    report_team(Settings(rota=tmp_path / "file.yaml"), rota, NOW)
    logged = "".join(capsys.readouterr())
    assert "rota_gap" in logged
    assert "add a shift or an override" in logged
    assert "responder_unreachable" in logged
    assert unreachable(rota, [Platform.SLACK]) == ["kim"]


def test_a_shift_ends_where_nobody_follows_and_goes_on_where_the_same_one_does(tmp_path: Path) -> None:
    rota = load_rota(written(tmp_path, ROTA), workplace=False)
    assert rota.works_until("sam", NOW) == NOW.replace(hour=19)
    assert rota.works_until("kim", NOW) is None
    night = NOW.replace(hour=21)
    assert rota.opens_at(night) == NOW.replace(day=24, hour=7)
    assert rota.opens_at(NOW) is None
    assert Rota().opens_at(NOW) is None
