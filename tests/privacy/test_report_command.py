"""`handrail report`: who counts, what is refused, and that a quarter is released once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pydantic import SecretStr

from adapters.store.opening import open_store
from bot.bootstrap.report import reported
from bot.model.schedules import Entry
from bot.privacy import MasterKeys
from bot.reporting.values import ReportRefused
from bot.settings import Settings
from tests.store.conftest import MASTER_KEY
from tests.store.people import first_turn

IN_Q3, AFTER = datetime(2026, 8, 3, 9, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
FILE = "owner: Kim, works council\ndone: More breaks on Fridays\ngroups: [north, south]\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, master_key=SecretStr(MASTER_KEY), database_url="", profile="workplace")


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    file = tmp_path / "groups.yaml"
    file.write_text(FILE)
    return file


async def rate(settings: Settings, names: list[str], team: str, *, agreed: bool = True, measure: str = "work.demands"):
    store = await open_store(settings.database, MasterKeys.parse(MASTER_KEY))
    for value, name in enumerate(names):
        turn = first_turn(name, entries=(Entry("1.q", name, measure, float(value % 5 + 1), IN_Q3),))
        consents = {"org_statistics": IN_Q3} if agreed else {"check_ins": IN_Q3}
        person = msgspec.structs.replace(turn.view.person, consents=consents, kept={"team": team})
        view = msgspec.structs.replace(turn.view, person=person)
        await store.commit_many([msgspec.structs.replace(turn, view=view)])
    await store.close()


def crew(stem: str, count: int) -> list[str]:
    return [f"{stem}{number}" for number in range(count)]


async def test_groups_of_five_are_shown_and_smaller_ones_take_the_whole_with_them(settings: Settings, groups: Path):
    await rate(settings, crew("n", 6), "north")
    await rate(settings, crew("s", 5), "south")
    lines = "\n".join(await reported(settings, "2026-Q3", groups, AFTER))
    assert lines.count("demands: about") == 3
    assert "Answers for it: Kim, works council" in lines
    assert "More breaks on Fridays" in lines


async def test_who_did_not_agree_is_not_counted(settings: Settings, groups: Path):
    await rate(settings, crew("n", 4), "north")
    await rate(settings, crew("x", 9), "north", agreed=False)
    assert "about" not in "\n".join(await reported(settings, "2026-Q3", groups, AFTER))[200:]


@pytest.mark.parametrize("measure", ["mood", "phq9", "work.boss", "score"])
async def test_nothing_but_work_conditions_is_reported(settings: Settings, groups: Path, measure: str):
    await rate(settings, crew("n", 9), "north", measure=measure)
    lines = await reported(settings, "2026-Q3", groups, AFTER)
    assert {line.strip().split(": ")[1] for line in lines if line.startswith("  ")} == {"not shown"}


async def test_a_quarter_is_released_once_and_stays_as_it_was(settings: Settings, groups: Path):
    await rate(settings, crew("n", 6), "north")
    first = await reported(settings, "2026-Q3", groups, AFTER)
    await rate(settings, crew("late", 7), "north")
    groups.write_text(FILE.replace("north, south", "north, late"))
    assert await reported(settings, "2026-Q3", groups, AFTER) == first


async def test_a_report_that_would_tell_of_someone_is_refused_and_nothing_is_released(settings: Settings, groups: Path):
    await rate(settings, crew("n", 6), "north")
    with pytest.raises(ReportRefused, match="is not over"):
        await reported(settings, "2026-Q3", groups, IN_Q3)
    with pytest.raises(ReportRefused, match="no quarter"):
        await reported(settings, "2026-08", groups, AFTER)
    with pytest.raises(ReportRefused, match="HANDRAIL_PROFILE=workplace"):
        await reported(settings.model_copy(update={"profile": "community"}), "2026-Q3", groups, AFTER)
    store = await open_store(settings.database, MasterKeys.parse(MASTER_KEY))
    assert await store.rights.sealed("release ledger") is None
    await store.close()


@pytest.mark.parametrize(
    "text",
    [
        "groups: [north]",
        "owner: ''\ndone: x\ngroups: [north]",
        "owner: x\ndone: ''\ngroups: [north]",
        "owner: x\ndone: x\ngroups: []",
        "owner: x\ndone: x\ngroups: [north, north]",
        "owner: x\ndone: x\ngroups: [everyone]",
        "owner: x\ndone: x\ngroups: [north]\nfilter: age > 50",
        ": : :",
    ],
)
async def test_a_groups_file_without_an_owner_or_with_filters_is_refused(settings: Settings, groups: Path, text: str):
    await rate(settings, crew("n", 6), "north")
    groups.write_text(text)
    with pytest.raises(ReportRefused, match=r"groups\.yaml"):
        await reported(settings, "2026-Q3", groups, AFTER)
