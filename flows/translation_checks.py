"""Checks side files against their flows: texts that are missing, stale, unknown, or say other than the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flows import interrupts
from flows.errors import FlowError
from flows.finding import Finding
from flows.model import Flow, Sentence
from flows.normal import plain
from flows.shape_checks import SLACK_BUTTON, TITLE
from flows.translation import Source, Translation, load_translation, mark_of, sources
from flows.word_checks import faults_of_length
from flows.yaml_tree import Node, read_source, read_tree


def check(files: Iterable[Path], flows: Mapping[str, Flow]) -> Iterator[Finding]:
    """Yield the findings in the side files; `flows` are the flows by name."""
    for file in files:
        try:
            source = read_source(file)
            translation = load_translation(source, str(file))
            side = _Side(str(file), read_tree(source, str(file)), translation)
        except FlowError as error:
            yield Finding(error.file, error.line, error.column, error.what, error.remedy)
            continue
        yield from side.check(file, flows)


class _Side:
    """One side file."""

    def __init__(self, file: str, tree: Node, translation: Translation) -> None:
        self.file = file
        self.tree = tree
        self.translation = translation

    def find(self, what: str, remedy: str, *path: str | int) -> Finding:
        mark = self.tree.at(*path)
        return Finding(self.file, mark.line, mark.column, what, remedy)

    def check(self, file: Path, flows: Mapping[str, Flow]) -> Iterator[Finding]:
        name, language = self.translation.flow, self.translation.language
        if (file.stem, file.parent.name) != (name, language):
            yield self.find(
                f"the file is not i18n/{language}/{name}.yaml", "move it, or mend 'flow' and 'language'", "flow"
            )
        flow = flows.get(name)
        if flow is None:
            yield self.find(f"there is no flow '{name}'", "name one of the library", "flow")
            return
        known = {source.key: source for source in sources(flow)}
        for key in self.translation.texts:
            if key not in known:
                yield self.find(f"'{key}' is no text of '{name}'", "remove it", "texts", key)
        # The flow's file stands two folders above: flows/i18n/de/name.yaml.
        command = f"run: handrail flows translate {file.parents[2] / file.name} {language}"
        for source in known.values():
            yield from self._text(source, command)
        yield from self._labels(flow)

    def _text(self, source: Source, command: str) -> Iterator[Finding]:
        found = self.translation.texts.get(source.key)
        if found is None:
            yield self.find(f"'{source.key}' is missing", command, "texts", source.key)
            return
        at = ("texts", source.key, "text")
        if found.of != mark_of(source.text):
            yield self.find(f"'{source.key}' is stale: its source has changed", command, "texts", source.key, "of")
        if sorted(Sentence(found.text).names) != sorted(Sentence(source.text).names):
            yield self.find("other {names} than in the source", "put in the same names", *at)
        for what, remedy in faults_of_length(found.text):
            yield self.find(what, remedy, *at)
        if source.key == "title" and len(found.text) > TITLE:
            yield self.find(f"a title of {len(found.text)} characters", f"keep it to {TITLE}", *at)

    def _labels(self, flow: Flow) -> Iterator[Finding]:
        """Yield labels that are cut, read alike, or are words that work everywhere."""
        for name, step in flow.steps.items():
            seen: set[str] = set()
            for choice in step.answer.choices if step.answer else ():
                key = f"{name}.answer.{choice.value}"
                found = self.translation.texts.get(key)
                if found is None:
                    continue
                yield from self._label(key, found.text, seen)
                seen |= {plain(words) for words in (found.text, *found.also)}

    def _label(self, key: str, label: str, seen: set[str]) -> Iterator[Finding]:
        at = ("texts", key, "text")
        if len(label) > SLACK_BUTTON:
            yield self.find(f"a label of {len(label)} characters", f"Slack shows {SLACK_BUTTON}; shorten it", *at)
        if plain(label) in seen:
            yield self.find(f"two choices read '{label}'", "word them apart", *at)
        word = interrupts.match(label, self.translation.language)
        if word is not None and word.name != "human":
            yield self.find(f"'{label}' is a word that works everywhere ({word.name})", "word it another way", *at)
