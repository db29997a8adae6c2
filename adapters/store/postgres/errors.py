"""Turns PostgreSQL's errors into ours, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from bot.errors import StoreError

# By the first digits of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
REMEDIES = {
    "08": ("the connection broke; it is made again by itself", False),
    "25006": ("it is read-only, a stand-by perhaps; point HANDRAIL_DATABASE_URL at the primary", False),
    "28": ("it refuses the user or password of HANDRAIL_DATABASE_URL", True),
    "3D000": ("HANDRAIL_DATABASE_URL names a database that does not exist; create it", True),
    "40": ("transactions were in each other's way; the work is done again", False),
    "42501": ("the user of HANDRAIL_DATABASE_URL lacks a permission", True),
    "53": ("the server is short of disk, memory or connections; see its log", False),
    "55P03": ("another process holds a lock", False),
    "57": ("the server stops or starts; the connection is made again by itself", False),
}
OUR_FAULT = ("this is a fault in Handrail, please report it", True)
UNREACHABLE = "the PostgreSQL server of HANDRAIL_DATABASE_URL does not answer; it is tried again by itself"


@contextmanager
def explained() -> Iterator[None]:
    """Raise a StoreError with the remedy in place of an error of PostgreSQL or of the way to it."""
    try:
        yield
    except asyncpg.PostgresError as error:
        message, permanent = _remedy(error)
        raise StoreError(message, permanent=permanent) from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError) as error:
        # InternalClientError: a server that dies inside a transaction confuses asyncpg's own roll-back.
        raise StoreError(UNREACHABLE) from error


def _remedy(error: asyncpg.PostgresError) -> tuple[str, bool]:
    code = error.sqlstate or "08"
    remedy, permanent = next((REMEDIES[code[:n]] for n in (5, 2) if code[:n] in REMEDIES), OUR_FAULT)
    # Never the error's own text: its detail quotes whole rows.
    about = getattr(error, "constraint_name", None) or type(error).__name__
    return f"the PostgreSQL database refused ({code}, {about}): {remedy}", permanent
