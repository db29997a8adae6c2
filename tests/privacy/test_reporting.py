"""What holds of reports for an organisation: nobody can be found in them, however their figures are combined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reporting.ledger import Ledger, Release, lines_of, pack, unpack
from bot.reporting.rules import FEWEST, band, is_safe, release
from bot.reporting.values import EVERYONE, Answer, Period, Released, Report, ReportRefused, Topic
from tests.privacy.attacks import Seen, compared, few, naive

Q3, Q4 = Period(2026, 3), Period(2026, 4)
GROUPS = ("north", "south", "office", "night")
Teams = Mapping[str, Mapping[str, float]]
teams = st.dictionaries(
    st.sampled_from(GROUPS),
    st.dictionaries(st.sampled_from([f"p{number}" for number in range(60)]), st.integers(1, 5), max_size=20),
    max_size=4,
)


def apart(found: Teams) -> Teams:
    """Let everybody work in one group only."""
    return {
        group: {f"{group} {person}": float(value) for person, value in found.get(group, {}).items()} for group in GROUPS
    }


def answers_of(found: Teams) -> list[Answer]:
    return [Answer(who, group, Topic.DEMANDS, value) for group, each in found.items() for who, value in each.items()]


def seen(figures: tuple[Released, ...] | list[Released]) -> list[Seen]:
    """What the attacker reads: they are given the exact means, which the report never shows."""
    return [Seen(one.marks, Fraction(1)) for one in figures]


@settings(max_examples=300, deadline=None)
@given(teams)
def test_no_sum_over_fewer_than_five_people_follows_from_a_report(found: Teams):
    report = release(Q3, GROUPS, answers_of(apart(found)))
    assert few(seen(report.figures), FEWEST) == []


@settings(max_examples=300, deadline=None)
@given(teams, teams)
def test_no_few_people_can_be_told_from_two_periods_in_a_row(before: Teams, after: Teams):
    first = release(Q3, GROUPS, answers_of(apart(before)))
    second = release(Q4, GROUPS, answers_of(apart(after)), first.figures)
    assert compared(seen(first.figures), seen(second.figures), FEWEST) == []
    assert few(seen([*first.figures, *second.figures]), FEWEST) == []


LEAVER: Teams = {"north": {f"n{n}": 4.0 for n in range(6)}, "south": {f"s{n}": 3.0 for n in range(3)}}


def test_a_report_that_only_hides_small_groups_is_broken_by_the_same_attacks():
    """Nine people, one group of six shown and one of three hidden: the whole minus the shown one is the hidden one."""
    assert few(naive(LEAVER, FEWEST), FEWEST) == [frozenset({"s0", "s1", "s2"})]
    one_less = {**LEAVER, "north": {f"n{n}": 4.0 for n in range(5)}}
    assert frozenset({"n5"}) in compared(naive(LEAVER, FEWEST), naive(one_less, FEWEST), FEWEST)


def test_our_report_of_the_same_people_withstands_them():
    report = release(Q3, ("north", "south"), answers_of(LEAVER))
    assert [one.group for one in report.figures] == [EVERYONE]
    one_less = {**LEAVER, "north": {f"n{n}": 4.0 for n in range(5)}}
    second = release(Q4, ("north", "south"), answers_of(one_less), report.figures)
    assert second.figures == ()


@settings(max_examples=200, deadline=None)
@given(teams)
def test_the_naive_report_is_broken_wherever_a_small_group_stands_beside_shown_ones(found: Teams):
    each = {group: people for group, people in apart(found).items() if people}
    small = [group for group, people in each.items() if len(people) < FEWEST]
    whole = sum(len(people) for people in each.values())
    if len(small) == 1 and whole >= FEWEST:
        assert few(naive(each, FEWEST), FEWEST) != []


def test_a_few_newcomers_wait_until_they_are_five():
    before = release(Q3, ("north",), answers_of({"north": {f"n{n}": 3.0 for n in range(6)}}))
    after = {"north": {f"n{n}": 3.0 for n in range(8)}}
    report = release(Q4, ("north",), answers_of(after), before.figures)
    assert {len(one.marks) for one in report.figures} == {6}
    many = {"north": {f"n{n}": 3.0 for n in range(11)}}
    assert {len(one.marks) for one in release(Q4, ("north",), answers_of(many), before.figures).figures} == {11}


def test_who_did_not_answer_counts_for_nothing_and_no_rate_is_shown():
    assert release(Q3, GROUPS, []).figures == ()
    assert {field.name for field in msgspec.structs.fields(Released)} == {"topic", "group", "band", "marks"}
    assert {field.name for field in msgspec.structs.fields(Report)} == {"period", "figures", "withheld"}


@pytest.mark.parametrize("count", range(FEWEST))
def test_fewer_than_five_are_never_shown(count: int):
    team = {"north": {f"n{n}": 3.0 for n in range(count)}}
    assert release(Q3, ("north",), answers_of(team)).figures == ()


@given(st.lists(st.integers(1, 5).map(float), min_size=5, max_size=40))
def test_a_figure_is_a_half_step_or_a_word_and_agreement_is_a_word(values: list[float]):
    shown = band(values)
    assert shown in {"low", "middle", "high"} or shown in {f"about {half / 2:.1f}" for half in range(4, 9)}
    if len(set(values)) == 1:
        assert shown in {"low", "middle", "high"}


def test_sets_that_overlap_in_a_few_are_not_safe():
    one, other = frozenset("abcdefgh"), frozenset("fghijklm")
    assert is_safe([one])
    assert not is_safe([one, other])


@pytest.mark.parametrize("asked", ["2026", "2026-10", "2026-Q5", "last week", "2026-Q3 where team=north", ""])
def test_only_whole_quarters_can_be_asked_for(asked: str):
    with pytest.raises(ReportRefused, match="Other stretches of time are not reported"):
        Period.parse(asked)


def test_a_quarter_knows_its_neighbours():
    assert Period.parse("2026-q4").following == Period(2027, 1)
    assert Period.of(date(2026, 9, 30)) == Q3
    assert str(Q3) == "2026-Q3"


# --- the ledger -------------------------------------------------------------------------------------------------------


def mark(content: bytes) -> bytes:
    return sha256(b"key" + content).digest()


def released(period: Period) -> Release:
    report = release(period, GROUPS, answers_of({"north": {f"n{n}": float(n % 5 + 1) for n in range(9)}}))
    return Release(report, GROUPS, "Kim, works council", "More breaks on Fridays")


def test_a_ledger_keeps_its_order_and_shows_a_changed_entry():
    ledger = Ledger().with_release(released(Q3), mark).with_release(released(Q4), mark)
    again = unpack(pack(ledger))
    again.check(mark)
    changed = msgspec.structs.replace(again.releases[0], owner="someone else")
    with pytest.raises(ReportRefused, match="2026-Q3 was changed"):
        Ledger((changed, again.releases[1])).check(mark)
    with pytest.raises(ReportRefused, match="2026-Q4 was changed"):
        Ledger(again.releases[1:]).check(mark)


def test_an_earlier_quarter_is_not_released_after_a_later_one():
    ledger = Ledger().with_release(released(Q4), mark)
    with pytest.raises(ReportRefused, match="not reported afterwards"):
        ledger.with_release(released(Q3), mark)


def test_a_report_to_read_names_no_person_and_no_count():
    lines = "\n".join(lines_of(released(Q3)))
    assert "demands: about 3.0" in lines or "demands: " in lines
    assert "south:\n  demands: not shown" in lines
    assert "n0" not in lines


def test_no_score_computed_from_words_can_enter_a_report():
    for path in Path("bot/reporting").glob("*.py"):
        assert "triage" not in path.read_text(encoding="utf-8")
        assert "sentiment" not in path.read_text(encoding="utf-8").lower()
