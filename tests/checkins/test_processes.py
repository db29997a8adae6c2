"""Any number of processes share the due check-ins; killed at any moment, they lose none and ask for none twice."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random

from adapters.store.opening import open_store
from bot.checkins.policy import decide
from bot.model.schedules import CheckIn
from bot.ports import Store
from bot.privacy import MasterKeys
from scheduler.timing import next_check_in
from tests.store import raw
from tests.store.conftest import MASTER_KEY
from tests.store.people import first_turn

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
PEOPLE = 3000
LIVES = 4
# Plans what is due until nothing is left, and says so; it is killed without warning.
PLANS = """
import asyncio, sys
from datetime import datetime
from functools import partial
from adapters.store.opening import open_store
from bot.checkins.policy import decide
from bot.privacy import MasterKeys
from scheduler.timing import next_check_in

async def main(url, key, now):
    store = await open_store(url, MasterKeys.parse(key))
    at = datetime.fromisoformat(now)
    print("ready", flush=True)
    while await store.plan_check_ins(at, 100, partial(decide, now=at, next_check_in=next_check_in)):
        print("planned", flush=True)
    print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def fill(store: Store) -> None:
    """Let many people have a check-in at nine."""
    for begin in range(0, PEOPLE, 250):
        plans = [CheckIn("daily", f"person {n}", time(9), "UTC", next_due_at=NINE) for n in range(begin, begin + 250)]
        await store.commit_many([first_turn(plan.person_id, check_ins=(plan,)) for plan in plans])


async def begin(url: str, now: datetime) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PLANS, url, MASTER_KEY, now.isoformat()), stdout=asyncio.subprocess.PIPE
    )


async def heard(process: asyncio.subprocess.Process, lines: int) -> bytes:
    """Read so many lines, or fewer when it ends; return the last."""
    assert process.stdout is not None
    last = b""
    for _ in range(lines):
        last = await asyncio.wait_for(process.stdout.readline(), 60) or last
    return last


async def live_and_die(url: str, random: Random) -> None:
    """Two processes share the work and are killed in the middle of it."""
    pair = [await begin(url, NINE + timedelta(minutes=1)) for _ in range(2)]
    for process in pair:
        await heard(process, random.randrange(2, 5))
    for process in pair:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def nudged(url: str) -> list[str]:
    """Whom the queue asks, once for each time they are asked."""
    return [person_id for (person_id,) in await raw.run(url, "SELECT person_id FROM nudge ORDER BY person_id")]


async def plan(store: Store) -> int:
    """Plan all that is due at nine; return how many."""
    total = 0
    while some := await store.plan_check_ins(NINE, 512, partial(decide, now=NINE, next_check_in=next_check_in)):
        total += some
    return total


EVERYBODY = sorted(f"person {number}" for number in range(PEOPLE))


async def test_processes_that_are_killed_ask_each_person_exactly_once(url: str, store: Store):
    await fill(store)
    random = Random(6)
    for _ in range(LIVES):
        await live_and_die(url, random)
    last = [await begin(url, NINE + timedelta(minutes=2)) for _ in range(2)]
    for process in last:
        assert await heard(process, 200) == b"done\n"
        assert await process.wait() == 0
    assert sorted(await nudged(url)) == EVERYBODY
    assert await store.next_event_at() == NINE + timedelta(days=1)


async def test_who_plans_at_the_same_time_plans_each_due_time_once(url: str, store: Store, second_store: Store):
    await fill(store)
    await asyncio.gather(plan(store), plan(second_store), plan(store))
    assert await plan(store) == 0
    assert sorted(await nudged(url)) == EVERYBODY


async def test_a_row_that_cannot_be_read_is_put_aside_and_the_others_come(url: str, store: Store):
    await fill(store)
    await raw.script(url, "UPDATE check_in SET zone = 'Nowhere/At_All' WHERE person_id = 'person 7'")
    assert await plan(store) == PEOPLE
    assert sorted(await nudged(url)) == [name for name in EVERYBODY if name != "person 7"]


async def test_a_store_that_is_opened_again_goes_on_where_it_stood(url: str, store: Store, masters: MasterKeys):
    await fill(store)
    decided = partial(decide, now=NINE, next_check_in=next_check_in)
    some = await store.plan_check_ins(NINE, 256, decided)
    again = await open_store(url, masters)
    assert await plan(again) == PEOPLE - some
    await again.close()
    assert sorted(await nudged(url)) == EVERYBODY


async def test_the_outbox_takes_only_as_many_nudges_as_it_has_room_for(store: Store):
    await fill(store)
    await plan(store)
    assert len(await store.claim_due(NINE, 1000)) == 200
