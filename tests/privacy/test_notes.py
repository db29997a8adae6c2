"""What holds of the chain of notes: nothing in it can be changed, added or taken out unseen, and it holds no words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from adapters.store.opening import open_store
from bot.auditing import START, Link, chained, verified
from bot.model.cases import Audit
from tests.store import raw
from tests.store.people import NOW, first_turn, next_turn, view_of


def mark(content: bytes) -> bytes:
    return hashlib.sha256(b"key" + content).digest()


def chain(count: int) -> list[Link]:
    notes = (Link(number, 1000 + number, f"sam{number % 3}", "read", "K7Q2M", "ana") for number in range(1, count + 1))
    return list(chained(notes, START, mark))


def head_of(links: list[Link]) -> tuple[int, bytes]:
    return (links[-1].number, links[-1].mark) if links else (0, START)


@given(st.integers(0, 30))
def test_a_chain_that_nobody_touched_is_whole(count: int):
    links = chain(count)
    verdict = verified(links, head_of(links), mark)
    assert (verdict.wrong, verdict.notes) == ("", count)


@given(
    st.integers(0, 9),
    st.sampled_from([("at", 1), ("actor", "x"), ("act", "x"), ("case_id", "x"), ("person_id", "x"), ("mark", b"x")]),
)
def test_a_changed_note_is_found(index: int, change: tuple[str, object]):
    links = chain(10)
    links[index] = structs.replace(links[index], **dict([change]))
    assert verified(links, head_of(chain(10)), mark).wrong == f"note {index + 1} was changed"


@given(st.integers(0, 9))
def test_a_missing_note_is_found_wherever_it_stood(index: int):
    links = chain(10)
    del links[index]
    assert "missing" in verified(links, head_of(chain(10)), mark).wrong


@given(st.integers(0, 8))
def test_two_notes_that_changed_places_are_found(index: int):
    links = chain(10)
    first, second = links[index], links[index + 1]
    links[index] = structs.replace(second, number=first.number)
    links[index + 1] = structs.replace(first, number=second.number)
    assert verified(links, head_of(chain(10)), mark).wrong == f"note {index + 1} was changed"


def test_a_chain_made_with_another_key_is_found():
    links = chain(3)
    assert verified(links, head_of(links), lambda content: mark(b"other" + content)).wrong == "note 1 was changed"


def test_a_mark_noted_earlier_tells_an_older_chain_put_in_its_place():
    links = chain(10)
    older = links[:5]
    assert verified(older, head_of(older), mark).wrong == ""
    assert "does not occur" in verified(older, head_of(older), mark, seen=links[9].mark.hex()).wrong
    assert verified(links, head_of(links), mark, seen=links[4].mark.hex()).wrong == ""


async def filled(store) -> None:
    await store.commit_many([first_turn("ana", audits=(Audit(NOW, "program", "opened at level 3", "K1", "ana"),))])
    view = await view_of(store, "ana")
    await store.commit_many([next_turn(view, "two", audits=(Audit(NOW, "sam", "read", "K1", "ana"),) * 2)])


async def test_each_store_writes_a_whole_chain(store, second_store):
    await filled(store)
    await second_store.rights.note([Audit(NOW, "an operator", "exported a copy", "", "ana")])
    verdict = await store.rights.verify_notes()
    assert (verdict.notes, verdict.wrong) == (4, "")
    assert [note.act for note in await store.rights.notes_about("ana")][-1] == "exported a copy"


TAMPERING = {
    "UPDATE audit SET act = 'nothing' WHERE number = 2": "note 2 was changed",
    "DELETE FROM audit WHERE number = 2": "note 2 is missing",
    "DELETE FROM audit WHERE number = 3": "the last notes are missing",
    "DELETE FROM audit": "the last notes are missing",
    "DELETE FROM meta WHERE name = 'audit head'": "the last notes are missing",
}


@pytest.mark.parametrize("sql", list(TAMPERING))
async def test_who_has_only_the_database_changes_no_note_unseen(store, url, sql: str):
    await filled(store)
    await raw.script(url, sql)
    assert TAMPERING[sql] in (await store.rights.verify_notes()).wrong


async def test_notes_of_an_older_schema_are_chained_when_it_is_brought_forward(
    url, masters, migrated_from: Callable[[str], object]
):
    await migrated_from("0003")
    await raw.script(
        url,
        "INSERT INTO audit (person_id, received, position, at, actor, act, case_id)"
        " VALUES ('ana', 'k2', 0, 20, 'sam', 'read', 'K1'), ('ana', 'k1', 0, 10, 'program', 'opened', 'K1')",
    )
    store = await open_store(url, masters)
    assert [note.act for note in await store.rights.notes_about("ana")] == ["opened", "read"]
    assert (await store.rights.verify_notes()).wrong == ""
    assert "audit_unchained" not in await raw.tables(url)
    await store.close()
