"""The shipped files in their parsed form, so that also the first start need not parse YAML.

`python -m flows.shipped` writes it anew after a flow, a translation or this room's code has changed. Until then what
changed is parsed from its own file, which only costs the start its time.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import msgspec

from flows.kept import Kept, code_of_this_room

COMPILED = Path(__file__).parent / "library" / "compiled.msgpack.gz"


@cache
def prepared() -> dict[str, Kept]:
    """Return what was parsed before, by the name that the cache folder would give it; nothing when it is stale."""
    try:
        made: dict[str, Kept] = msgspec.msgpack.decode(gzip.decompress(COMPILED.read_bytes()), type=dict[str, Kept])
    except (OSError, EOFError, msgspec.MsgspecError):
        return {}
    code = code_of_this_room()
    return {name: kept for name, kept in made.items() if kept.code == code}


def write() -> int:
    """Parse everything that is shipped and write it; return how many files there are."""
    import tempfile

    from flows.library import load_library

    prepared.cache_clear()
    COMPILED.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        load_library(cache=Path(folder))
        files = sorted(Path(folder).glob("*.msgpack"))
        made = {file.name: msgspec.msgpack.decode(file.read_bytes(), type=Kept) for file in files}
    # The same input gives the same bytes: no time, no file name.
    COMPILED.write_bytes(gzip.compress(msgspec.msgpack.encode(made), mtime=0))
    prepared.cache_clear()
    return len(made)


if __name__ == "__main__":
    print(f"{write()} files in {COMPILED}")
