"""What holds of loading and committing turns, on both engines."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import msgspec
import pytest

from bot.errors import StoreError
from bot.model.schedules import CheckIn, Entry
from bot.model.talk import Frame, Heard, Session, Utterance
from bot.model.turns import Event
from bot.model.worry import Level
from bot.ports import Lookup, StaleSession, Store
from tests.store.people import (
    NOW,
    address_of,
    first_turn,
    from_,
    meet,
    message,
    next_turn,
    person,
    view_of,
)

A_SESSION = Session(
    stack=(Frame("daily_check_in", "hash", "mood", ("hello",), {"mood": 3, "words": ["tired"]}),),
    wake_at=NOW + timedelta(hours=1),
    heard=Heard(Level.LOW, NOW, ("mood",), (Utterance(NOW, "so tired"),)),
)


async def test_an_unknown_conversation_is_about_nobody(store: Store):
    loaded = await store.load_many([from_("ana")], NOW)
    assert (loaded.subjects, loaded.views, loaded.duplicates) == ({}, {}, frozenset())


async def test_an_empty_batch_loads_and_commits(store: Store):
    await store.commit_many([])
    assert (await store.load_many([], NOW)).views == {}


async def test_a_person_is_as_they_were_left(store: Store):
    await store.commit_many([first_turn("ana")])
    turn = next_turn(await view_of(store, "ana"), "second", session=A_SESSION)
    await store.commit_many([turn])
    assert await view_of(store, "ana") == turn.view


async def test_a_person_is_found_by_id_and_by_conversation(store: Store):
    await meet(store, "ana", "ben")
    loaded = await store.load_many([Lookup("a", person_id="ana"), from_("ben", "b"), from_("cem", "c")], NOW)
    assert loaded.subjects == {"a": ("ana",), "b": ("ben",)}
    assert set(loaded.views) == {"ana", "ben"}


async def test_an_id_of_nobody_is_about_nobody(store: Store):
    assert (await store.load_many([Lookup("a", person_id="zoe")], NOW)).subjects == {}


async def test_a_key_that_was_taken_is_a_duplicate_for_its_person_only(store: Store):
    await meet(store, "ana", "ben")
    lookups = [from_("ana", "first"), from_("ana", "second")]
    assert (await store.load_many(lookups, NOW)).duplicates == {"first"}


async def test_a_key_cannot_be_taken_twice_and_nothing_of_the_batch_remains(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    with pytest.raises(StaleSession):
        await store.commit_many([next_turn(ben, "second"), next_turn(ana, "first")])
    assert await view_of(store, "ben") == ben


async def test_a_session_that_moved_meanwhile_is_stale_and_nothing_is_written(store: Store, second_store: Store):
    ana, ben = await meet(store, "ana", "ben")
    await second_store.commit_many([next_turn(ana, "theirs")])
    with pytest.raises(StaleSession):
        await store.commit_many([next_turn(ben, "ours"), next_turn(ana, "ours", outbounds=(message("ana"),))])
    assert await view_of(store, "ben") == ben
    assert await store.next_event_at() is None


async def test_of_two_who_meet_a_person_at_once_one_is_stale(store: Store, second_store: Store):
    turns = [first_turn("ana", "one"), first_turn("ana", "two")]
    turns[1] = msgspec.structs.replace(turns[1], view=_renamed(turns[1].view, "ana-again"))
    results = await asyncio.gather(
        store.commit_many(turns[:1]), second_store.commit_many(turns[1:]), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "StaleSession"]


async def test_turns_of_one_person_in_one_batch_end_as_the_last_left_it(store: Store):
    first = first_turn("ana", "one")
    second = next_turn(first.view, "two", session=A_SESSION)
    third = next_turn(second.view, "three")
    await store.commit_many([first, second, third])
    assert (await view_of(store, "ana")).session.version == 3
    assert (await view_of(store, "ana")).session.stack == A_SESSION.stack
    lookups = [from_("ana", key) for key in ("one", "two", "three", "four")]
    assert (await store.load_many(lookups, NOW)).duplicates == {"one", "two", "three"}


async def test_later_turns_of_a_known_person_are_fenced_by_the_first_of_them(store: Store):
    (ana,) = await meet(store, "ana")
    second = next_turn(ana, "two")
    await store.commit_many([second, next_turn(second.view, "three")])
    assert (await view_of(store, "ana")).session.version == 3


async def test_a_changed_profile_is_kept(store: Store):
    (ana,) = await meet(store, "ana")
    renamed = msgspec.structs.replace(ana, person=person("ana", name="Anna", zone="Europe/Lisbon", reachable=False))
    await store.commit_many([next_turn(renamed, "two", person_changed=True)])
    assert (await view_of(store, "ana")).person == renamed.person


async def test_an_unchanged_profile_is_not_written(store: Store):
    (ana,) = await meet(store, "ana")
    renamed = msgspec.structs.replace(ana, person=person("ana", name="Anna"))
    await store.commit_many([next_turn(renamed, "two")])
    assert (await view_of(store, "ana")).person.name == "Ana"


async def test_a_person_whose_conversation_moved_is_found_in_the_new_one_only(store: Store):
    (ana,) = await meet(store, "ana")
    moved = msgspec.structs.replace(ana, person=person("ana", address=address_of("new ana")))
    await store.commit_many([next_turn(moved, "two", person_changed=True)])
    loaded = await store.load_many([from_("ana", "old"), from_("new ana", "new")], NOW)
    assert loaded.subjects == {"new": ("ana",)}


async def test_check_ins_are_added_changed_and_dropped(store: Store):
    (ana,) = await meet(store, "ana")
    morning = CheckIn("c1", "ana", time(9, 30), "Europe/Berlin", (1, 3), NOW)
    evening = CheckIn("c2", "ana", time(21, 0, 30), "UTC")
    second = next_turn(ana, "two", check_ins=(morning, evening))
    await store.commit_many([second])
    stored = (await view_of(store, "ana")).check_ins
    assert stored == tuple(msgspec.structs.replace(plan, version=1) for plan in (morning, evening))
    paused = msgspec.structs.replace(stored[0], next_due_at=None)
    await store.commit_many([next_turn(second.view, "three", check_ins=(paused,), dropped_check_ins=("c2",))])
    assert (await view_of(store, "ana")).check_ins == (msgspec.structs.replace(paused, version=2),)


async def test_a_check_in_that_was_moved_meanwhile_is_decided_again(store: Store):
    (ana,) = await meet(store, "ana")
    plan = CheckIn("c1", "ana", time(9, 30), "UTC")
    second = next_turn(ana, "two", check_ins=(plan,))
    await store.commit_many([second])
    with pytest.raises(StaleSession):
        await store.commit_many([next_turn(second.view, "three", check_ins=(plan,))])
    assert (await view_of(store, "ana")).session.version == 2


async def test_the_last_word_about_a_check_in_in_a_batch_counts(store: Store):
    (ana,) = await meet(store, "ana")
    plan = CheckIn("c1", "ana", time(9, 30), "UTC")
    second = next_turn(ana, "two", check_ins=(plan,))
    third = next_turn(second.view, "three", dropped_check_ins=("c1",))
    await store.commit_many([second, third, next_turn(third.view, "four", check_ins=(plan,))])
    assert (await view_of(store, "ana")).check_ins == (msgspec.structs.replace(plan, version=1),)


async def test_an_entry_may_be_corrected_and_dropped(store: Store):
    (ana,) = await meet(store, "ana")
    entry = Entry("e1", "ana", "mood", 3.0, NOW)
    second = next_turn(ana, "two", entries=(entry,))
    third = next_turn(second.view, "three", entries=(msgspec.structs.replace(entry, value=4.0),))
    await store.commit_many([second])
    await store.commit_many([third])
    await store.commit_many([next_turn(third.view, "four", dropped_entries=("e1",))])
    assert (await view_of(store, "ana")).session.version == 4


async def test_a_turn_about_nobody_is_refused(store: Store):
    turn = next_turn(first_turn("zoe").view, "k")
    with pytest.raises(StoreError, match="do not exist"):
        await store.commit_many([turn])


async def test_a_batch_of_many_people_is_whole(store: Store):
    names = [f"person {number}" for number in range(256)]
    await store.commit_many([first_turn(name, events=(Event("said", value="hello"),)) for name in names])
    loaded = await store.load_many([from_(name, name) for name in names], NOW)
    assert set(loaded.views) == set(names)
    await store.commit_many([next_turn(view, "two") for view in loaded.views.values()])
    assert (await view_of(store, "person 77")).session.version == 2


async def test_two_processes_on_the_same_people_never_wait_for_ever(store: Store, second_store: Store):
    names = [f"person {number}" for number in range(40)]
    views = await meet(store, *names)
    here = [next_turn(view, "here") for view in views]
    there = [next_turn(view, "there") for view in reversed(views)]
    results = await asyncio.gather(store.commit_many(here), second_store.commit_many(there), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "StaleSession"]


def _renamed(view, person_id):
    return msgspec.structs.replace(view, person=msgspec.structs.replace(view.person, person_id=person_id))
