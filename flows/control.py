"""What an operator changes of the flows while the bot runs: switch them off, or go back to an earlier version."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from flows.kept import Keeper
from flows.library import Library
from flows.loader import load_flow
from flows.model import Flow

FILE = "flows-control.json"
CACHE = "flows"


class State(Struct, frozen=True):
    """What was asked for: whether exercises are `off`, and which version hash stands for the latest of a flow."""

    off: bool = False
    back: dict[str, str] = {}


class Control:
    """A small file in the data folder; the running bot looks at it every few seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / FILE

    def read(self) -> State:
        """Return what was asked for last; a file that cannot be read switches nothing."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=State)
        except (OSError, msgspec.MsgspecError):
            return State()

    def switch(self, *, off: bool) -> str:
        """Switch exercises off or on; return what to tell."""
        self._write(msgspec.structs.replace(self.read(), off=off))
        return f"exercises are switched {'off' if off else 'on'}; a running bot follows within seconds"

    def roll_back(self, name: str) -> str:
        """Let new talks get the version before the latest, or the latest again; return what to tell."""
        state = self.read()
        if name in state.back:
            kept = {other: version for other, version in state.back.items() if other != name}
            self._write(msgspec.structs.replace(state, back=kept))
            return f"{name}: new talks get the latest version again"
        versions = sorted(self._versions(name), key=lambda flow: flow.version)
        if len(versions) < 2:
            return f"{name}: no earlier version was ever run from {self._folder}"
        earlier = versions[-2]
        self._write(msgspec.structs.replace(state, back=state.back | {name: earlier.hash}))
        return f"{name}: new talks get version {earlier.version}; running talks stay on their own"

    def apply(self, library: Library) -> bool:
        """Bring a library into the state asked for; return whether anything changed."""
        state = self.read()
        changed = library.switched_off != state.off
        library.switched_off = state.off
        return library.go_back(state.back) or changed

    def _versions(self, name: str) -> list[Flow]:
        keeper = Keeper(self._folder / CACHE)
        return [flow for flow in keeper.earlier(Flow, load_flow) if flow.name == name]

    def _write(self, state: State) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        half = self._file.with_suffix(f".{os.getpid()}")
        half.write_bytes(msgspec.json.encode(state))
        half.replace(self._file)
