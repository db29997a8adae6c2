"""Stories: whole conversations in YAML that a clinician can read, played on any pair of platforms."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Protocol

from ruamel.yaml import YAML

STORIES = Path(__file__).parent.parent / "stories"
PATIENCE = 40.0


class Player(Protocol):
    """One person and one on-call team on some platforms."""

    async def type(self, text: str) -> None:
        """The person types."""

    async def press(self, label: str) -> None:
        """The person presses a button."""

    async def oncall_press(self, label: str) -> None:
        """A responder presses a button on the newest card that has it."""

    async def desk_type(self, text: str) -> None:
        """The responder types in the private chat."""

    async def move_clock(self, span: str) -> None:
        """Time passes."""

    def person_sees(self) -> list[str]:
        """Everything now visible in the person's conversation from the bot."""

    def oncall_sees(self) -> list[str]:
        """Everything now visible in the on-call conversation from the bot."""

    def desk_sees(self) -> list[str]:
        """Everything now visible in the responder's private conversation, modals included."""


async def play(story: Path, player: Player) -> None:
    """Play every step; a `bot`, `oncall` or `desk` step waits for one more visible message with those words."""
    seen: Counter[tuple[str, str]] = Counter()
    for number, step in enumerate(YAML(typ="safe", pure=True).load(story)["steps"], 1):
        (kind, words), *_ = step.items()
        if kind in _SIDES:
            await _sees(player, kind, str(words), seen, f"{story.name} step {number}")
        elif kind.endswith("_never"):
            side = kind.removesuffix("_never")
            shown = _shown(player, side)
            assert not any(words in text for text in shown), f"{story.name} step {number}: {words!r} was shown"
        else:
            act = {
                "person": player.type,
                "press": player.press,
                "oncall_press": player.oncall_press,
                "desk_types": player.desk_type,
                "clock": player.move_clock,
            }[kind]
            await act(str(words))


_SIDES = ("bot", "oncall", "desk")


def _shown(player: Player, side: str) -> list[str]:
    return {"bot": player.person_sees, "oncall": player.oncall_sees, "desk": player.desk_sees}[side]()


async def _sees(player: Player, side: str, words: str, seen: Counter[tuple[str, str]], where: str) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        shown = _shown(player, side)
        count = sum(words in text for text in shown)
        if count > seen[side, words]:
            seen[side, words] = count
            return
        if asyncio.get_running_loop().time() > deadline:
            last = "\n---\n".join(shown[-4:])
            raise AssertionError(f"{where}: {side} did not show {words!r}; the last messages were:\n{last}")
        await asyncio.sleep(0.02)
