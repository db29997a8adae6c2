"""What holds of everything that is stored about one person: export, erasure, what is kept how long."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import msgspec
import pytest

from bot.errors import StoreError
from bot.model.cases import Audit, CaseState, CaseText
from bot.model.people import Person
from bot.model.rights import Wish, WishKind
from bot.model.schedules import Entry
from bot.model.turns import Event
from bot.rights.belongings import Belongings, ExportRefused, from_json, to_json
from bot.rights.keeping import Keeping, cut_for
from bot.rights.unstored import idle
from flows.library import load_library
from tests.store import raw
from tests.store.people import NOW, a_case, address_of, first_turn, message, next_turn, opening, view_of

CANARY = "zebrafinch"
KEEPING = Keeping(cut_for, partial(idle, library=load_library()))


async def lived(store, name: str = "ana", **changes) -> None:
    """Let someone have a bit of everything."""
    first = first_turn(name, person_changed=True)
    await store.commit_many([first])
    view = await view_of(store, name)
    case = a_case(name)
    said = CaseText(case.case_id, name, NOW, "person", f"{CANARY} of the case")
    turn = opening(
        view,
        "told",
        case,
        texts=(said,),
        events=(Event("saved", "thought_record", "what", "situation", f"{CANARY} at work"),),
        entries=(Entry("1.mood", name, "mood", 3.0, NOW),),
        audits=(Audit(NOW, "sam", "read", case.case_id, name),),
        outbounds=(message(name, f"{CANARY} waits"),),
    )
    await store.commit_many([turn])
    if changes.get("closed", True):
        await close(store, name)


async def close(store, name: str = "ana") -> None:
    view = await view_of(store, name)
    done = msgspec.structs.replace(view.escalation, state=CaseState.RESOLVED, next_at=None, resolved_at=NOW)
    await store.commit_many([next_turn(view, "closed", escalation=done, escalation_changed=True)])


async def everything(store, name: str = "ana") -> Belongings:
    found = await store.rights.belongings(name)
    assert found is not None
    return found


async def test_an_export_holds_all_that_was_said_rated_and_done(store):
    await lived(store)
    text = to_json(await everything(store))
    for part in (f"{CANARY} of the case", f"{CANARY} at work", "mood", "sam", "read", "situation", "Ana"):
        assert part in text


async def test_an_export_that_is_taken_in_elsewhere_exports_the_same(store, tmp_path, masters):
    from adapters.store.opening import open_store

    await lived(store)
    exported = to_json(await everything(store))
    other = await open_store(f"sqlite:///{tmp_path / 'other.db'}", masters)
    await other.rights.take_in(from_json(exported))
    assert to_json(await everything(other)) == exported
    assert (await other.rights.verify_notes()).wrong == ""
    assert (await view_of(other, "ana")).person.name == "Ana"
    await other.close()


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999])
async def test_a_cut_export_is_refused_in_a_clear_sentence(store, keep: float):
    await lived(store)
    text = to_json(await everything(store))
    with pytest.raises(ExportRefused, match="nothing was taken in"):
        from_json(text[: int(len(text) * keep)])


async def test_a_changed_export_is_refused(store):
    await lived(store)
    text = to_json(await everything(store)).replace("at work", "at home")
    with pytest.raises(ExportRefused, match="changed after it was made"):
        from_json(text)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"handrail_export":1}', "\ud800", "not json"])
def test_what_is_no_export_is_refused(text: str):
    with pytest.raises(ExportRefused):
        from_json(text)


async def test_nobody_is_taken_in_twice_or_after_an_erasure(store):
    await lived(store)
    kept = await everything(store)
    with pytest.raises(ExportRefused, match="known here already, or was erased"):
        await store.rights.take_in(kept)
    await store.rights.erase("ana", NOW)
    with pytest.raises(ExportRefused):
        await store.rights.take_in(kept)
    assert await store.rights.belongings("ana") is None


async def test_a_changed_field_makes_no_half_export(store, url):
    await lived(store)
    await raw.script(url, "UPDATE case_text SET body = (SELECT body FROM entry LIMIT 1)")
    with pytest.raises(StoreError, match="changed or moved"):
        await store.rights.belongings("ana")


async def test_erasure_leaves_no_row_but_a_tombstone_and_a_chain_without_words(store, url):
    await lived(store)
    await lived(store, "ben")
    assert await store.rights.erase("ana", NOW)
    left = {}
    for table in await raw.tables(url):
        if "person_id" in await raw.columns(url, table):
            rows = await raw.run(url, f"SELECT count(*) FROM {table} WHERE person_id = 'ana'")
            left[table] = rows[0][0]
    assert {table for table, count in left.items() if count} == {"tombstone", "audit"}
    assert (await store.rights.verify_notes()).wrong == ""
    assert await store.rights.find(address_of("ana")) == ""
    assert f"{CANARY} at work" in to_json(await everything(store, "ben"))


async def test_nobody_is_erased_while_a_case_is_open(store):
    await lived(store, closed=False)
    assert not await store.rights.erase("ana", NOW)
    assert await store.rights.belongings("ana") is not None
    await close(store)
    assert await store.rights.erase("ana", NOW)


async def test_who_comes_back_after_an_erasure_is_someone_new(store):
    await lived(store)
    await store.rights.erase("ana", NOW)
    turn = first_turn("ana", key="again")
    person = msgspec.structs.replace(turn.view.person, person_id="ana2")
    view = msgspec.structs.replace(turn.view, person=person)
    await store.commit_many([msgspec.structs.replace(turn, view=view)])
    assert (await view_of_address(store)).person_id == "ana2"


async def view_of_address(store) -> Person:
    found = await store.rights.belongings(await store.rights.find(address_of("ana")))
    assert found is not None
    return found.person


async def test_a_wish_is_due_at_its_time_and_can_be_taken_back(store):
    await lived(store)
    due = NOW + timedelta(hours=24)
    wish = Wish(WishKind.ERASE, due)
    await store.commit_many([next_turn(await view_of(store, "ana"), "wish", wishes=(wish,))])
    assert await store.rights.wishes(due - timedelta(seconds=1), 10) == []
    assert [(one.person_id, one.kind) for one in await store.rights.wishes(due, 10)] == [("ana", WishKind.ERASE)]
    back = Wish(WishKind.ERASE, None)
    await store.commit_many([next_turn(await view_of(store, "ana"), "back", wishes=(back,))])
    assert await store.rights.wishes(due, 10) == []


# --- how long ---------------------------------------------------------------------------------------------------------


async def swept(store, after: timedelta) -> int:
    last, gone = "", 0
    while True:
        found = await store.rights.sweep(NOW + after, last, KEEPING)
        last, gone = found.last, gone + found.gone
        if not last:
            return gone


async def test_answers_stay_thirty_days_and_moods_stay(store):
    await lived(store)
    await swept(store, timedelta(days=30))
    assert f"{CANARY} at work" in to_json(await everything(store))
    await swept(store, timedelta(days=30, seconds=1))
    kept = await everything(store)
    assert [one.events for one in kept.taken] == [None, None, None]
    assert [entry.value for entry in kept.entries] == [3.0]
    assert await swept(store, timedelta(days=31)) == 0


@pytest.mark.parametrize("days", [0, 7, 365])
async def test_a_person_says_how_long_their_answers_stay(store, days: int):
    await lived(store)
    view = await view_of(store, "ana")
    person = msgspec.structs.replace(view.person, keeps_days=days)
    changed = msgspec.structs.replace(view, person=person)
    await store.commit_many([next_turn(changed, "days", person_changed=True)])
    await swept(store, timedelta(days=days, seconds=-1) if days else timedelta())
    assert CANARY in to_json(await everything(store))
    await swept(store, timedelta(days=days, seconds=1))
    assert f"{CANARY} at work" not in to_json(await everything(store))


async def test_the_words_of_a_closed_case_go_after_ninety_days(store):
    await lived(store)
    view = await view_of(store, "ana")
    agreed = msgspec.structs.replace(view.person, consents={"escalation": NOW})
    await store.commit_many([next_turn(msgspec.structs.replace(view, person=agreed), "yes", person_changed=True)])
    await swept(store, timedelta(days=90))
    assert [said.text.author for said in (await everything(store)).said] == ["person"]
    await swept(store, timedelta(days=90, seconds=1))
    assert (await everything(store)).said == ()


async def test_without_consent_the_words_of_a_case_go_after_a_day(store):
    await lived(store, closed=False)
    await swept(store, timedelta(hours=24))
    assert (await everything(store)).said != ()
    await swept(store, timedelta(hours=24, seconds=1))
    assert (await everything(store)).said == ()
