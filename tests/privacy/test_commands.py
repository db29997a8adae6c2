"""`handrail person`, `audit` and `keys` as an operator runs them: what they do, refuse and leave as it was."""

from __future__ import annotations

import asyncio
import base64
import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from adapters.store.opening import open_store
from bot.privacy import MasterKeys
from tests.privacy.test_belongings import CANARY, lived
from tests.store.conftest import MASTER_KEY, OTHER_KEY

ANA = "telegram:chat of ana"


async def handrail(folder: Path, *words: str, key: str = MASTER_KEY) -> tuple[int | None, str]:
    environment = {"HANDRAIL_DATA_DIR": str(folder), "HANDRAIL_MASTER_KEY": key, "PATH": os.environ["PATH"]}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await child.communicate()
    return child.returncode, told.decode()


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    store = await open_store(f"sqlite:///{tmp_path / 'handrail.db'}", MasterKeys.parse(MASTER_KEY))
    await lived(store)
    await store.close()
    return tmp_path


async def test_a_copy_is_written_once_for_its_owner_only_and_taken_in_elsewhere(folder: Path, tmp_path_factory):
    file, elsewhere = folder / "ana.json", tmp_path_factory.mktemp("elsewhere")
    assert (await handrail(folder, "person", "export", ANA, "--to", str(file)))[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert CANARY in file.read_text()
    code, told = await handrail(folder, "person", "export", ANA, "--to", str(file))
    assert (code, "does not exist" in told) == (2, True)
    await (await open_store(f"sqlite:///{elsewhere / 'handrail.db'}", MasterKeys.parse(MASTER_KEY))).close()
    assert (await handrail(elsewhere, "person", "import", str(file)))[0] == 0
    code, told = await handrail(elsewhere, "person", "import", str(file))
    assert (code, "nothing was taken in" in told) == (3, True)


async def test_a_cut_copy_is_refused_and_nothing_is_half_done(folder: Path):
    file = folder / "ana.json"
    await handrail(folder, "person", "export", ANA, "--to", str(file))
    assert (await handrail(folder, "person", "forget", ANA, "--yes"))[0] == 0
    file.write_text(file.read_text()[:-200])
    code, told = await handrail(folder, "person", "import", str(file))
    assert (code, "nothing was taken in" in told) == (3, True)
    assert (await handrail(folder, "person", "export", ANA))[0] == 2


async def test_forgetting_needs_a_yes_and_says_that_nobody_is_left(folder: Path):
    code, told = await handrail(folder, "person", "forget", ANA)
    assert (code, "Nothing was done" in told) == (2, True)
    assert (await handrail(folder, "person", "forget", ANA, "--yes")) == (0, "erased\n")
    code, told = await handrail(folder, "person", "forget", ANA, "--yes")
    assert (code, "nobody chats there" in told) == (2, True)
    assert "erased a person" in (await handrail(folder, "person", "show-log", "ana"))[1]


async def test_the_log_names_who_read_and_holds_no_words(folder: Path):
    _, told = await handrail(folder, "person", "show-log", ANA)
    assert "sam: read KANA" in told
    assert CANARY not in told


async def test_the_notes_are_verified_and_a_changed_one_is_named(folder: Path):
    code, told = await handrail(folder, "audit", "verify")
    assert (code, told.startswith("whole: 1 notes")) == (0, True)
    with closing(sqlite3.connect(folder / "handrail.db")) as plain:
        plain.execute("UPDATE audit SET actor = 'kim'")
        plain.commit()
    assert await handrail(folder, "audit", "verify") == (1, "not whole: note 1 was changed; 0 notes before it hold\n")


async def test_a_rotation_needs_two_keys_and_ends_with_the_new_one_alone(folder: Path):
    code, told = await handrail(folder, "keys", "rotate")
    assert (code, "a comma, the old one" in told) == (2, True)
    code, told = await handrail(folder, "keys", "rotate", key=f"{OTHER_KEY},{MASTER_KEY}")
    assert (code, told.startswith("2 keys")) == (0, True)
    assert (await handrail(folder, "person", "export", ANA, key=OTHER_KEY))[0] == 0
    assert (await handrail(folder, "person", "export", ANA))[0] == 4


async def test_a_wrong_or_missing_key_is_refused_before_anything_happens(folder: Path):
    stranger = base64.b64encode(os.urandom(32)).decode()
    code, told = await handrail(folder, "person", "forget", ANA, "--yes", key=stranger)
    assert (code, "is not the key of this database" in told) == (4, True)
    code, told = await handrail(folder, "person", "forget", ANA, "--yes", key="")
    assert (code, "there is no master key" in told) == (2, True)
    assert (await handrail(folder, "person", "export", ANA))[0] == 0


@pytest.mark.parametrize("who", ["fax:1", "telegram:nobody", "nobody"])
async def test_who_is_nobody_is_said_to_be_nobody(folder: Path, who: str):
    code, told = await handrail(folder, "person", "export", who)
    assert (code, "write telegram:CHAT" in told) == (2, True)
