"""Keeps the parsed form of reviewed files, so that a start need not parse YAML and an earlier version stays at hand."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from flows.errors import FlowError
from flows.yaml_tree import read_source

Made = TypeVar("Made")
Make = Callable[[bytes, str], Made]


# Every module whose change can change what is made of a file.
_PARSERS = (
    *("answers", "conditions", "instruments", "loader", "model", "parts", "phrases", "reading", "translation"),
    *("values", "yaml_tree"),
)


class Kept(msgspec.Struct, frozen=True):
    """A file as it was: its source, and what `code` made of it."""

    code: str
    file: str
    source: bytes
    made: msgspec.Raw


class Keeper:
    """A folder of parsed files by content hash; without a folder everything is parsed each time."""

    def __init__(self, folder: Path | None, prepared: Mapping[str, Kept] | None = None) -> None:
        self.folder = folder
        self.prepared = prepared or {}

    def make(self, path: Path, kind: type[Made], make: Make[Made]) -> Made:
        """Return what `make` builds of the file, taken from the folder when this content was made before."""
        source = read_source(path)
        name = f"{kind.__name__.lower()}-{hashlib.sha256(source).hexdigest()[:16]}.msgpack"
        ready = self.prepared.get(name)
        if self.folder is None:
            return msgspec.msgpack.decode(ready.made, type=kind) if ready else make(source, str(path))
        found = _read(self.folder / name, kind)
        if found is not None:
            return found
        made = msgspec.msgpack.decode(ready.made, type=kind) if ready else make(source, str(path))
        _write(
            self.folder / name,
            Kept(code_of_this_room(), path.name, source, msgspec.Raw(msgspec.msgpack.encode(made))),
        )
        return made

    def earlier(self, kind: type[Made], make: Make[Made]) -> Iterator[Made]:
        """Yield every version in the folder; one that this program can no longer read is left out."""
        if self.folder is None:
            return
        for kept in sorted(self.folder.glob(f"{kind.__name__.lower()}-*.msgpack")):
            found = _read(kept, kind) or _remake(kept, make)
            if found is not None:
                yield found


def _read(kept: Path, kind: type[Made]) -> Made | None:
    """Return the parsed form, or None when it is missing, torn, or made by other code."""
    try:
        record = msgspec.msgpack.decode(kept.read_bytes(), type=Kept)
        return msgspec.msgpack.decode(record.made, type=kind) if record.code == code_of_this_room() else None
    except (OSError, msgspec.MsgspecError):
        return None


def _remake(kept: Path, make: Make[Made]) -> Made | None:
    try:
        record = msgspec.msgpack.decode(kept.read_bytes(), type=Kept)
        return make(record.source, record.file)
    except (OSError, msgspec.MsgspecError, FlowError):
        return None


def _write(kept: Path, record: Kept) -> None:
    """Write whole or not at all; a folder that cannot be written only costs the next start its time."""
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(f".{os.getpid()}")
        half.write_bytes(msgspec.msgpack.encode(record))
        half.replace(kept)


@cache
def code_of_this_room() -> str:
    """Return a hash of the code that parses: what other code made is made anew."""
    digest = hashlib.sha256()
    for name in _PARSERS:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]
