"""What holds of escalations, of what staff look up, and of what falls due, on both engines."""

from __future__ import annotations

from datetime import time, timedelta

import msgspec
import pytest

from bot.checkins.due import DueCheckIn, NudgeKind, Planned
from bot.errors import StoreError
from bot.model.cases import Audit, Card, CaseState, CaseText, Outcome
from bot.model.people import Platform
from bot.model.received import CaseDue, CheckInDue, WaitDue
from bot.model.schedules import CheckIn
from bot.model.talk import Session
from bot.model.turns import View
from bot.model.worry import Level
from bot.ports import Lookup, Settled, Store
from tests.store.people import (
    BOB,
    NOW,
    ON_CALL,
    a_case,
    address_of,
    claim,
    from_,
    meet,
    message,
    next_turn,
    opening,
    queue,
    view_of,
)

LATER = NOW + timedelta(hours=2)


async def with_case(store: Store, name: str, **changes: object) -> View:
    (view,) = await meet(store, name)
    turn = opening(view, "worrying", a_case(name, **changes))
    await store.commit_many([turn])
    return turn.view


async def close_case(store: Store, view: View, key: str = "resolve") -> View:
    assert view.escalation
    closed = msgspec.structs.replace(
        view.escalation, state=CaseState.RESOLVED, next_at=None, resolved_at=NOW, outcome=Outcome.MISREAD
    )
    turn = next_turn(view, key, escalation=None, previous=closed, escalation_changed=True)
    await store.commit_many([turn])
    return turn.view


async def test_a_case_is_as_it_was_left(store: Store):
    cards = (Card(ON_CALL, 7),)
    view = await with_case(store, "ana", cards=cards, passed=("bob",), staff_chat=BOB, honest_at=LATER)
    assert (await view_of(store, "ana")).escalation == view.escalation
    assert await store.open_cases() == [view.escalation]


async def test_an_open_case_without_a_next_moment_is_refused(store: Store):
    (ana,) = await meet(store, "ana")
    with pytest.raises(StoreError, match="an_open_case_has_a_next_moment"):
        await store.commit_many([opening(ana, "two", a_case("ana", next_at=None))])
    assert await view_of(store, "ana") == ana


async def test_a_second_open_case_of_a_person_is_refused(store: Store):
    view = await with_case(store, "ana")
    with pytest.raises(StoreError) as raised:
        await store.commit_many([opening(view, "two", a_case("ana", case_id="KOTHER", token="other"))])
    assert raised.value.permanent


async def test_a_closed_case_is_the_previous_one_for_three_days(store: Store):
    view = await close_case(store, await with_case(store, "ana"))
    found = await view_of(store, "ana")
    assert (found.escalation, found.previous) == (None, view.previous)
    later = await store.load_many([from_("ana")], NOW + timedelta(hours=73))
    assert later.views["ana"].previous is None
    assert await store.open_cases() == []


async def test_of_several_closed_cases_the_last_is_the_previous_one(store: Store):
    view = await close_case(store, await with_case(store, "ana"))
    again = opening(view, "again", a_case("ana", case_id="KSECOND", token="second", opened_at=LATER))
    await store.commit_many([again])
    assert again.view.escalation
    closed = msgspec.structs.replace(again.view.escalation, state=CaseState.RESOLVED, next_at=None, resolved_at=LATER)
    await store.commit_many([next_turn(again.view, "end", escalation=None, previous=closed, escalation_changed=True)])
    assert (await view_of(store, "ana")).previous == closed


async def test_a_case_may_close_and_another_open_in_one_batch(store: Store):
    view = await with_case(store, "ana")
    assert view.escalation
    closed = msgspec.structs.replace(view.escalation, state=CaseState.RESOLVED, next_at=None, resolved_at=NOW)
    first = next_turn(view, "close", escalation=None, previous=closed, escalation_changed=True)
    case = a_case("ana", case_id="KNEW", token="new", linked_to=closed.case_id)
    await store.commit_many([first, opening(first.view, "open", case)])
    found = await view_of(store, "ana")
    assert (found.escalation, found.previous) == (case, closed)


async def test_a_button_of_a_case_leads_to_its_person(store: Store):
    await with_case(store, "ana")
    loaded = await store.load_many([Lookup("press", card="token-ana"), Lookup("stale", card="no such")], NOW)
    assert loaded.subjects == {"press": ("ana",)}
    assert loaded.as_staff == {"press"}
    assert set(loaded.views) == {"ana"}


async def test_an_unknown_button_falls_back_to_who_chats_there(store: Store):
    await meet(store, "bob")
    lookup = Lookup("press", card="no such", staff_chat=address_of("bob"))
    loaded = await store.load_many([lookup], NOW)
    assert (loaded.subjects, loaded.as_staff) == ({"press": ("bob",)}, frozenset())


async def test_a_bound_staff_chat_leads_to_every_case_of_its_owner(store: Store):
    chat = address_of("bob")
    await meet(store, "bob")
    await with_case(store, "ana", staff_chat=chat)
    await with_case(store, "ben", staff_chat=chat, level=Level.IMMINENT)
    loaded = await store.load_many([Lookup("word", staff_chat=chat)], NOW)
    assert loaded.subjects == {"word": ("ben", "ana")}
    assert loaded.as_staff == {"word"}


async def test_an_unbound_staff_chat_leads_to_the_person_who_chats_there(store: Store):
    await meet(store, "bob")
    await close_case(store, await with_case(store, "ana", staff_chat=address_of("bob")))
    loaded = await store.load_many([Lookup("word", staff_chat=address_of("bob"))], NOW)
    assert (loaded.subjects, loaded.as_staff) == ({"word": ("bob",)}, frozenset())


async def test_a_word_of_staff_that_comes_again_after_the_close_is_a_duplicate(store: Store):
    chat = address_of("bob")
    await meet(store, "bob")
    view = await with_case(store, "ana", staff_chat=chat)
    word = next_turn(view, "word")
    await store.commit_many([word])
    await close_case(store, word.view)
    again = [Lookup("word", staff_chat=chat), Lookup("worrying", open_cases=True)]
    assert (await store.load_many(again, NOW)).duplicates == {"word", "worrying"}


async def test_the_on_call_conversation_sees_every_open_case_the_worst_first(store: Store):
    await with_case(store, "ana", opened_at=NOW)
    await with_case(store, "ben", opened_at=NOW - timedelta(minutes=1))
    await with_case(store, "cem", level=Level.IMMINENT)
    await close_case(store, await with_case(store, "dan"))
    loaded = await store.load_many([Lookup("status", open_cases=True)], NOW)
    assert loaded.subjects == {"status": ("cem", "ben", "ana")}
    assert loaded.as_staff == {"status"}


async def test_the_words_of_a_case_load_in_order_and_only_when_staff_act(store: Store):
    view = await with_case(store, "ana")
    said = [CaseText("KANA", "ana", NOW, "person", f"word {number}") for number in range(4)]
    turn = next_turn(view, "two", texts=tuple(said[:3]))
    await store.commit_many([turn, next_turn(turn.view, "three", texts=(said[3],))])
    assert (await view_of(store, "ana")).texts == ()
    loaded = await store.load_many([Lookup("read", card="token-ana")], NOW)
    assert loaded.views["ana"].texts == tuple(said)


async def test_only_the_newest_words_of_a_long_case_load(store: Store):
    view = await with_case(store, "ana")
    said = tuple(CaseText("KANA", "ana", NOW, "person", f"word {number}") for number in range(45))
    await store.commit_many([next_turn(view, "two", texts=said)])
    loaded = await store.load_many([Lookup("read", card="token-ana")], NOW)
    assert loaded.views["ana"].texts == said[15:]


async def test_audits_of_one_turn_are_kept_apart(store: Store):
    view = await with_case(store, "ana")
    audits = (Audit(NOW, "bob", "read", "KANA", "ana"), Audit(NOW, "bob", "read", "KANA", "ana"))
    await store.commit_many([next_turn(view, "two", audits=audits)])
    assert (await view_of(store, "ana")).session.version == 3


def asked_daily(due: DueCheckIn) -> Planned:
    """A decision that always asks, and again after a day."""
    plan = due.plan
    assert plan.next_due_at is not None
    return Planned(msgspec.structs.replace(plan, next_due_at=plan.next_due_at + timedelta(days=1)), NudgeKind.CHECK_IN)


async def test_what_is_due_comes_cases_first_then_waits_then_nudges(store: Store):
    (ana,) = await meet(store, "ana")
    plan = CheckIn("c1", "ana", time(9, 30), "UTC", next_due_at=NOW)
    session = Session(wake_at=NOW, version=1)
    await store.commit_many([opening(ana, "two", a_case("ana", next_at=NOW), session=session, check_ins=(plan,))])
    assert await store.plan_check_ins(NOW, 10, asked_daily) == 1
    due = await store.claim_due(NOW, 10)
    assert [item.what for item in due] == [CaseDue("KANA", NOW), WaitDue(2), CheckInDue("c1", NOW, nudge_id=1)]
    assert [(item.person_id, item.at) for item in due] == [("ana", NOW)] * 3
    assert len({item.key for item in due}) == 3
    assert [item.what for item in await store.claim_due(NOW, 2)] == [CaseDue("KANA", NOW), WaitDue(2)]


async def test_what_is_not_due_yet_or_paused_does_not_come(store: Store):
    (ana,) = await meet(store, "ana")
    plans = (
        CheckIn("c1", "ana", time(9, 30), "UTC", next_due_at=NOW + timedelta(microseconds=1)),
        CheckIn("c2", "ana", time(9, 30), "UTC"),
    )
    await store.commit_many([next_turn(ana, "two", check_ins=plans)])
    assert await store.plan_check_ins(NOW, 10, asked_daily) == 0
    assert await store.plan_check_ins(NOW + timedelta(microseconds=1), 10, asked_daily) == 1


async def test_the_longest_due_comes_first(store: Store):
    for minutes, view in enumerate(await meet(store, "ana", "ben", "cem")):
        due_at = NOW - timedelta(minutes=minutes)
        plan = CheckIn("c", view.person.person_id, time(9, 30), "UTC", next_due_at=due_at)
        await store.commit_many([next_turn(view, "two", check_ins=(plan,))])
    assert await store.plan_check_ins(NOW, 10, asked_daily) == 3
    assert [due.person_id for due in await store.claim_due(NOW, 2)] == ["cem", "ben"]


async def test_a_nudge_that_was_taken_is_a_duplicate_and_leaves_the_queue(store: Store):
    (ana,) = await meet(store, "ana")
    plan = CheckIn("c1", "ana", time(9, 30), "UTC", next_due_at=NOW)
    turn = next_turn(ana, "two", check_ins=(plan,))
    await store.commit_many([turn])
    await store.plan_check_ins(NOW, 10, asked_daily)
    (due,) = await store.claim_due(NOW, 10)
    assert isinstance(due.what, CheckInDue)
    await store.commit_many([next_turn(turn.view, due.key, nudge=due.what.nudge_id)])
    assert await store.claim_due(NOW, 10) == []
    loaded = await store.load_many([Lookup(due.key, person_id="ana")], NOW)
    assert loaded.duplicates == {due.key}


async def test_the_next_event_is_the_earliest_of_all_that_waits(store: Store):
    (ana,) = await meet(store, "ana")
    assert await store.next_event_at() is None
    plan = CheckIn("c1", "ana", time(9, 30), "UTC", next_due_at=NOW + timedelta(hours=3))
    second = next_turn(ana, "two", check_ins=(plan,))
    await store.commit_many([second])
    assert await store.next_event_at() == NOW + timedelta(hours=3)
    third = next_turn(second.view, "three", session=Session(version=2, wake_at=NOW + timedelta(hours=2)))
    await store.commit_many([third])
    assert await store.next_event_at() == NOW + timedelta(hours=2)
    fourth = opening(third.view, "four", a_case("ana", next_at=NOW + timedelta(hours=1)))
    await store.commit_many([fourth])
    assert await store.next_event_at() == NOW + timedelta(hours=1)
    await queue(store, fourth.view, "five", message("ana"))
    assert await store.next_event_at() == NOW


async def test_what_is_being_sent_or_held_is_no_event_until_it_may_go_on(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "two", message("ana"), message("ana"))
    (delivery,) = await claim(store)
    assert await store.next_event_at() == NOW + timedelta(seconds=30)
    until = NOW + timedelta(seconds=7)
    await store.settle([Settled(delivery, hold_scope_until=until, retry_at=until)], NOW)
    assert await store.next_event_at() == until


async def test_an_update_that_nobody_could_read_is_kept(store: Store):
    await store.quarantine(Platform.TELEGRAM, b"\xff\x00junk", NOW)
    await store.quarantine(Platform.TELEGRAM, b"\xff\x00junk", NOW)
    assert await store.next_event_at() is None
