"""Conditions over saved names: parsed to a small closed tree, compiled to closures; no calls, no loops, bounded."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from flows.values import Saved

MAX_LENGTH = 500
MAX_DEPTH = 20
ANSWER = "answer"

Test = Callable[[Mapping[str, Saved], Saved], bool]
Read = Callable[[Mapping[str, Saved], Saved], Saved]


class ConditionError(ValueError):
    """A condition cannot be read; `offset` is the character where it went wrong."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.offset = offset


class Name(Struct, frozen=True, tag="name"):
    """A saved name, or `answer` for what was just said."""

    name: str


class Literal(Struct, frozen=True, tag="literal"):
    """A quoted text, a number, true, false or none."""

    value: str | int | float | bool | None


class Compare(Struct, frozen=True, tag="compare"):
    """Two operands and one of == != < <= > >= in."""

    sign: str
    left: Operand
    right: Operand


class Not(Struct, frozen=True, tag="not"):
    """True when the inner one is not."""

    inner: Tree


class Both(Struct, frozen=True, tag="and"):
    """True when both are."""

    left: Tree
    right: Tree


class Either(Struct, frozen=True, tag="or"):
    """True when one is."""

    left: Tree
    right: Tree


Operand = Name | Literal
Tree = Name | Literal | Compare | Not | Both | Either


class Condition(Struct, frozen=True, dict=True):
    """A parsed condition; `test(saved, answer)` decides it and never raises."""

    source: str
    tree: Tree

    @cached_property
    def test(self) -> Test:
        """Return the compiled condition (built at its first use)."""
        return _compile(self.tree)

    @cached_property
    def names(self) -> frozenset[str]:
        """Return every saved name that it reads."""
        return frozenset(_names(self.tree)) - {ANSWER}


def parse(source: str) -> Condition:
    """Return the condition in `source`; raise ConditionError with the offset of the first fault."""
    if len(source) > MAX_LENGTH:
        raise ConditionError(f"a condition longer than {MAX_LENGTH} characters", MAX_LENGTH)
    return Condition(source, _Parser(source).parse())


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


_TOKEN = re.compile(
    r"""\s*(?:(?P<number>-?[0-9]+(?:\.[0-9]+)?)|(?P<text>"[^"]*"|'[^']*')"""
    r"""|(?P<sign>==|!=|<=|>=|<|>)|(?P<mark>[()])|(?P<word>[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*))"""
)
_CONSTANTS = {"true": True, "false": False, "none": None}


def _tokens(source: str) -> list[_Token]:
    found, at, end = [], 0, len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            strange = at + len(source[at:]) - len(source[at:].lstrip())
            raise ConditionError("a sign that conditions do not know", strange)
        found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.at = 0
        self.depth = 0
        self.end = len(source)

    def parse(self) -> Tree:
        tree = self._either()
        if self.at < len(self.tokens):
            raise ConditionError("words after the end of the condition", self.tokens[self.at].offset)
        return tree

    def _word(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at].text == word:
            self.at += 1
            return True
        return False

    def _either(self) -> Tree:
        tree = self._both()
        while self._word("or"):
            tree = Either(tree, self._both())
        return tree

    def _both(self) -> Tree:
        tree = self._single()
        while self._word("and"):
            tree = Both(tree, self._single())
        return tree

    def _single(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ConditionError(f"more than {MAX_DEPTH} parts", self._offset())
        if self._word("not"):
            return Not(self._single())
        if self._word("("):
            tree = self._either()
            if not self._word(")"):
                raise ConditionError("a bracket that is not closed", self._offset())
            return tree
        return self._comparison()

    def _comparison(self) -> Tree:
        left = self._operand()
        if self.at == len(self.tokens):
            return left
        token = self.tokens[self.at]
        if token.kind != "sign" and token.text != "in":
            return left
        self.at += 1
        return Compare(token.text, left, self._operand())

    def _operand(self) -> Operand:
        if self.at == len(self.tokens):
            raise ConditionError("the condition ends too early", self.end)
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "number":
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "text":
            return Literal(token.text[1:-1])
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text])
        if token.kind == "word" and token.text not in ("and", "or", "not", "in"):
            return Name(token.text)
        raise ConditionError(f"'{token.text}' where a name or a value should stand", token.offset)

    def _offset(self) -> int:
        return self.tokens[self.at].offset if self.at < len(self.tokens) else self.end


def _compile(tree: Tree) -> Test:
    if isinstance(tree, Compare):
        return _compile_compare(tree)
    if isinstance(tree, Not):
        inner = _compile(tree.inner)
        return lambda saved, answer: not inner(saved, answer)
    if isinstance(tree, Both):
        left, right = _compile(tree.left), _compile(tree.right)
        return lambda saved, answer: left(saved, answer) and right(saved, answer)
    if isinstance(tree, Either):
        one, other = _compile(tree.left), _compile(tree.right)
        return lambda saved, answer: one(saved, answer) or other(saved, answer)
    read = _compile_operand(tree)
    return lambda saved, answer: bool(read(saved, answer))


def _compile_operand(operand: Operand) -> Read:
    if isinstance(operand, Literal):
        value = operand.value
        return lambda saved, answer: value
    if operand.name == ANSWER:
        return lambda saved, answer: answer
    name = operand.name
    return lambda saved, answer: saved.get(name)


def _compile_compare(tree: Compare) -> Test:
    left, right = _compile_operand(tree.left), _compile_operand(tree.right)
    if tree.sign in ("==", "!="):
        same = tree.sign == "=="
        return lambda saved, answer: _same(left(saved, answer), right(saved, answer)) is same
    if tree.sign == "in":
        return lambda saved, answer: _holds(right(saved, answer), left(saved, answer))
    order = _ORDERS[tree.sign]
    return lambda saved, answer: _ordered(order, left(saved, answer), right(saved, answer))


_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _same(left: Saved, right: Saved) -> bool:
    # Python holds 1 == True; an author who writes `ready == true` means the yes, not the number.
    return left == right and isinstance(left, bool) is isinstance(right, bool)


def _holds(many: Saved, one: Saved) -> bool:
    return isinstance(many, list) and one in many


def _ordered(order: Callable[[float, float], bool], left: Saved, right: Saved) -> bool:
    """Compare two numbers or two texts; anything else (a skipped question) is not in order."""
    if isinstance(left, str) and isinstance(right, str):
        return order(left, right)  # type: ignore[arg-type]  # texts have an order too
    if isinstance(left, int | float) and isinstance(right, int | float):
        return order(left, right)
    return False


def _names(tree: Tree) -> list[str]:
    if isinstance(tree, Name):
        return [tree.name]
    if isinstance(tree, Literal):
        return []
    if isinstance(tree, Not):
        return _names(tree.inner)
    return _names(tree.left) + _names(tree.right)
