"""Remembers which group got a new id: inside we keep its first id for ever, Telegram is given the newest.

A group that becomes a supergroup changes its id (docs/faults.md, row 35). One stored note turns both directions at
once, so that no card, hold, queue or setting has to be rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.ports import Notes

log = structlog.get_logger(__name__)

NOTE = "telegram moved "


class Moves:
    """The groups of one bot that moved; `notes` keeps what is learnt."""

    def __init__(self, notes: Notes | None = None) -> None:
        self._notes = notes
        self._newest: dict[str, str] = {}
        self._first: dict[str, str] = {}

    async def load(self) -> None:
        """Read what was learnt before."""
        if self._notes is not None:
            self._take({name.removeprefix(NOTE): new for name, new in (await self._notes.notes(NOTE)).items()})

    async def learn(self, old: str, new: str) -> None:
        """Note that Telegram moved a group; raises StoreError when it cannot be kept."""
        first = self._first.get(old, old)
        if new in {"", "0", first} or self._newest.get(first) == new:
            return
        if self._notes is not None:
            await self._notes.keep_note(NOTE + first, new)
        self._take({first: new})
        log.warning("group_moved", platform="telegram", remedy="none needed; Handrail follows it")

    def newest(self, chat: str) -> str:
        """Return the id under which Telegram knows a chat now."""
        return self._newest.get(chat, chat)

    def first(self, chat: str) -> str:
        """Return the id under which we know a chat."""
        return self._first.get(chat, chat)

    def _take(self, moves: Mapping[str, str]) -> None:
        self._newest.update(moves)
        self._first.update({new: first for first, new in moves.items()})
