"""Checks the words: short sentences, plain reading, no promise of treatment, no numbers to call, a way to stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.finding import Checked, Finding, said_in
from flows.model import AnswerKind, Step

MAX_WORDS = 18
MAX_SENTENCES = 3
MAX_GRADE = 8.0
MAX_MESSAGE = 600
DISCLAIMER = "not therapy"
BANNED = re.compile(
    r"\b(therap\w*|treatments?|treat(?:s|ed|ing)?\b(?! (?:(?:me|you|us|them) )?(?:badly|unfairly))"
    r"|cur(?:e|es|ed|ing)\b|diagnos\w*"
    r"|clinical\w*|calm down|commit(?:ted)? suicide|promise\w*|help is on (?:the|its) way)",
    re.IGNORECASE,
)
# Numbers of three digits and more, but for the end of a percent scale, and runs of shorter ones.
DIGITS = re.compile(r"\b(?!100\b)\d{3,}|\b\d{2,}(?:[\s().\-/]+\d+)+")
_SENTENCE_END = re.compile(r"[.?!]+(?=\s|$|[\"”])|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
_STOP = re.compile(r"\bstop|\bparar\b", re.IGNORECASE)


def check(checked: Checked) -> Iterator[Finding]:
    """Yield the findings about words."""
    texts: list[str] = []
    for name, step in checked.steps():
        for said in said_in(name, step):
            texts.append(said.text.source)
            yield from _text(checked, said.text.source, said.path)
        yield from _labels(checked, name, step)
    yield from _words(checked, checked.flow.title, ("title",))
    yield from _grade(checked, texts)
    if not any(_STOP.search(text) for text in _opening(checked)):
        yield checked.find("the opening shows no way to stop", 'say "you can stop at any time"', "start")


def _labels(checked: Checked, name: str, step: Step) -> Iterator[Finding]:
    answer = step.answer
    if answer is not None and answer.kind in (AnswerKind.CHOICE, AnswerKind.MANY):
        for choice in answer.choices:
            yield from _words(checked, choice.label, ("steps", name, "answer", answer.kind, choice.value))


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence."""
    found = (_WORD.findall(part) for part in _SENTENCE_END.split(text))
    return [words for words in found if words]


def grade(texts: list[str]) -> float:
    """Return the reading grade (Flesch-Kincaid) of English texts."""
    parts = [sentence for text in texts for sentence in sentences(text)]
    words = [word for part in parts for word in part]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(parts) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def _syllables(word: str) -> int:
    word = word.lower()
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and len(word) > 3
    return max(1, len(_VOWELS.findall(word)) - silent)


def _text(checked: Checked, text: str, path: tuple[str | int, ...]) -> Iterator[Finding]:
    for what, remedy in faults_of_length(text):
        yield checked.find(what, remedy, *path)
    yield from _words(checked, text, path)


def faults_of_length(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is too long or too loud in a message, in any language, with the remedy."""
    parts = sentences(text)
    longest = max(map(len, parts), default=0)
    if longest > MAX_WORDS:
        yield f"a sentence of {longest} words", f"say it in at most {MAX_WORDS}"
    if len(parts) > MAX_SENTENCES:
        yield f"{len(parts)} sentences in one message", f"say at most {MAX_SENTENCES}"
    if len(text) > MAX_MESSAGE:
        yield f"a message of {len(text)} characters", f"keep it to {MAX_MESSAGE}"
    if "!" in text:
        yield "an exclamation mark", "end the sentence quietly"
    if DIGITS.search(text):
        yield "digits that look like a number to call", "use {crisis_lines}"


def _words(checked: Checked, text: str, path: tuple[str | int, ...]) -> Iterator[Finding]:
    banned = BANNED.search(text.replace(DISCLAIMER, ""))
    if banned:
        what = f"the word '{banned[0].lower()}' says what we are not or cannot keep"
        yield checked.find(what, "say it another way", *path)


def _grade(checked: Checked, texts: list[str]) -> Iterator[Finding]:
    if checked.flow.language == "en" and (found := grade(texts)) > MAX_GRADE:
        yield checked.find(f"a reading grade of {found:.1f}", f"use shorter words, at most {MAX_GRADE:g}", "title")


def _opening(checked: Checked) -> Iterator[str]:
    """Yield all that is said up to the first question."""
    seen: set[str] = set()
    waiting = [checked.flow.start]
    while waiting:
        name = waiting.pop()
        step = checked.flow.steps[name]
        if name not in seen:
            seen.add(name)
            yield from (said.text.source for said in said_in(name, step))
            waiting += () if step.ask is not None else step.ways
