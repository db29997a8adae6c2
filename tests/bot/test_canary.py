"""What a person says stays between them and the one who reads it in private (invariant I12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.escalation import machine, opening
from bot.escalation.opening import CaseIds
from bot.model.cases import CaseState, CaseText, Escalation, Outcome
from bot.model.people import Person
from bot.model.talk import Session
from bot.model.turns import View
from bot.model.worry import Level, Reason
from bot.oncall.cards import Cards
from bot.oncall.panels import Panels
from bot.policy import Policy
from bot.rota import Rota
from tests.bot.case_checker import HAPPENINGS, opened, raised
from tests.bot.harness import ANA, ON_CALL, ROTA, SAMS_CHAT, Room, opened_room, words

CANARY = "zebrafinch"
NAME = "Quetzal"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CARDS = Cards(words(), Policy(), ROTA)
PANELS = Panels(words(), CARDS)


def case_of(history: list[int]) -> Escalation:
    case, now = opened(Level.HIGH), NOW
    for index in history:
        now += timedelta(seconds=90)
        case, _ = machine.advance(case, HAPPENINGS[index], Policy(), now)
    return case


@given(history=st.lists(st.integers(0, len(HAPPENINGS) - 1), max_size=8), words_said=st.text(min_size=4))
def test_a_card_of_any_case_is_made_without_the_words_and_cannot_hold_them(history: list[int], words_said: str):
    case = case_of(history)
    text, rows = CARDS.card(case, NOW + timedelta(hours=1))
    assert case.case_id in text
    assert all(len(line) <= 200 for line in text.splitlines())
    assert not any(button.label == "" for row in rows for button in row)
    # Nothing of a reason but its rule and category reaches a card; a span tells where, never what.
    assert str(case.reasons[0].span) not in text


def test_a_card_never_holds_the_span_of_the_words():
    reason = Reason("en.plan.time", "plan", Level.HIGH, (1234, 5678))
    case, _ = opening.open_case(
        CaseIds("K7Q2M", "p", "st"), msgspec.structs.replace(raised(Level.HIGH), reasons=(reason,)), Policy(), NOW
    )
    text, _ = CARDS.card(case, NOW)
    assert "en.plan.time (plan)" in text
    assert "1234" not in text


def test_the_private_reading_holds_the_words_of_this_case_only():
    case = msgspec.structs.replace(opened(Level.HIGH), owner="sam", state=CaseState.CLAIMED)
    texts = (
        CaseText(case.case_id, "ana", NOW, "person", "words of this case"),
        CaseText("OTHER", "ana", NOW, "person", "words of another case"),
        CaseText(case.case_id, "ana", NOW, "sam", "words of the owner"),
    )
    view = View(Person("ana", ANA, NOW), Session(), escalation=case, texts=texts)
    text, _ = PANELS.reading(view, case)
    assert "Person, 09:00: words of this case" in text
    assert "Sam, 09:00: words of the owner" in text
    assert "another" not in text


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_closed_card_says_how_it_ended_and_has_no_buttons(outcome: Outcome):
    case = msgspec.structs.replace(opened(Level.HIGH), owner="sam", state=CaseState.RESOLVED, outcome=outcome)
    text, rows = CARDS.card(case, NOW)
    assert "closed by Sam: " in text
    assert rows == ()


def test_a_drill_says_so_on_its_card():
    text, _ = CARDS.card(msgspec.structs.replace(opened(Level.HIGH), drill=True), NOW)
    assert "This is a drill" in text


def test_a_card_tells_the_time_in_the_zone_of_the_rota():
    berlin = Cards(words(), Policy(), Rota(zone="Europe/Berlin"))
    assert "at 10:01" in berlin.card(opened(Level.HIGH), NOW)[0]


# --- the whole room ---------------------------------------------------------------------------------------------------

SAID = [
    f"my {CANARY} died",
    f"I wish I was dead {CANARY}",
    f"I want to end my life tonight {CANARY}",
    f"/note {CANARY}",
    f"/checkin {CANARY}",
    f"check in {CANARY}",
    f"remind me {CANARY}",
    "thought record",
    "Begin",
    "human",
    "not safe",
    "stop",
]
DONE = ["I'm on it", "I can't, page the next", "Wake everyone"]
TYPED = [f"say {CANARY} too", "status", "resolve right", "claim", f"claim {CANARY}", f"resolve {CANARY}", "pass"]


async def act(room: Room, what: str) -> None:
    if what in DONE:
        if room.told(ON_CALL) and what in room.labels(ON_CALL):
            await room.staff_press(what)
    elif what in TYPED:
        await room.staff(what)
    elif what == "write":
        await room.staff(f"{CANARY} from staff", at=SAMS_CHAT)
    elif what == "wait":
        await room.wait(timedelta(minutes=4))
    else:
        await room.person(what)


@settings(max_examples=15, deadline=None)
@given(acts=st.lists(st.sampled_from([*SAID, *DONE, *TYPED, "write", "wait"]), min_size=3, max_size=14))
async def test_i12_a_canary_is_absent_from_cards_audit_and_logs(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
):
    folder = tmp_path_factory.mktemp("canary")
    async with opened_room(folder) as room:
        await room.meet(name=NAME)
        for what in acts:
            await act(room, what)
        shown = "\n".join(room.told(ON_CALL)) + "\n".join(room.audits())
    assert CANARY not in shown.lower()
    assert NAME not in shown
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert CANARY.encode() not in stored
    assert NAME.encode() not in stored


async def test_i12_no_log_line_holds_the_words_or_the_name(room: Room, capsys: pytest.CaptureFixture[str]):
    await room.meet(name=NAME)
    for what in [*SAID, *DONE, "write", "wait", *TYPED]:
        await act(room, what)
    written = "".join(capsys.readouterr())
    assert CANARY not in written
    assert NAME not in written
