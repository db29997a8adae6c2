"""The rules that ship with the product: their files, and one compiled form that starts in milliseconds.

`python -m bot.triage.shipped` writes the compiled form anew after a rule file has changed. Until then a changed file is
read itself; one that cannot be read leaves its language with the compiled rules, the last good ones.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from bot.triage import document, loading
from bot.triage.bank import Bank
from bot.triage.document import RuleError
from bot.triage.lexicon import Construct

RULES = Path(__file__).parent / "rules"
COMPILED = "compiled.json.gz"
T = TypeVar("T")


class _Constructs(Struct, frozen=True, forbid_unknown_fields=True):
    constructs: tuple[Construct, ...]


class Shipped(Struct, frozen=True):
    """Everything the layers read from files. `digests` tell of what content each part was made."""

    banks: dict[str, Bank]
    constructs: tuple[Construct, ...]
    everyday: dict[str, str]
    digests: dict[str, str]


class Loaded(Struct, frozen=True):
    """What was loaded, and the files that were refused while the last good rules stay in force."""

    shipped: Shipped
    problems: tuple[RuleError, ...] = ()


def load(folder: Path = RULES) -> Loaded:
    """Return the rules of a folder: the compiled form where it is current, else the files.

    Raises RuleError for a bad file only when there is nothing good to fall back to.
    """
    good = _compiled(folder) or Shipped({}, (), {}, {})
    digests = _digests(folder)
    current = {name for name, digest in digests.items() if good.digests.get(name) == digest}
    problems: list[RuleError] = []

    def part(name: str, last_good: T | None, read: Callable[[], T]) -> T:
        if last_good and name in current:
            return last_good
        try:
            return read()
        except RuleError as error:
            if not last_good:
                raise
            problems.append(error)
            return last_good

    shipped = Shipped(
        banks={
            language: part(language, good.banks.get(language), partial(_bank, folder, language))
            for language in loading.languages(folder)
        },
        constructs=part("lexicon", good.constructs, partial(_constructs, folder)),
        everyday=part("languages", good.everyday, partial(_everyday, folder)),
        digests=digests,
    )
    return Loaded(shipped, tuple(problems))


def write(folder: Path = RULES) -> None:
    """Compile all files of a folder, or raise RuleError."""
    shipped = Shipped(
        banks={language: _bank(folder, language) for language in loading.languages(folder)},
        constructs=_constructs(folder),
        everyday=_everyday(folder),
        digests=_digests(folder),
    )
    (folder / COMPILED).write_bytes(gzip.compress(msgspec.json.encode(shipped, order="deterministic"), mtime=0))


def _compiled(folder: Path) -> Shipped | None:
    """Return the compiled form, or nothing when it is missing, broken or of another make."""
    try:
        return msgspec.json.decode(gzip.decompress((folder / COMPILED).read_bytes()), type=Shipped)
    except (OSError, EOFError, msgspec.DecodeError):
        return None


def _digests(folder: Path) -> dict[str, str]:
    files = {language: sorted((folder / language).glob("*.yaml")) for language in loading.languages(folder)}
    files |= {name: [folder / f"{name}.yaml"] for name in ("lexicon", "languages")}
    return {name: sha256(b"".join(path.read_bytes() for path in paths)).hexdigest() for name, paths in files.items()}


def _bank(folder: Path, language: str) -> Bank:
    return loading.read(language, folder).bank


def _constructs(folder: Path) -> tuple[Construct, ...]:
    return document.read(folder / "lexicon.yaml", _Constructs).constructs


def _everyday(folder: Path) -> dict[str, str]:
    return document.read(folder / "languages.yaml", dict[str, str])


if __name__ == "__main__":
    write()
