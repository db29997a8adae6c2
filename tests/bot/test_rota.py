"""Who is on call: shifts over midnight and clock changes, and rota and policy files that are wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingError
from bot.model.people import Address, Platform
from bot.model.worry import Level
from bot.policy import Audience, Policy
from bot.policy_file import load_policy
from bot.rota import OPEN_ROTA, WEEKDAYS, Responder, Rota, Shift, direct_chat
from bot.rota_file import load_rota

SAM, KIM = Responder(id="sam", name="Sam", slack="U0SAM"), Responder(id="kim", name="Kim", telegram="5002")
DAY = Shift(days=WEEKDAYS[:5], start="09:00", until="17:00", primary="sam", backup="kim")
NIGHT = Shift(days=("mon",), start="22:00", until="06:00", primary="kim")
BERLIN = Rota(responders=(SAM, KIM), shifts=(DAY, NIGHT), zone="Europe/Berlin")
ALWAYS = Shift(days=WEEKDAYS, start="00:00", until="00:00", primary="sam")

GOOD_ROTA = """
zone: Europe/Berlin
responders:
  - {id: sam, name: Sam, slack: U0SAM, roles: [counsellor]}
  - {id: kim, name: Kim, telegram: "5002"}
shifts:
  - {days: [mon, tue], start: "22:00", until: "06:00", primary: sam, backup: kim}
"""
GOOD_POLICY = """
levels:
  imminent:
    steps: [{to: primary, wait: 30s}, {to: everyone, wait: 2m}]
    repeat_last_every: 2m
    tell_person_nobody_after: 3m
    claim: {first_contact: 4m}
    engaged_idle: 5m
"""


def names(rota: Rota, audience: Audience, *moment: int) -> list[str]:
    return [one.id for one in rota.on_duty(audience, datetime(*moment, tzinfo=UTC))]


# --- shifts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "primary"),
    [
        ((2026, 3, 2, 8, 0), ["sam"]),  # Monday 09:00 in Berlin
        ((2026, 3, 2, 15, 59), ["sam"]),
        ((2026, 3, 2, 21, 0), ["kim"]),  # Monday 22:00
        ((2026, 3, 3, 4, 59), ["kim"]),  # Tuesday 05:59, in Monday's night
        ((2026, 3, 3, 5, 0), ["sam", "kim"]),  # nobody on shift: everyone
        ((2026, 3, 3, 21, 0), ["sam", "kim"]),
        ((2026, 3, 7, 9, 0), ["sam", "kim"]),  # Saturday
    ],
)
def test_the_shift_that_covers_the_moment_in_the_rotas_zone_is_paged(moment: tuple[int, ...], primary: list[str]):
    assert names(BERLIN, Audience.PRIMARY, *moment) == primary


def test_a_backup_is_paged_as_backup_and_nobody_as_backup_means_everyone():
    assert names(BERLIN, Audience.BACKUP, 2026, 3, 2, 8, 0) == ["kim"]
    assert names(BERLIN, Audience.BACKUP, 2026, 3, 2, 21, 0) == ["sam", "kim"]


def test_everyone_is_everyone():
    assert names(BERLIN, Audience.EVERYONE, 2026, 3, 2, 8, 0) == ["sam", "kim"]


def test_a_shift_from_midnight_to_midnight_covers_the_whole_day():
    local = datetime(2026, 3, 2, tzinfo=UTC)
    assert all(ALWAYS.covers(local + timedelta(minutes=minute)) for minute in range(0, 7 * 1440, 17))


@given(st.integers(0, 10 * 366 * 24 * 60), st.sampled_from(list(Audience)))
def test_somebody_is_always_paged(minutes: int, audience: Audience):
    assert BERLIN.on_duty(audience, datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("rota", "staffed"),
    [
        (BERLIN, True),
        (OPEN_ROTA, True),
        (Rota(), False),
        (Rota(responders=(SAM,)), True),
        (Rota((SAM,), (NIGHT,)), False),
    ],
)
def test_a_rota_is_staffed_by_a_shift_or_without_shifts_by_anybody_at_all(rota: Rota, staffed: bool):
    assert rota.is_staffed(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) is staffed


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_an_account_is_known_on_its_own_platform_only():
    assert BERLIN.by_account(Platform.SLACK, "U0SAM") == SAM
    assert BERLIN.by_account(Platform.TELEGRAM, "U0SAM") is None
    assert BERLIN.by_account(Platform.CONSOLE, "") is None


def test_an_open_rota_takes_every_account_and_finds_it_again():
    found = OPEN_ROTA.by_account(Platform.SLACK, "U0ANY")
    assert found is not None
    assert OPEN_ROTA.by_id(found.id) == found
    assert direct_chat(found, Platform.SLACK) == Address(Platform.SLACK, "U0ANY")
    assert direct_chat(found, Platform.TELEGRAM) is None


def test_a_closed_rota_knows_no_made_up_responder():
    assert BERLIN.by_id("slack:U0ANY") is None
    assert BERLIN.by_id("nobody") is None


# --- the rota file ----------------------------------------------------------------------------------------------------


@pytest.fixture
def rota_file(tmp_path: Path) -> Path:
    return tmp_path / "rota.yaml"


def test_a_rota_file_is_read(rota_file: Path):
    rota_file.write_text(GOOD_ROTA)
    rota = load_rota(rota_file, workplace=True)
    assert [one.id for one in rota.responders] == ["sam", "kim"]
    assert not rota.open


def test_without_a_file_the_rota_is_open():
    assert load_rota(None, workplace=False) is OPEN_ROTA


@pytest.mark.parametrize(
    ("change", "by", "fault"),
    [
        ("Europe/Berlin", "Mars/Base", "zone 'Mars/Base' is unknown; use an IANA name"),
        ("slack: U0SAM, ", "", "responder sam has no account"),
        ("primary: sam", "primary: max", "a shift names max, who is not among the responders"),
        ("backup: kim", "backup: max", "a shift names max"),
        ('"22:00"', '"25:00"', "a shift has the time '25:00'"),
        ('"22:00"', '"9:00"', "write it as 09:00"),
        ("[mon, tue]", "[monday]", "use mon, tue"),
        ("days: [mon, tue], ", "", "days"),
        ("id: sam, ", "", "id"),
        ("name: Sam", "nickname: Sam", "nickname"),
        ("zone: Europe/Berlin", "zone: [Europe]", "zone"),
        ("responders:", "responders: []\nothers:", "others"),
    ],
)
def test_a_wrong_rota_names_the_setting_the_file_the_fault_and_the_remedy(
    rota_file: Path, change: str, by: str, fault: str
):
    assert change in GOOD_ROTA
    rota_file.write_text(GOOD_ROTA.replace(change, by))
    with pytest.raises(SettingError, match=r"^HANDRAIL_ROTA .*rota\.yaml") as raised:
        load_rota(rota_file, workplace=False)
    assert fault in str(raised.value)


@pytest.mark.parametrize("role", ["manager", "HR", "Manager"])
def test_the_workplace_profile_refuses_managers_and_hr(rota_file: Path, role: str):
    rota_file.write_text(GOOD_ROTA.replace("counsellor", role))
    with pytest.raises(SettingError, match="sam is a manager or HR; the workplace profile refuses that"):
        load_rota(rota_file, workplace=True)
    assert load_rota(rota_file, workplace=False)


@pytest.mark.parametrize("text", ["", "responders: []", "- 1", "responders: {", "a: &x 1\nb: *x", "\x00"])
def test_what_is_no_rota_is_refused_with_file_and_remedy(rota_file: Path, text: str):
    rota_file.write_text(text)
    with pytest.raises(SettingError, match="HANDRAIL_ROTA"):
        load_rota(rota_file, workplace=False)


def test_a_rota_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(SettingError, match="HANDRAIL_ROTA"):
        load_rota(tmp_path / "missing.yaml", workplace=False)


# --- the policy file --------------------------------------------------------------------------------------------------


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    return tmp_path / "policy.yaml"


def test_a_policy_file_changes_what_it_names_and_leaves_the_rest(policy_file: Path):
    policy_file.write_text(GOOD_POLICY)
    policy = load_policy(policy_file)
    assert policy.of(Level.IMMINENT).steps[0].wait == timedelta(seconds=30)
    assert policy.of(Level.IMMINENT).first_contact == timedelta(minutes=4)
    assert policy.of(Level.HIGH) == Policy().of(Level.HIGH)


def test_without_a_file_the_policy_is_the_default():
    assert load_policy(None) == Policy()


@pytest.mark.parametrize(
    ("change", "by", "fault"),
    [
        ("engaged_idle: 5m", "max_repeats: 5", "max_repeats"),
        ("steps: [{to: primary, wait: 30s}, {to: everyone, wait: 2m}]", "steps: []", "level imminent has no steps"),
        ("wait: 30s", "wait: 0s", "waits 0 s for steps; a wait is at least 1s"),
        ("repeat_last_every: 2m", "repeat_last_every: 0s", "at least 1s"),
        ("claim: {first_contact: 4m}", "claim: {first_contact: 0s}", "at least 1s"),
        ("engaged_idle: 5m", "engaged_idle: 0s", "at least 1s"),
        ("tell_person_nobody_after: 3m", "tell_person_nobody_after: 0s", "at least 1s"),
        ("to: primary", "to: boss", "boss"),
        ("wait: 30s", "wait: soon", "wait"),
        ("repeat_last_every: 2m\n", "\n", "repeat_last_every"),
        ("imminent:", "urgent:", "urgent"),
        ("levels:", "level:", "level"),
    ],
)
def test_a_wrong_policy_names_the_setting_the_file_the_fault_and_the_remedy(
    policy_file: Path, change: str, by: str, fault: str
):
    assert change in GOOD_POLICY
    policy_file.write_text(GOOD_POLICY.replace(change, by))
    with pytest.raises(SettingError, match=r"^HANDRAIL_POLICY .*policy\.yaml") as raised:
        load_policy(policy_file)
    assert fault in str(raised.value)


@pytest.mark.parametrize("text", ["", "levels: 1", "levels: {", "levels: {imminent: []}"])
def test_what_is_no_policy_is_refused(policy_file: Path, text: str):
    policy_file.write_text(text)
    with pytest.raises(SettingError, match="HANDRAIL_POLICY"):
        load_policy(policy_file)
