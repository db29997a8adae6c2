"""A disk that is really full: plain turns are refused, a worrying one and its page still go through."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from adapters.store.sqlite.reserve import RESERVE_BYTES
from tests.store.conftest import MASTER_KEY

# Runs on a file system of 16 MB of its own, of which a ballast takes the larger part.
FILLS_THE_DISK = """
import asyncio, json, sys
from pathlib import Path
from adapters.store.opening import open_store
from bot.errors import StoreError
from bot.model.sent import Lane
from bot.model.turns import Event
from bot.privacy import MasterKeys
from tests.store.people import ON_CALL, a_case, claim, meet, message, next_turn, opening, sent, view_of

folder = Path(sys.argv[1])
told = {}

async def refused(store, turn):
    try:
        await store.commit_many([turn])
    except StoreError as error:
        return [str(error), error.permanent]

async def main():
    store = await open_store(f"sqlite:///{folder / 'handrail.db'}", MasterKeys.parse(sys.argv[2]))
    ana, ben = await meet(store, "ana", "ben")
    (folder / "ballast").write_bytes(bytes(10_500_000))
    told["acknowledged"] = 0
    for number in range(200):
        turn = next_turn(ana, f"key {number}", events=(Event("said", value="x" * 50_000),))
        if error := await refused(store, turn):
            told["first_error"] = error
            break
        ana = turn.view
        told["acknowledged"] += 1
    page = message("ben", "page", address=ON_CALL, lane=Lane.PAGE)
    told["worrying"] = await refused(store, opening(ben, "worrying", a_case("ben"), outbounds=(page,)))
    found = await claim(store)
    told["claimed"] = [delivery.outbound.text for delivery in found]
    await sent(store, *found)
    told["plain_meanwhile"] = await refused(store, next_turn(ana, "meanwhile"))
    told["still_readable"] = (await view_of(store, "ana")).session.version == told["acknowledged"] + 1
    (folder / "ballast").unlink()
    told["plain_afterwards"] = await refused(store, next_turn(ana, "afterwards"))
    told["reserve_is_back"] = (folder / "handrail.db.reserve").stat().st_size
    await store.close()

asyncio.run(main())
print(json.dumps(told))
"""


# A user namespace of its own may mount, also without being root. Where none is allowed (some containers) the page limit
# in test_sqlite.py stands for the full disk alone.
ALONE = ("unshare", "--user", "--map-root-user", "--mount")
if subprocess.run([*ALONE, "mount", "-t", "tmpfs", "none", "/mnt"], check=False, capture_output=True).returncode == 0:

    def test_a_full_disk_stops_plain_turns_and_lets_a_worrying_one_and_its_page_through(tmp_path: Path):
        mounts = ("sh", "-c", 'mount -t tmpfs -o size=16m none "$1" && exec "$2" -c "$3" "$1" "$4"', "sh")
        arguments = (str(tmp_path), sys.executable, FILLS_THE_DISK, MASTER_KEY)
        done = subprocess.run([*ALONE, *mounts, *arguments], check=True, capture_output=True, text=True)
        told = json.loads(done.stdout.splitlines()[-1])
        assert told["acknowledged"] > 5
        message, permanent = told["first_error"]
        assert "full" in message
        assert not permanent
        assert told["worrying"] is None
        assert told["claimed"] == ["page"]
        assert "full" in told["plain_meanwhile"][0]
        assert told["still_readable"]
        assert told["plain_afterwards"] is None
        assert told["reserve_is_back"] == RESERVE_BYTES
