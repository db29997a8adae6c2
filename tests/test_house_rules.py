"""Rules of the house that hold for every file: how people are spoken to, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.word_checks import BANNED, DISCLAIMER, MAX_MESSAGE, faults_of_length
from flows.wording import load_words

HOUSE = Path(__file__).parent.parent
ROOMS = ("adapters", "bot", "flows", "scheduler")
WORDS = load_words()
LANGUAGES = sorted(path.stem for path in (HOUSE / "flows" / "words").glob("*.yaml"))
# Handed to a platform as a whole (bot/bootstrap/telegram.py).
MENUS = {"menu.", "staff_menu."}
KEY_BEGINNING = re.compile(r"(?:[a-z_]+\.)+")
PLACE = re.compile(r"\{(\w+)\}")

# Said to staff or shown as a list: short lines, but no talk in three sentences.
TO_STAFF = ("card.", "audience.", "desk.", "outcomes.", "staff_mark")
# shared/safety.md says what has to stand in a safety text, in at most 600 characters.
SAFETY_TEXTS = ("safety.", "hold.", "state.")
# The other messages that a person asked for and that answer more than one thing.
LONGER = frozenset({"about", "privacy", "help", "settings"})
PHONE = re.compile(
    r"(?<![\w.+#/:%-])"
    r"(?:\+\d[\d ().-]{6,}\d|\(?\d{2,5}\)?(?:[ -]\d{2,5}){2,}|0\d{2,5}[ /-]\d{3,}|\d{3}[.-]\d{4})"
    r"(?![\w.:])"
)
ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
INDEX = re.compile(r"pypi\.org|pythonhosted|--(?:extra-)?index-url|registry\.|simple/", re.IGNORECASE)
SQL = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP)\b")


def tracked(*patterns: str) -> list[Path]:
    """Files under version control, and those that will be."""
    ask = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(ask, cwd=HOUSE, capture_output=True, check=True)
    paths = [HOUSE / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def modules(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in tracked(*(f"{room}/*.py" for room in rooms)):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def spoken(language: str) -> Iterator[tuple[str, str]]:
    """Every sentence of a language with its key; what is filled in counts as one word."""
    for key in sorted(WORDS.known(language)):
        for text in WORDS.variants(key, language):
            yield key, PLACE.sub("it", text.replace("{crisis_lines}", "").replace("{offer}", ""))


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_to_a_person_is_short_quiet_and_holds_no_number_to_call(language: str):
    found = []
    for key, text in spoken(language):
        if key.startswith(TO_STAFF):
            continue
        longer = key in LONGER or key.startswith(SAFETY_TEXTS)
        found += [
            (key, what)
            for what, _ in faults_of_length(text)
            if not (longer and what.endswith("sentences in one message"))
        ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_soothes_promises_or_plays_the_therapist(language: str):
    found = [(key, text) for key, text in spoken(language) if BANNED.search(text.replace(DISCLAIMER, ""))]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_safety_text_is_longer_than_600_characters_with_the_longest_lines_filled_in(language: str):
    from flows.crisis_lines import load_crisis_lines

    lines = load_crisis_lines()
    longest = max((lines.numbers(country, language) for country in (*lines.countries, "")), key=len)
    for key in WORDS.known(language):
        for text in WORDS.variants(key, language):
            assert len(text.replace("{crisis_lines}", longest)) <= MAX_MESSAGE, key


@pytest.mark.parametrize(
    "key", ["safety.again", "hold.wait", "lost", *(f"hold.{a}" for a in ("safe", "unsafe", "numbers"))]
)
def test_what_may_be_said_often_is_written_in_more_than_one_way(key: str):
    variants = WORDS.variants(key)
    assert len(variants) == len(set(variants)) >= 2


def test_a_translation_has_no_place_that_english_does_not_fill():
    for language in LANGUAGES:
        for key in WORDS.known(language):
            places = {name for text in WORDS.variants(key, language) for name in PLACE.findall(text)}
            assert places <= {name for text in WORDS.variants(key) for name in PLACE.findall(text)}, (language, key)


def _strings_in_code() -> tuple[set[str], set[str]]:
    """Every plain string of the code, and what every filled one begins with."""
    plain, beginnings = set(), set()
    for _path, module in modules("bot", "adapters", "scheduler"):
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                plain.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    return plain, {beginning for beginning in beginnings if beginning.endswith(".")}


def test_every_sentence_is_said_somewhere():
    plain, beginnings = _strings_in_code()
    roots = {text for text in beginnings | plain if KEY_BEGINNING.fullmatch(text)} | MENUS
    unused = [key for key in WORDS.known() if key not in plain and not key.startswith(tuple(roots))]
    assert sorted(unused) == []


def test_every_place_in_a_sentence_is_filled_by_who_says_it():
    """A sentence is said in one module; there, each of its places is a keyword of some call."""
    keywords = {
        word.arg
        for _path, module in modules("bot")
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        for word in node.keywords
    }
    places = {name for key in WORDS.known() for text in WORDS.variants(key) for name in PLACE.findall(text)}
    assert places <= keywords


# --- what may stand nowhere -------------------------------------------------------------------------------------------


def test_nothing_looks_like_a_number_to_call_outside_the_list_of_crisis_lines():
    found = []
    for path in tracked():
        if path.name == "crisis_lines.yaml":
            continue
        text = path.read_bytes().decode("utf-8", "ignore") if path.suffix not in {".png", ".gz"} else ""
        found += [
            (path.name, number, match[0])
            for number, line in enumerate(text.splitlines(), 1)
            if (match := PHONE.search(ISO_DATE.sub("", line)))
        ]
    assert found == []


@pytest.mark.parametrize(
    "form", ["+{0} {0} {0} {0} {0}", "({0}1) {0} {0} {0}", "{0}1-0{0}1", "0{0}1 {0}{0}", "{0}1 {0}1 {0}"]
)
def test_the_check_for_numbers_to_call_finds_a_number(form: str):
    # Made here, because the check reads this file too.
    assert PHONE.search(f"call {form.format(42)} now")


def test_no_file_names_a_package_index():
    names = ("README.md", "pyproject.toml", "constraints.txt", ".env.example", "Makefile", "Dockerfile", ".ci", "docs")
    found = [path.name for path in tracked(*names) if path.suffix != ".png" and INDEX.search(path.read_text("utf-8"))]
    assert found == []


def test_no_sql_is_made_by_filling_in_a_text():
    found = []
    for path, module in modules(*ROOMS):
        if path.is_relative_to(HOUSE / "bot" / "bench"):
            continue  # it fills its own databases with made-up rows
        for node in ast.walk(module):
            if isinstance(node, ast.JoinedStr):
                first = node.values[0]
                filled = isinstance(first, ast.Constant) and SQL.match(str(first.value))
            else:
                # "SELECT …" % value, "SELECT …" + value and "SELECT …".format(value)
                left = node.left if isinstance(node, ast.BinOp) else getattr(getattr(node, "func", None), "value", None)
                filled = isinstance(left, ast.Constant) and isinstance(left.value, str) and SQL.match(left.value)
            if filled:
                found.append((path.name, node.lineno))
    assert found == []


# --- how the code reads -----------------------------------------------------------------------------------------------


def test_every_module_begins_with_one_sentence_that_says_what_it_is_for():
    silent = [path for path, module in modules(*ROOMS) if path.stat().st_size and not ast.get_docstring(module)]
    assert [str(path.relative_to(HOUSE)) for path in silent if "versions" not in path.parts] == []


def test_no_file_is_longer_than_350_lines():
    code = [path for path in tracked(*ROOMS, "tests") if path.suffix == ".py"]
    assert [(path.name, lines) for path in code if (lines := _lines(path)) > 350] == []


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_test_mocks_or_skips():
    forbidden = re.compile(r"unittest\.mock|pytest\.skip|mark\.skip|mark\.xfail|importorskip")
    found = [
        path.name
        for path in tracked("tests/*.py")
        if path != Path(__file__) and forbidden.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_marker_of_unfinished_work_and_no_module_called_utils():
    marker = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [
        str(path.relative_to(HOUSE))
        for path in tracked(*ROOMS, "tests")
        if path.suffix == ".py"
        and path != Path(__file__)
        and (path.stem == "utils" or marker.search(path.read_text("utf-8")))
    ]
    assert found == []
