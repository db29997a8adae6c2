"""Plain SQL on a store's database, as someone would run who has the file but not the key."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import asyncpg


async def run(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Run one statement on either engine and return its rows."""
    if url.startswith("sqlite"):
        return _on_sqlite(url, sql)
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


def _on_sqlite(url: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute(sql).fetchall()
        connection.commit()
        return rows


async def script(url: str, sql: str) -> None:
    """Run many statements."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(sql)
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def tables(url: str) -> list[str]:
    """Return the names of all tables."""
    if url.startswith("sqlite"):
        found = await run(url, "SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        found = await run(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [str(name) for (name,) in found]


async def columns(url: str, table: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    if url.startswith("sqlite"):
        return [row[1] for row in await run(url, f"PRAGMA table_info({table})")]
    sql = f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
    return [name for (name,) in await run(url, sql)]
