"""`handrail backup`: makes a back-up, proves one by restoring it into a scratch place, and restores one.

A back-up holds sealed rows and never the key: keep the key apart from it, and keep it as long.
"""

from __future__ import annotations

import asyncio
import fcntl
import tempfile
from datetime import datetime
from pathlib import Path

from adapters.clock import system_clock
from adapters.store.backups import FOLDER, Manifest, differing, newest, read_manifest
from adapters.store.migrating import must_migrate
from adapters.store.opening import SQLITE
from adapters.store.proving import prove
from adapters.store.sqlite import backup as sqlite
from bot.bootstrap.house import KEY_FILE, master_keys
from bot.errors import SettingError, StoreError
from bot.privacy import MasterKeys
from bot.settings import Settings

SAMPLE = 50  # people whose sealed rows are opened


def folder_of(settings: Settings) -> Path:
    """Return where back-ups go unless another folder is named."""
    return settings.data_dir / FOLDER


async def create(settings: Settings, folder: Path) -> tuple[Path, Manifest]:
    """Write a back-up of the database, while the bot runs or not."""
    now = system_clock()
    file = folder / f"handrail-{_stamp(now)}"
    database = _sqlite_file(settings)
    if database is not None:
        file = file.with_suffix(".db")
        return file, await asyncio.to_thread(sqlite.create, database, file, now)
    from adapters.store.postgres import backup as postgres

    file = file.with_suffix(".dump")
    return file, await postgres.create(settings.database, file, now)


async def verify(settings: Settings, file: Path | None) -> tuple[Path, Manifest, int]:
    """Restore a back-up, by default the newest one, into a scratch place; return how many people were read there."""
    file = file or _newest(settings)
    manifest = await asyncio.to_thread(read_manifest, file)
    masters = _keys(settings)
    if manifest.engine == sqlite.ENGINE:
        with tempfile.TemporaryDirectory(prefix="handrail-verify-") as folder:
            restored = Path(folder) / "handrail.db"
            return file, manifest, await _restored(file, manifest, restored, masters)
    from adapters.store.postgres import backup as postgres

    _same_engine(settings, manifest)
    async with postgres.scratch(settings.database) as url:
        return file, manifest, await _loaded(url, file, manifest, masters)


async def restore(settings: Settings, file: Path, *, force: bool) -> Path | None:
    """Put a back-up in the place of the database; return where the one before is kept, if there was one.

    Refuses while a process uses the database, and with people in it unless forced. Who was erased since stays erased.
    """
    manifest = await asyncio.to_thread(read_manifest, file)
    _same_engine(settings, manifest)
    must_migrate(manifest.version, True, f"the back-up {file}")
    masters = _keys(settings)
    _not_in_use(settings)
    database = _sqlite_file(settings)
    if database is not None:
        return await _restore_sqlite(database, file, manifest, masters, force=force)
    return await _restore_postgres(settings, file, manifest, masters, force=force)


async def _restore_sqlite(
    database: Path, file: Path, manifest: Manifest, masters: MasterKeys, *, force: bool
) -> Path | None:
    if not (force or await asyncio.to_thread(sqlite.is_empty, database)):
        raise _has_people(str(database))
    database.parent.mkdir(parents=True, exist_ok=True)
    erased = await asyncio.to_thread(sqlite.tombstones, database)
    aside = database.with_name(f"{database.name}.before-{_stamp(system_clock())}")
    # Beside the database: a file moves into its place at once only within one file system.
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=database.parent) as folder:
        restored = Path(folder) / "handrail.db"
        await _restored(file, manifest, restored, masters)
        await asyncio.to_thread(sqlite.make_ready, restored, erased)
        await asyncio.to_thread(sqlite.put_in_place, restored, database, aside)
    return aside if aside.exists() else None


async def _restore_postgres(
    settings: Settings, file: Path, manifest: Manifest, masters: MasterKeys, *, force: bool
) -> Path | None:
    from adapters.store.postgres import backup as postgres

    url, before = settings.database, None
    if await postgres.users_of(url):
        raise SettingError("handrail processes are connected to this PostgreSQL database; stop them, then restore")
    if not await postgres.is_empty(url):
        if not force:
            raise _has_people("the PostgreSQL database")
        before, _ = await create(settings, folder_of(settings))
    erased = await postgres.tombstones(url)
    await _loaded(url, file, manifest, masters)
    await postgres.make_ready(url, erased)
    return before


async def _restored(file: Path, manifest: Manifest, restored: Path, masters: MasterKeys) -> int:
    """Copy a SQLite back-up and prove the copy; return how many people were read."""
    await asyncio.to_thread(sqlite.copy, file, restored)
    _same_rows(file, manifest, differing(manifest, await asyncio.to_thread(sqlite.contents_of, restored)))
    people = await asyncio.to_thread(sqlite.some_people, restored, SAMPLE)
    await prove(f"{SQLITE}{restored}", masters, people, system_clock())
    return len(people)


async def _loaded(url: str, file: Path, manifest: Manifest, masters: MasterKeys) -> int:
    """Load a dump into PostgreSQL and prove it; return how many people were read."""
    from adapters.store.postgres import backup as postgres

    await postgres.load(url, file)
    _same_rows(file, manifest, differing(manifest, await postgres.contents_of(url)))
    people = await postgres.some_people(url, SAMPLE)
    await prove(url, masters, people, system_clock())
    return len(people)


def _same_rows(file: Path, manifest: Manifest, wrong: list[str]) -> None:
    if wrong:
        what = f"the back-up {file} of {manifest.created_at:%Y-%m-%d %H:%M} UTC lost or gained rows of"
        raise StoreError(f"{what} {', '.join(wrong)}; take an older one", permanent=True)


def _same_engine(settings: Settings, manifest: Manifest) -> None:
    if (manifest.engine == sqlite.ENGINE) != (_sqlite_file(settings) is not None):
        raise SettingError(f"the back-up is of {manifest.engine}; set HANDRAIL_DATABASE_URL to a database of that kind")


def _has_people(where: str) -> SettingError:
    return SettingError(f"{where} has people in it; --force replaces it, and keeps it as it is under another name")


def _sqlite_file(settings: Settings) -> Path | None:
    url = settings.database
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def _newest(settings: Settings) -> Path:
    found = newest(folder_of(settings))
    if found is None:
        raise SettingError(f"there is no back-up in {folder_of(settings)}; make one with: handrail backup create")
    return found[0]


def _keys(settings: Settings) -> MasterKeys:
    """Return the master keys there are; unlike a start, this never makes a new one."""
    if settings.master_key is None and not (settings.data_dir / KEY_FILE).exists():
        raise SettingError("there is no master key; set HANDRAIL_MASTER_KEY to the key that the database was made with")
    masters, _ = master_keys(settings, settings.data_dir)
    return masters


def _not_in_use(settings: Settings) -> None:
    """Raise SettingError while a process of this data folder runs."""
    for path in sorted(settings.data_dir.glob("instance-*")):
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                role = path.name.removeprefix("instance-")
                raise SettingError(
                    f"a handrail run ({role}) uses HANDRAIL_DATA_DIR {settings.data_dir}; stop it, then restore"
                ) from None


def _stamp(now: datetime) -> str:
    # With microseconds: of two back-ups in one second neither takes the other's place.
    return f"{now:%Y%m%dT%H%M%S-%f}"
