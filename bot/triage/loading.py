"""Reads the rule files of a language, and refuses a bad one by naming file, line and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.model.worry import Level
from bot.triage import document
from bot.triage.bank import Bank, Rule, Scope
from bot.triage.document import RuleError, named
from bot.triage.patterns import Compiler, PatternError

RULES = Path(__file__).parent / "rules"
_RULE_KEYS = {"id", "level", "category", "any", "unless", "firm", "yes", "no"}
_SCOPE_KEYS = {"id", "lowers", "before", "after", "near", "beside", "unless", "spares", "yes"}
_AROUND = ("before", "after", "near", "beside", "unless")
_FILE_KEYS = {"rules", "scopes", "lists", "slang", "misspelt", "common", "negations"}


class Examples(Struct, frozen=True):
    """The sentences that prove a rule: `yes` must reach its level by this rule, `no` must stay below it."""

    rule: str
    level: Level
    language: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Source(Struct, frozen=True):
    """One language as its files have it: what is searched, and what proves it.

    `lowered` has, for each scope, sentences that would weigh more without it.
    """

    bank: Bank
    examples: tuple[Examples, ...]
    lowered: dict[str, tuple[str, ...]]


def languages(folder: Path = RULES) -> list[str]:
    """Return the languages that have rules."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("_"))


def read(language: str, folder: Path = RULES) -> Source:
    """Return one language, or raise RuleError at the first thing that is wrong."""
    files = [_File(path, _parsed(path)) for path in sorted((folder / language).glob("*.yaml"))]
    lists = {name: text for file in files for name, text in file.mapping("lists").items()}
    compiler = Compiler(
        lists, *([word for file in files for word in file.sequence(key)] for key in ("common", "negations"))
    )
    entries = [entry for file in files for entry in file.entries("rules", _RULE_KEYS)]
    rules = [entry.rule(compiler, language) for entry in entries]
    _refuse_twins(entries, rules)
    scopes = [entry for file in files for entry in file.entries("scopes", _SCOPE_KEYS)]
    bank = Bank(
        language=language,
        rules=tuple(rules),
        scopes=tuple(entry.scope(compiler) for entry in scopes),
        slang={str(typed): str(meant) for file in files for typed, meant in file.mapping("slang").items()},
        misspelt=tuple(word for file in files for word in file.sequence("misspelt")),
    )
    return Source(
        bank=bank,
        examples=tuple(entry.examples(rule) for entry, rule in zip(entries, rules, strict=True)),
        lowered={entry.text("id"): entry.texts("yes") for entry in scopes},
    )


def _refuse_twins(entries: Sequence[_Entry], rules: Sequence[Rule]) -> None:
    seen: set[str] = set()
    for entry, rule in zip(entries, rules, strict=True):
        if rule.id in seen:
            entry.refuse("id", f"the id '{rule.id}' is used twice; choose another")
        seen.add(rule.id)


def _parsed(path: Path) -> CommentedMap:
    content = document.parse(path)
    for key in content:
        if key not in _FILE_KEYS:
            known = ", ".join(sorted(_FILE_KEYS))
            raise RuleError(
                f"{named(path)} line {document.line_of(content, key)}: '{key}' is not known here; use {known}"
            )
    return content


class _File:
    """One parsed file."""

    def __init__(self, path: Path, content: CommentedMap) -> None:
        self.path = path
        self._content = content

    def mapping(self, key: str) -> Mapping[str, str]:
        """Return a mapping of words, empty when the file has none."""
        value = self._content.get(key, {})
        if not isinstance(value, dict):
            self.refuse(self._content, key, f"'{key}' must be a mapping of words")
        return value

    def sequence(self, key: str) -> list[str]:
        """Return a list of words, written as one text or as a list."""
        value = self._content.get(key, [])
        if isinstance(value, str):
            return str(value).split()
        if not isinstance(value, list):
            self.refuse(self._content, key, f"'{key}' must be a list of words")
        return [str(word) for word in value]

    def entries(self, key: str, allowed: set[str]) -> Iterator[_Entry]:
        """Yield the rules or scopes of the file."""
        value = self._content.get(key, CommentedSeq())
        if not isinstance(value, CommentedSeq):
            self.refuse(self._content, key, f"'{key}' must be a list; begin each entry with '- id:'")
        for index, item in enumerate(value):
            if not isinstance(item, CommentedMap):
                raise RuleError(f"{named(self.path)} line {value.lc.item(index)[0] + 1}: begin the entry with 'id:'")
            for name in item:
                if name not in allowed:
                    self.refuse(item, name, f"'{name}' is not known here; use {', '.join(sorted(allowed))}")
            yield _Entry(self, item)

    def refuse(self, where: CommentedMap, key: str, problem: str) -> NoReturn:
        """Raise RuleError at the line of a key."""
        line = where.lc.key(key)[0] if key in where else where.lc.line
        raise RuleError(f"{named(self.path)} line {line + 1}: {problem}")


class _Entry:
    """One rule or scope of a file."""

    def __init__(self, file: _File, item: CommentedMap) -> None:
        self._file = file
        self._item = item

    def refuse(self, key: str, problem: str) -> NoReturn:
        """Raise RuleError at the line of a key of this entry."""
        self._file.refuse(self._item, key, problem)

    def rule(self, compiler: Compiler, language: str) -> Rule:
        """Return the entry as a rule."""
        level = self._item.get("level")
        if level not in list(Level):
            self.refuse("level", f"the level is '{level}'; write a number from 0 to 4")
        if not self.texts("any"):
            self.refuse("any", "a rule needs 'any' with at least one pattern")
        if not self.texts("yes") or not self.texts("no"):
            self.refuse("id", "a rule carries examples; add 'yes' and 'no' with at least one sentence each")
        return Rule(
            id=self.text("id"),
            level=Level(level),
            category=self.text("category"),
            language=language,
            patterns=tuple(self._compiled("any", compiler.compile)),
            unless=tuple(self._compiled("unless", compiler.context)),
            firm=self._item.get("firm", False) is True,
        )

    def examples(self, rule: Rule) -> Examples:
        """Return what proves the rule."""
        return Examples(rule.id, rule.level, rule.language, self.texts("yes"), self.texts("no"))

    def scope(self, compiler: Compiler) -> Scope:
        """Return the entry as a scope."""
        if not self.texts("yes"):
            self.refuse("id", "a scope carries examples; add 'yes' with a sentence that would weigh more without it")
        lowers = self._item.get("lowers")
        if lowers not in (1, 2, 3, 4):
            self.refuse("lowers", f"'lowers' is '{lowers}'; write how many steps, 1 to 4")
        around = {key: tuple(self._compiled(key, compiler.context)) for key in _AROUND}
        return Scope(id=self.text("id"), lowers=lowers, spares=self.texts("spares"), **around)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when it is not there."""
        value = self._item.get(key, [])
        if not isinstance(value, list):
            self.refuse(key, f"'{key}' must be a list; begin each line with '- '")
        return tuple(str(text) for text in value)

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self._item.get(key)
        if not isinstance(value, str) or not value:
            self.refuse(key, f"'{key}' is missing; write a word")
        return str(value)

    def _compiled(self, key: str, compile_one: Any) -> Iterator[Any]:
        for index, text in enumerate(self.texts(key)):
            try:
                yield compile_one(text)
            except PatternError as error:
                line = self._item[key].lc.item(index)[0] + 1
                raise RuleError(f"{named(self._file.path)} line {line}: {error}") from error
