"""The flows that can be started now, and the earlier versions that running talks are pinned to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from flows.errors import FlowError
from flows.kept import Keeper
from flows.loader import load_flow
from flows.model import Flow
from flows.phrases import Phrases, load_phrases

SHIPPED = Path(__file__).parent / "library"
TEST_ENDING = ".test.yaml"


class Library:
    """Immutable. `latest` starts a talk; `pinned` continues one on the version it began with."""

    def __init__(self, flows: Iterable[Flow], phrases: Mapping[str, Phrases], earlier: Iterable[Flow] = ()) -> None:
        self._latest = {flow.name: flow for flow in flows}
        self._versions = {(flow.name, flow.hash): flow for flow in earlier}
        self._versions |= {(flow.name, flow.hash): flow for flow in self._latest.values()}
        self._phrases = phrases

    def latest(self, name: str) -> Flow:
        """Return the current version. Raises KeyError for a name that is not in `names()`."""
        return self._latest[name]

    def pinned(self, name: str, version_hash: str) -> Flow | None:
        """Return the version with this content hash, or None when it is not known any more."""
        return self._versions.get((name, version_hash))

    def names(self) -> frozenset[str]:
        """Return the names of the flows that can be started."""
        return frozenset(self._latest)

    def phrases(self, language: str) -> Phrases:
        """Return the engine's own sentences in a language; English where there are none."""
        return self._phrases.get(language) or self._phrases.get(language[:2]) or self._phrases["en"]

    def knows(self, name: str) -> bool:
        """Return whether a flow of this name can be started."""
        return name in self._latest


def flow_files(paths: Iterable[Path]) -> list[Path]:
    """Return the flow files at the paths (files, or folders of them), without their transcript tests."""
    files: list[Path] = []
    for path in paths:
        files += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return [file for file in files if not file.name.endswith(TEST_ENDING)]


def load_library(paths: Iterable[Path] = (SHIPPED,), *, cache: Path | None = None) -> Library:
    """Read every flow at the paths; raise FlowError for the first that is wrong, or for a name that stands twice.

    `cache` is a folder that keeps parsed flows: it makes the next start fast and lets a running talk finish on the
    version it began with, also after a restart.
    """
    keeper = Keeper(cache)
    flows: dict[str, Flow] = {}
    for file in flow_files(paths):
        flow = keeper.make(file, Flow, load_flow)
        if flow.name in flows:
            raise FlowError(str(file), 1, 1, f"a second flow named '{flow.name}'", "give it another name")
        flows[flow.name] = flow
    book = load_phrases(keeper)
    return Library(flows.values(), book.languages, keeper.earlier(Flow, load_flow))
