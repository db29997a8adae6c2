"""The sentences said outside flows: reviewed words by language and key, with `{name}` substitution and nothing more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORDS = Path(__file__).parent / "words"
FALLBACK = "en"
_PLACE = re.compile(r"\{(\w+)\}")


def fill(template: str, values: Mapping[str, object]) -> str:
    """Return the template with each `{name}` replaced once; a value is data and is never read again."""
    return _PLACE.sub(lambda match: str(values.get(match[1], match[0])), template)


class Words:
    """All sentences, by language. An unknown language falls back to English."""

    def __init__(self, by_language: Mapping[str, Mapping[str, tuple[str, ...]]]) -> None:
        self._by_language = by_language

    def say(self, key: str, language: str = FALLBACK, /, **values: object) -> str:
        """Return the sentence of a dotted key, filled."""
        return fill(self.variants(key, language)[0], values)

    def walk(self, key: str, language: str, turn: int, /, **values: object) -> str:
        """Return one of the sentences of a key; `turn` walks through them, so that none comes twice in a row."""
        variants = self.variants(key, language)
        return fill(variants[turn % len(variants)], values)

    def variants(self, key: str, language: str = FALLBACK) -> tuple[str, ...]:
        """Return all sentences of a key. Raises KeyError for a key that English lacks."""
        words = self._by_language.get(language, {})
        return words.get(key) or self._by_language[FALLBACK][key]

    def languages(self) -> frozenset[str]:
        """Return the languages there are words in."""
        return frozenset(self._by_language)

    def ordered(self, stem: str, language: str = FALLBACK) -> list[str]:
        """Return the dotted keys of a language that begin so, in the order of its file."""
        return [key for key in self._by_language.get(language, {}) if key.startswith(stem)]

    def known(self, language: str = FALLBACK) -> frozenset[str]:
        """Return the dotted keys of a language."""
        return frozenset(self._by_language.get(language, {}))


def _flatten(node: Any, prefix: str = "") -> dict[str, tuple[str, ...]]:
    if isinstance(node, str):
        return {prefix: (node,)}
    if isinstance(node, list):
        return {prefix: tuple(str(item) for item in node)}
    flat: dict[str, tuple[str, ...]] = {}
    for key, child in node.items():
        flat |= _flatten(child, f"{prefix}.{key}" if prefix else str(key))
    return flat


def load_words(folder: Path = WORDS) -> Words:
    """Read every language file in the folder."""
    yaml = YAML(typ="safe", pure=True)
    return Words({path.stem: _flatten(yaml.load(path)) for path in sorted(folder.glob("*.yaml"))})
