"""What a back-up says of itself, in a file beside it: what it holds, and the sum that shows it whole."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

import msgspec

from bot.errors import StoreError

MANIFEST = ".json"
FOLDER = "backups"  # beside the database, unless another one is named


class Contents(msgspec.Struct, frozen=True):
    """What a database holds: its schema version, and how many rows each table has."""

    version: str
    counts: dict[str, int]


class Manifest(msgspec.Struct, frozen=True):
    """A finished back-up. It is written last: a file without one is half made."""

    engine: str
    version: str
    created_at: datetime
    counts: dict[str, int]
    size: int
    sha256: str


def describe(file: Path, engine: str, contents: Contents, now: datetime) -> Manifest:
    """Write the manifest of a back-up whose bytes are on the disk, and return it."""
    manifest = Manifest(engine, contents.version, now, contents.counts, file.stat().st_size, _sum_of(file))
    path = _beside(file)
    with _private(path).open("wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        out.flush()
        os.fsync(out.fileno())
    _sync_folder(file.parent)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """Return the manifest of a back-up after comparing size and sum; StoreError when it is not whole."""
    try:
        manifest = msgspec.json.decode(_beside(file).read_bytes(), type=Manifest)
        size = file.stat().st_size
    except FileNotFoundError as error:
        raise _broken(file, f"{Path(error.filename).name} is missing") from error
    except (OSError, msgspec.MsgspecError) as error:
        raise _broken(file, f"its {MANIFEST} file cannot be read") from error
    if (size, _sum_of(file)) != (manifest.size, manifest.sha256):
        raise _broken(file, "it is not what was written")
    return manifest


def newest(folder: Path) -> tuple[Path, Manifest] | None:
    """Return the newest back-up of a folder with its manifest, which is not compared yet."""
    found = []
    for path in folder.glob(f"*{MANIFEST}"):
        try:
            found.append((path.with_suffix(""), msgspec.json.decode(path.read_bytes(), type=Manifest)))
        except (OSError, msgspec.MsgspecError):
            continue  # somebody else's file, or one that `verify` will name
    return max(found, key=lambda one: one[1].created_at, default=None)


def differing(manifest: Manifest, contents: Contents) -> list[str]:
    """Return the tables whose rows are not those that were backed up, the version among them."""
    wrong = [] if contents.version == manifest.version else ["alembic_version"]
    tables = sorted(manifest.counts.keys() | contents.counts.keys())
    return wrong + [table for table in tables if manifest.counts.get(table) != contents.counts.get(table)]


def _broken(file: Path, why: str) -> StoreError:
    return StoreError(f"the back-up {file} is not whole ({why}); take an older one", permanent=True)


def _beside(file: Path) -> Path:
    return file.with_name(file.name + MANIFEST)


def _private(path: Path) -> Path:
    """Make an empty file that only its owner may read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    return path


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sum_of(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
