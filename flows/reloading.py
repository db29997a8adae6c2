"""Takes up changed flow files while the bot runs: new talks get the new version, a broken file keeps the old one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from flows.control import Control
from flows.errors import FlowError
from flows.library import Library, flow_files, load_whole, translation_files
from flows.model import Flow

Stamp = dict[Path, tuple[int, int]]


class Watched:
    """The files of a library. `tell` hears of each fault, and of each change that was taken up."""

    def __init__(
        self, library: Library, paths: Sequence[Path], folder: Path, tell: Callable[[str, dict[str, str]], None]
    ) -> None:
        self.library = library
        self._paths = list(paths)
        self._cache = folder / "flows"
        self._control = Control(folder)
        self._tell = tell
        self._stamp = self._look()
        self._control.apply(library)

    async def tick(self) -> None:
        """Look once, for the ticker."""
        self.look()

    def look(self, *, always: bool = False) -> None:
        """Take up what has changed since the last look (or everything, when asked to)."""
        if self._control.apply(self.library):
            self._tell("flows_controlled", {"off": str(self.library.switched_off).lower()})
        stamp = self._look()
        if stamp == self._stamp and not always:
            return
        self._stamp = stamp
        newer, faults = load_whole(self._paths, cache=self._cache, instead=self.library)
        self.report(faults)
        before = {name: self.library.latest(name) for name in self.library.names()}
        self.library.renew(newer)
        self._control.apply(self.library)
        after = [self.library.latest(name) for name in sorted(self.library.names())]
        changed = [flow for flow in after if flow.name not in before or before[flow.name].hash != flow.hash]
        self._tell("flows_reloaded", {"changed": ", ".join(flow.name for flow in changed) or "nothing"})
        for flow in changed:
            self._tell_same_number(flow, before.get(flow.name))

    def _tell_same_number(self, flow: Flow, before: Flow | None) -> None:
        """Tell of words that changed under the same number: nobody could say which of them a person met."""
        if before is not None and flow.version == before.version:
            remedy = "raise 'version' and renew 'reviewed'"
            self._tell("flow_version_not_raised", {"flow": flow.name, "remedy": remedy})

    def report(self, faults: Sequence[FlowError]) -> None:
        """Tell of each broken file; the version before it is in force."""
        for fault in faults:
            self._tell("flow_kept_old", _told(fault))

    def _look(self) -> Stamp:
        found: Stamp = {}
        for file in (*flow_files(self._paths), *translation_files(self._paths)):
            try:
                status = file.stat()
            except OSError:
                continue
            found[file] = (status.st_mtime_ns, status.st_size)
        return found


def _told(fault: FlowError) -> dict[str, str]:
    place = f"{fault.file}:{fault.line}:{fault.column}"
    return {"place": place, "what": fault.what, "remedy": fault.remedy}
