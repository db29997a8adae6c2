"""The flows that can be started now, in every language, and the earlier versions that running talks are pinned to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flows.errors import FlowError
from flows.kept import Keeper
from flows.loader import load_flow
from flows.model import Flow
from flows.normal import plain
from flows.phrases import Phrases, load_phrases
from flows.shipped import prepared
from flows.translation import Translation, load_translation, translate

SHIPPED = Path(__file__).parent / "library"
TRANSLATIONS = "i18n"
TEST_ENDING = ".test.yaml"
BASE = "en"


class Library:
    """`latest` starts a talk; `pinned` continues one on the version it began with. Neither changes within a turn.

    A version is told by its hash, in whatever language it is spoken. While `switched_off`, only flows of safety run.
    """

    def __init__(
        self,
        flows: Iterable[Flow],
        phrases: Mapping[str, Phrases],
        earlier: Iterable[Flow] = (),
        translations: Iterable[Translation] = (),
    ) -> None:
        self._newest = {flow.name: flow for flow in flows}
        self._latest = self._newest
        self._versions = {(flow.name, flow.hash): flow for flow in earlier}
        self._versions |= {(flow.name, flow.hash): flow for flow in self._latest.values()}
        self._phrases = phrases
        self._translations = {(one.flow, one.language): one for one in translations}
        self._spoken: dict[tuple[str, str, str], Flow] = {}
        self._recalls: dict[str, frozenset[str]] = {}
        self.switched_off = False

    def latest(self, name: str, language: str = BASE) -> Flow:
        """Return the current version. Raises KeyError for a name that is not in `names()`."""
        flow = self._latest[name]
        return flow if flow.language == language else self._in(flow, language)

    def pinned(self, name: str, version_hash: str, language: str = BASE) -> Flow | None:
        """Return the version with this content hash, or None when it is not known any more."""
        flow = self._versions.get((name, version_hash))
        return flow if flow is None or flow.language == language else self._in(flow, language)

    def names(self) -> frozenset[str]:
        """Return the names of the flows that can be started."""
        return frozenset(self._latest)

    def phrases(self, language: str) -> Phrases:
        """Return the engine's own sentences in a language; English where there are none."""
        return self._phrases.get(language) or self._phrases.get(language[:2]) or self._phrases[BASE]

    def language_named(self, word: str) -> str | None:
        """Return the code of the language that is named, in itself or in another one that we speak."""
        said = plain(word)
        named = (code for code, phrases in self._phrases.items() if said in map(plain, phrases.speaks))
        return next(named, None)

    def knows(self, name: str) -> bool:
        """Return whether a flow of this name can be started."""
        return name in self._latest

    def recalls(self, name: str) -> frozenset[str]:
        """Return what a flow, or one that it calls, asks of the person's own earlier answers."""
        if name not in self._recalls:
            self._recalls[name] = frozenset().union(*(flow.recalls for flow in self._with_called(name)))
        return self._recalls[name]

    def renew(self, newer: Library) -> None:
        """Take over the flows of a newer library; running talks stay on the versions that they began with."""
        self._versions = newer._versions | self._versions
        self._newest = self._latest = newer._latest
        self._phrases = newer._phrases
        self._translations = newer._translations
        self._spoken, self._recalls = {}, {}

    def go_back(self, wanted: Mapping[str, str]) -> bool:
        """Let new talks get these versions (by flow and hash) instead of the latest; return whether that changed it."""
        before = self._latest
        earlier = {name: self._versions.get((name, version)) for name, version in wanted.items()}
        self._latest = self._newest | {name: flow for name, flow in earlier.items() if flow is not None}
        self._recalls = {}
        return self._latest != before

    def _in(self, flow: Flow, language: str) -> Flow:
        """Return a version in another language, as far as it is translated."""
        key = (flow.name, flow.hash, language)
        spoken = self._spoken.get(key)
        if spoken is None:
            found = self._translations.get((flow.name, language)) or self._translations.get((flow.name, language[:2]))
            spoken = self._spoken[key] = translate(flow, found) if found else flow
        return spoken

    def _with_called(self, name: str) -> Iterable[Flow]:
        seen: dict[str, Flow] = {}
        waiting = [name]
        while waiting:
            at = waiting.pop()
            if at in self._latest and at not in seen:
                seen[at] = self._latest[at]
                waiting += [step.call.flow for step in seen[at].steps.values() if step.call]
        return seen.values()


def flow_files(paths: Iterable[Path]) -> list[Path]:
    """Return the flow files at the paths (files, or folders of them), without their transcript tests."""
    files: list[Path] = []
    for path in paths:
        files += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return [file for file in files if not file.name.endswith(TEST_ENDING)]


def translation_files(paths: Iterable[Path]) -> list[Path]:
    """Return the side files of the flows at the paths: i18n/<language>/<flow>.yaml beside each."""
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    return [file for folder in folders for file in sorted(folder.glob(f"{TRANSLATIONS}/*/*.yaml"))]


def load_library(paths: Iterable[Path] = (SHIPPED,), *, cache: Path | None = None) -> Library:
    """Read every flow at the paths; raise FlowError for the first that is wrong, or for a name that stands twice.

    `cache` is a folder that keeps parsed flows: it makes the next start fast and lets a running talk finish on the
    version it began with, also after a restart.
    """
    library, faults = load_whole(paths, cache=cache)
    if faults:
        raise faults[0]
    return library


def load_whole(
    paths: Iterable[Path], *, cache: Path | None = None, instead: Library | None = None
) -> tuple[Library, list[FlowError]]:
    """Read every flow at the paths and return the faults beside it.

    A broken flow is taken from `instead`, or else in the last version that is kept; without one it is left out.
    """
    paths = list(paths)
    keeper = Keeper(cache, prepared())
    flows: dict[str, Flow] = {}
    faults: list[FlowError] = []
    earlier = list(keeper.earlier(Flow, load_flow))
    for file in flow_files(paths):
        try:
            flow = keeper.make(file, Flow, load_flow)
        except FlowError as fault:
            faults.append(fault)
            found = _last_good(file.stem, instead, earlier)
            if found is None:
                continue
            flow = found
        if flow.name in flows:
            faults.append(FlowError(str(file), 1, 1, f"a second flow named '{flow.name}'", "give it another name"))
        flows.setdefault(flow.name, flow)
    translations = list(_translations(paths, keeper, faults))
    book = load_phrases(keeper)
    return Library(flows.values(), book.languages, earlier, translations), faults


def _last_good(name: str, instead: Library | None, earlier: Iterable[Flow]) -> Flow | None:
    if instead is not None and instead.knows(name):
        return instead.latest(name)
    versions = [flow for flow in earlier if flow.name == name]
    return max(versions, key=lambda flow: flow.version, default=None)


def _translations(paths: Iterable[Path], keeper: Keeper, faults: list[FlowError]) -> Iterator[Translation]:
    """Yield the translations; without a broken one its flow speaks its own language."""
    for file in translation_files(paths):
        try:
            yield keeper.make(file, Translation, load_translation)
        except FlowError as fault:
            faults.append(fault)
