"""`handrail drill` beside a running bot: the page goes the real way, a claim ends it, and no person hears of it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.fakes.telegram.server import TelegramServer
from tests.faults.process import Process

ON_CALL = -900
SAM = 5001


async def test_a_drill_from_the_command_line_is_paged_claimed_and_told(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        settings = {
            "CHANNELS": "telegram",
            "TELEGRAM_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "ONCALL_TELEGRAM_CHAT": str(ON_CALL),
        }
        group, sam = server.group(ON_CALL), server.user(SAM, "Sam")
        async with Process(tmp_path, settings) as process:
            await process.start()
            await process.logged("ready")
            environment = {f"HANDRAIL_{name}": value for name, value in settings.items()}
            drill = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "drill"),
                env={**os.environ, **environment, "HANDRAIL_DATA_DIR": str(tmp_path / "data")},
                stdout=asyncio.subprocess.PIPE,
            )
            await group.hears("DRILL", timeout=20)
            sam.presses("I'm on it", into=group)
            said, _ = await asyncio.wait_for(drill.communicate(), 20)
            assert drill.returncode == 0, said
            assert b"accepted after" in said
            assert b"claimed after" in said
            await group.hears("passed", timeout=10)
            assert await process.stop() == 0
        assert {chat.chat_id for chat in server.main.chats.values() if chat.bot_says} <= {ON_CALL, SAM}
