"""What a person says, is called and where they chat is in no log, metric, card, note or exception of a full run."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import structlog

from adapters.web.metrics import Snapshot, rendered
from bot.dialogue.hearing import Dialogue
from bot.errors import DeliveryError, StoreError
from bot.logs import set_up_logs
from bot.model.cases import Audit
from bot.model.people import Address, Platform
from bot.model.received import Blocked, Edited, Filled, Text, Unreadable
from tests.bot.harness import ON_CALL, SAMS_CHAT, Room, opened_room
from tests.store import raw

CANARY, NAME, TOKEN = "zebrafinch", "Quetzalcoatl", "4711:canary-token-of-a-bot"
ANA, BEN = Address(Platform.TELEGRAM, "918273645"), Address(Platform.SLACK, "U0CANARYBEN")
NEVER = (CANARY, NAME, TOKEN, ANA.chat, BEN.chat)


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Everything that is logged, at the finest level."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handlers, level, configured = list(root.handlers), root.level, structlog.get_config()
    stream = io.StringIO()
    set_up_logs("DEBUG", [TOKEN], stream)
    yield stream
    structlog.configure(**configured)
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


class Faulty(Dialogue):
    """A dialogue that raises with the person's words, as a bug would."""

    def hear(self, draft, content, assessment):  # type: ignore[no-untyped-def]
        if isinstance(content, Text) and "poison" in content.text:
            raise RuntimeError(content.text, draft.person, TOKEN)
        super().hear(draft, content, assessment)


async def live(room: Room, at: Address) -> None:
    """Talk, rate, write, edit, worry, be answered, fail in each way, ask for everything, and leave."""
    await room.meet(at, name=NAME)
    for said in ["check in", "3", "skip", f"{CANARY} note", "thought record", f"{CANARY} happened", "back", "stop"]:
        await room.person(said, at=at)
    room.recorders[at.platform].failures += [
        DeliveryError("the answer was lost", ambiguous=True),
        DeliveryError(f"the platform failed with {TOKEN}"),
    ]
    await room.person(f"poison {CANARY}", at=at)
    await room.send(Edited(f"{CANARY} edited", "nothing"), at=at)
    await room.send(Filled(f"p{CANARY}.0", CANARY), at=at)
    await room.send(Unreadable(CANARY), at=at)
    await room.person(f"/checkin {CANARY}", at=at)
    await room.person(f"I want to end my life tonight {CANARY}", at=at)
    await room.staff_press("I'm on it")
    await room.staff(f"say {CANARY} from staff")
    await room.staff(f"claim {CANARY}", by=f"U0{CANARY}")
    await room.staff(f"{CANARY} to nobody", at=SAMS_CHAT)
    await room.wait(timedelta(minutes=5))
    await room.staff("resolve right")
    for said in ["privacy", "/export", "/access_log", f"/keep {CANARY}", "/delete"]:
        await room.person(said, at=at)
    await room.press("Yes, delete everything", at=at)
    await room.send(Blocked(), at=at)


async def test_a_full_run_with_every_fault_leaks_nothing(tmp_path: Path, logs: io.StringIO):
    async with opened_room(tmp_path, talk=Faulty) as room:
        for at in (ANA, BEN):
            await live(room, at)
        await room.store.quarantine(Platform.TELEGRAM, f"{CANARY} {TOKEN}".encode(), room.clock())
        cards = "\n".join(room.told(ON_CALL))
        page = rendered(
            Snapshot(room.clock(), room.conversation._vitals.counts, {}, {}, await room.store.waiting(), {})
        )
        with pytest.raises(StoreError) as raised:
            await tamper(room, tmp_path)
        await room.wait(timedelta(hours=25))
        await room.rights_work.sweep()
        notes = await raw.run(f"sqlite:///{tmp_path / 'handrail.db'}", "SELECT * FROM audit")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "decision_failed" in logs.getvalue()
    assert len(notes) >= 10
    seen = {
        "logs": logs.getvalue(),
        "cards": cards,
        "metrics": page.decode(),
        "notes": str(notes),
        "exception": f"{raised.value!r} {raised.value.__cause__!r}",
    }
    # The room's own ids and keys hold the chat's number; real ones are random, or the platform's count of updates.
    made_up = [f"{of}{at.chat}" for at in (ANA, BEN) for of in ("p", "meet ")]
    for where, text in seen.items():
        plain = text.replace(made_up[0], "").replace(made_up[2], "").lower()
        assert [canary for canary in NEVER if canary.lower() in plain] == [], where
    for one in made_up:
        kept = kept.replace(one.encode(), b"")
    assert [canary for canary in NEVER if canary.encode() in kept] == []


async def tamper(room: Room, folder: Path) -> None:
    """Put one sealed field in the place of another and read it."""
    sql = "UPDATE person SET profile = (SELECT state FROM session LIMIT 1)"
    url = f"sqlite:///{folder / 'handrail.db'}"
    before = await raw.run(url, "SELECT person_id, hex(profile) FROM person")
    await raw.script(url, sql)
    try:
        await room.store.rights.belongings(before[0][0])
    finally:
        back = "".join(f"UPDATE person SET profile = x'{body}' WHERE person_id = '{who}';" for who, body in before)
        await raw.script(url, back)


def test_what_can_be_logged_of_a_person_has_no_field_for_words():
    assert [field.name for field in msgspec.structs.fields(Audit)] == ["at", "actor", "act", "case_id", "person_id"]
