"""What holds of a rotation of the master key: nothing is lost, it goes on after a stop, the old key is then no use."""

from __future__ import annotations

import pytest

from adapters.store.opening import open_store
from bot.errors import KeyMismatch
from bot.privacy import MasterKeys
from bot.rights.belongings import to_json
from tests.store.people import meet

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
PEOPLE = [f"person{number:02}" for number in range(7)]


async def copies(store) -> list[str]:
    return [to_json(await store.rights.belongings(name)) for name in PEOPLE]


async def test_an_interrupted_rotation_goes_on_and_nothing_is_lost(url):
    store = await open_store(url, MasterKeys([OLD]))
    await meet(store, *PEOPLE)
    before = await copies(store)
    await store.close()

    store = await open_store(url, MasterKeys([NEW, OLD]))
    assert await store.rights.rewrap(3) == 3
    await store.close()
    store = await open_store(url, MasterKeys([NEW, OLD]))
    assert await copies(store) == before
    assert [await store.rights.rewrap(3) for _ in range(4)] == [3, 1, 1, 0]
    await store.close()

    store = await open_store(url, MasterKeys([NEW]))
    assert await copies(store) == before
    assert (await store.rights.verify_notes()).wrong == ""
    await store.close()
    with pytest.raises(KeyMismatch):
        await open_store(url, MasterKeys([OLD]))


async def test_the_bot_goes_on_while_keys_are_put_under_the_new_one(url):
    store = await open_store(url, MasterKeys([OLD]))
    await meet(store, *PEOPLE)
    await store.close()
    running, rotating = (
        await open_store(url, MasterKeys([NEW, OLD])),
        await open_store(url, MasterKeys([NEW, OLD])),
    )
    await rotating.rights.rewrap(100)
    await meet(running, "late")
    assert await rotating.rights.rewrap(100) == 1  # the secret alone: the late one came under the new key
    assert await copies(running) == await copies(rotating)
    await running.close()
    await rotating.close()
