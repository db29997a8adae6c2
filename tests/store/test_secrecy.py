"""What someone learns, or can do, who has the database but not the key; on both engines."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import msgspec
import pytest

from adapters.store.opening import open_store
from bot.errors import KeyMismatch
from bot.model.cases import Audit, Card, CaseText
from bot.model.people import Address, Platform
from bot.model.schedules import CheckIn, Entry
from bot.model.talk import Frame, Heard, Session, Utterance
from bot.model.turns import Event
from bot.model.worry import Level
from bot.ports import Lookup, Store
from bot.privacy import MasterKeys
from tests.store import raw
from tests.store.conftest import MASTER_KEY, OTHER_KEY
from tests.store.people import (
    NOW,
    a_case,
    claim,
    first_turn,
    from_,
    meet,
    message,
    next_turn,
    opening,
    person,
    queue,
    sent,
    texts,
    view_of,
)

CANARY = "canary"


async def say_everything(store: Store) -> None:
    """Put the canary wherever someone's words or identity can stand."""
    chat = Address(Platform.TELEGRAM, f"{CANARY} chat")
    ana = person("ana", address=chat, name=f"{CANARY} name", country=f"{CANARY} country")
    first = first_turn("ana", events=(Event("said", "flow", "step", "name", f"{CANARY} event"),))
    first = _with_person(first, ana)
    await store.commit_many([first])
    session = Session(
        version=1,
        stack=(Frame("flow", "hash", "step", (), {"thought": f"{CANARY} saved"}),),
        heard=Heard(Level.HIGH, NOW, (), (Utterance(NOW, f"{CANARY} heard"),)),
    )
    staff_chat = Address(Platform.SLACK, f"{CANARY} staff")
    case = a_case("ana", staff_chat=staff_chat, cards=(Card(staff_chat, 9),))
    turn = opening(
        first.view,
        "second",
        case,
        session=session,
        person_changed=True,
        events=(Event("said", value=f"{CANARY} event"),),
        entries=(Entry("e1", "ana", f"{CANARY} measure", 3.0, NOW),),
        check_ins=(CheckIn("c1", "ana", time(9, 30), "UTC", next_due_at=NOW),),
        texts=(CaseText("KANA", "ana", NOW, "person", f"{CANARY} case text"),),
        audits=(Audit(NOW, "bob", "read", "KANA", "ana"),),
        outbounds=(message("ana", f"{CANARY} sent", address=chat), message("ana", f"{CANARY} waits", address=chat)),
    )
    await store.commit_many([turn])
    await claim(store)
    await store.quarantine(Platform.TELEGRAM, f"{CANARY} raw".encode(), NOW)


def _with_person(turn, changed):
    return msgspec.structs.replace(turn, view=msgspec.structs.replace(turn.view, person=changed))


async def test_no_table_shows_a_word_or_an_identity(store: Store, url: str):
    await say_everything(store)
    seen = 0
    for table in await raw.tables(url):
        for row in await raw.run(url, f"SELECT * FROM {table}"):
            seen += 1
            assert not [value for value in row if CANARY in _as_text(value)], table
    assert seen > 12


async def test_no_file_of_sqlite_shows_a_word_or_an_identity(tmp_path: Path, masters: MasterKeys):
    store = await open_store(f"sqlite:///{tmp_path / 'handrail.db'}", masters)
    await say_everything(store)
    files = list(tmp_path.iterdir())
    assert {file.name for file in files} >= {"handrail.db", "handrail.db-wal"}
    assert not [file.name for file in files if CANARY.encode() in file.read_bytes()]
    await store.close()
    assert CANARY.encode() not in (tmp_path / "handrail.db").read_bytes()


async def test_a_wrong_key_is_refused_at_the_start(store: Store, url: str):
    await meet(store, "ana")
    with pytest.raises(KeyMismatch):
        await open_store(url, MasterKeys.parse(OTHER_KEY))


async def test_a_new_key_beside_the_old_one_opens(store: Store, url: str):
    (ana,) = await meet(store, "ana")
    both = await open_store(url, MasterKeys.parse(f"{OTHER_KEY},{MASTER_KEY}"))
    assert await view_of(both, "ana") == ana
    await meet(both, "ben")
    with pytest.raises(KeyMismatch):
        await open_store(url, MasterKeys.parse(OTHER_KEY))
    await both.close()


@pytest.mark.parametrize(
    "theft",
    [
        "UPDATE session SET state = (SELECT state FROM session WHERE person_id = 'ben') WHERE person_id = 'ana'",
        "UPDATE session SET version = version + 1 WHERE person_id = 'ana'",
        "UPDATE person SET profile = (SELECT profile FROM person WHERE person_id = 'ben') WHERE person_id = 'ana'",
        "UPDATE person SET wrapped_key = (SELECT wrapped_key FROM person WHERE person_id = 'ben')"
        " WHERE person_id = 'ana'",
    ],
)
async def test_a_moved_row_is_known_as_damaged_and_hurts_nobody_else(store: Store, url: str, theft: str):
    _, ben = await meet(store, "ana", "ben")
    await raw.run(url, theft)
    fresh = await open_store(url, MasterKeys.parse(MASTER_KEY))
    loaded = await fresh.load_many([from_("ana", "a"), from_("ben", "b"), from_("cem", "c")], NOW)
    assert loaded.damaged == {"a"}
    assert loaded.subjects == {"b": ("ben",)}
    assert loaded.views == {"ben": ben}
    await fresh.close()


async def test_a_moved_message_is_not_sent_and_the_others_are(store: Store, url: str):
    ana, ben = await meet(store, "ana", "ben")
    ours, theirs = message("ana", "for ana"), message("ben", "for ben")
    await queue(store, ana, "k", ours)
    await queue(store, ben, "k", theirs)
    await raw.run(
        url, "UPDATE outbox SET payload = (SELECT payload FROM outbox WHERE person_id = 'ben') WHERE person_id = 'ana'"
    )
    assert texts(await claim(store)) == ["for ben"]


async def test_a_damaged_case_does_not_hide_the_others(store: Store, url: str):
    ana, ben = await meet(store, "ana", "ben")
    await store.commit_many([opening(ana, "two", a_case("ana")), opening(ben, "two", a_case("ben"))])
    await raw.run(
        url,
        "UPDATE escalation SET body = (SELECT body FROM escalation WHERE person_id = 'ben') WHERE person_id = 'ana'",
    )
    assert await store.open_cases() == [a_case("ben")]
    loaded = await store.load_many([Lookup("a", person_id="ana")], NOW)
    assert loaded.damaged == {"a"}


async def test_words_that_were_sent_are_gone_from_the_outbox(store: Store, url: str):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    await sent(store, *await claim(store))
    assert await raw.run(url, "SELECT payload, receipt <> '' FROM outbox") == [(b"", True)]


async def test_an_unknown_key_is_fetched_before_a_commit(store: Store, second_store: Store):
    (ana,) = await meet(store, "ana")
    await second_store.commit_many([next_turn(ana, "two", outbounds=(message("ana"),))])
    assert (await view_of(store, "ana")).session.version == 2


def _as_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
