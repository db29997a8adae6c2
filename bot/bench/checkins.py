"""Measures due check-ins: claimed, re-planned and queued a second, while people talk, at a flat memory.

A million schedules, a hundred thousand of them due at nine o'clock, in a database that is filled by copying one
person's rows: nothing of the measured part reads what is sealed in them.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import md5
from itertools import cycle
from pathlib import Path
from time import perf_counter, process_time

from bot.bench.durable import PURPOSES, Crowd
from bot.bench.engine import SIX_QUESTIONS
from bot.bootstrap.house import House, build, master_keys
from bot.model.people import Address, Person, Platform
from bot.model.received import Inbound
from bot.model.schedules import CheckIn
from bot.model.talk import Session
from bot.model.turns import Turn, View
from bot.rota import OPEN_ROTA
from bot.settings import Settings

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
FAR = NINE + timedelta(days=200)
TALKERS = 64
TURNS_A_SECOND = 100
# Someone silent is asked again after one day, then after two, then after four: so the same rows fall due each round.
ROUNDS = (timedelta(0), timedelta(days=1), timedelta(days=3), timedelta(days=7))
TEMPLATE = "bench-template"


@dataclass(frozen=True)
class Bulk:
    """What was measured: check-ins a second (the median round), the turns beside them, and how much memory grew."""

    check_ins: int
    per_second: float
    per_core_second: float
    turn_p99_ms: float
    turns: int
    grown_mb: float


class SetClock:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.now = NINE - timedelta(minutes=1)

    def __call__(self) -> datetime:
        """Return the moment that was set."""
        return self.now


async def bulk_rate(folder: Path, *, schedules: int, due: int, database_url: str = "") -> Bulk:
    """Fill a new database, then let the due check-ins come in several rounds."""
    settings = Settings(data_dir=folder, database_url=database_url)
    clock = SetClock()
    house = await _house(settings, folder, clock)
    await house.store.commit_many([_template()])
    await house.close()
    await _fill(settings.database, schedules, due)
    house = await _house(settings, folder, clock)
    try:
        return await _measured(house, clock, due)
    finally:
        await house.close()


async def _house(settings: Settings, folder: Path, clock: SetClock) -> House:
    masters, _ = master_keys(settings, folder)
    return await build(settings, masters, clock=clock, rota=OPEN_ROTA, on_call=(), flows=[SIX_QUESTIONS])


def _template() -> Turn:
    address = Address(Platform.CONSOLE, TEMPLATE)
    consents = dict.fromkeys(PURPOSES, NINE)
    person = Person(TEMPLATE, address, NINE - timedelta(days=9), name="Ana", consents=consents, welcomed=True)
    plan = CheckIn("daily", TEMPLATE, time(9), "UTC", next_due_at=FAR)
    session = Session(version=1, last_at=NINE - timedelta(days=2))
    return Turn("known", NINE, 0, View(person, session, known=False), person_changed=True, check_ins=(plan,))


# --- measuring --------------------------------------------------------------------------------------------------------


async def _measured(house: House, clock: SetClock, due: int) -> Bulk:
    crowd = Crowd(house, [Address(Platform.CONSOLE, f"t{number}") for number in range(TALKERS)])
    await crowd.make_known()
    await house.conversation.receive(crowd.talk()[0])  # what is loaded once is loaded now
    waits: list[float] = []
    rates: list[tuple[float, float]] = []
    memory = 0
    for round_, after in enumerate(ROUNDS):
        clock.now = NINE + after
        inbounds = [inbound for one in crowd.talk() for inbound in one]
        talking = asyncio.create_task(_talk(house, inbounds, waits))
        cpu, wall = process_time(), perf_counter()
        planned = await house.due_work.plan()
        rates.append((planned / (perf_counter() - wall), planned / (process_time() - cpu)))
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        # The first round loads what is loaded once; the others must not add to it.
        memory = memory if round_ else _memory()
    wall_rates, core_rates = sorted(rate for rate, _ in rates), sorted(rate for _, rate in rates)
    middle = len(rates) // 2
    return Bulk(
        check_ins=due * len(ROUNDS),
        per_second=wall_rates[middle],
        per_core_second=core_rates[middle],
        turn_p99_ms=1000 * sorted(waits)[int(len(waits) * 0.99)],
        turns=len(waits),
        grown_mb=(_memory() - memory) / 1e6,
    )


async def _talk(house: House, inbounds: Sequence[Inbound], waits: list[float]) -> None:
    """Send one message after the other at a steady pace, and note how long each took from when it should have gone."""
    loop = asyncio.get_running_loop()
    begun, answered = loop.time(), []

    async def send(inbound: Inbound, intended: float) -> None:
        await house.conversation.receive([inbound])
        waits.append(loop.time() - intended)

    for number, inbound in enumerate(cycle(inbounds)):
        if number >= len(inbounds):
            break
        intended = begun + number / TURNS_A_SECOND
        await asyncio.sleep(max(0.0, intended - loop.time()))
        answered.append(asyncio.create_task(send(inbound, intended)))
    await asyncio.gather(*answered)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# --- filling ----------------------------------------------------------------------------------------------------------


async def _fill(database: str, schedules: int, due: int) -> None:
    """Copy the template's rows; every so many of the copies is due at nine."""
    if database.startswith("sqlite:///"):
        await asyncio.to_thread(_fill_sqlite, database.removeprefix("sqlite:///"), schedules, schedules // due)
    else:
        await _fill_postgresql(database, schedules, schedules // due)


def _fill_sqlite(path: str, schedules: int, each: int) -> None:
    nine, far = _micros(NINE), _micros(FAR)
    # Ids as random as real ones, in order: the file is laid out as if they had come one by one, only sooner.
    names = sorted(md5(str(number).encode(), usedforsecurity=False).hexdigest()[:12] for number in range(schedules))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    connection.executemany(
        """
        INSERT INTO person (person_id, wrapped_key, profile, created_at, reachable)
        SELECT ?, wrapped_key, profile, created_at, reachable FROM person WHERE person_id = ?
        """,
        ((name, TEMPLATE) for name in names),
    )
    connection.executemany(
        """
        INSERT INTO session (person_id, version, wake_at, level, state, talked_at)
        SELECT ?, version, wake_at, level, state, talked_at FROM session WHERE person_id = ?
        """,
        ((name, TEMPLATE) for name in names),
    )
    connection.executemany(
        """
        INSERT INTO check_in (person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version)
        SELECT ?, check_in_id, at, zone, weekdays, ?, rhythm, version FROM check_in WHERE person_id = ?
        """,
        ((name, nine if number % each == 0 else far, TEMPLATE) for number, name in enumerate(names)),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _fill_postgresql(url: str, schedules: int, each: int) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute(
        """
        CREATE TEMP TABLE fresh AS
        SELECT substr(md5(number::text), 1, 12) AS name, number FROM generate_series(1, $1::bigint) AS number ORDER BY 1
        """.replace("$1::bigint", str(int(schedules)))
    )
    await connection.execute(
        """
        INSERT INTO person (person_id, wrapped_key, profile, created_at, reachable)
        SELECT name, wrapped_key, profile, created_at, reachable FROM fresh, person WHERE person_id = $1 ORDER BY name
        """,
        TEMPLATE,
        timeout=300,
    )
    await connection.execute(
        """
        INSERT INTO session (person_id, version, wake_at, level, state, talked_at)
        SELECT name, version, wake_at, level, state, talked_at FROM fresh, session WHERE person_id = $1 ORDER BY name
        """,
        TEMPLATE,
        timeout=300,
    )
    await connection.execute(
        """
        INSERT INTO check_in (person_id, check_in_id, at, zone, weekdays, next_due_at, rhythm, version)
        SELECT name, check_in_id, at, zone, weekdays, CASE WHEN number % $2 = 0 THEN $3::bigint ELSE $4::bigint END,
            rhythm, version
        FROM fresh, check_in WHERE person_id = $1 ORDER BY name
        """,
        TEMPLATE,
        each,
        _micros(NINE),
        _micros(FAR),
        timeout=300,
    )
    await connection.execute("ANALYZE")
    await connection.close()


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000
