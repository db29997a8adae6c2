"""Rule files: a bad one names file, line and remedy, and the last good rules stay in force."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from bot.triage import document, loading, shipped
from bot.triage.document import RuleError
from bot.triage.lexicon import Construct, Lexicon
from bot.triage.policy import load_policy

GOOD = """
rules:
  - id: xx.one
    level: 3
    category: ideation_active
    any: [i want to die]
    yes: [i want to die]
    no: [i want pie]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rules."""
    return Path(shutil.copytree(shipped.RULES, tmp_path / "rules"))


def one_file(tmp_path: Path, text: str) -> Path:
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "rules.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "line", "remedy"),
    [
        (("level: 3", "level: 9"), 4, "a number from 0 to 4"),
        (("i want to die]\n    yes", "i want (to die]\n    yes"), 6, "never closes"),
        (("    no: [i want pie]\n", ""), 3, "add 'yes' and 'no'"),
        (("    any: [i want to die]\n", ""), 3, "needs 'any'"),
        (("category:", "kategory:"), 5, "not known here"),
        (("rules:", "regeln:"), 2, "not known here"),
        (("- id: xx.one", "- id: [xx"), 4, "correct it there"),
        (("id: xx.one", "id: ''"), 3, "write a word"),
        (("any: [i want to die]", "any: i want to die"), 6, "must be a list"),
    ],
)
def test_a_bad_rule_file_names_file_line_and_remedy(tmp_path, change, line, remedy):
    with pytest.raises(RuleError) as refused:
        loading.read("xx", one_file(tmp_path, GOOD.replace(*change)))
    assert f"xx/rules.yaml line {line}:" in str(refused.value)
    assert remedy in str(refused.value)


def test_an_id_used_twice_is_refused(tmp_path):
    with pytest.raises(RuleError, match=r"line 9: the id 'xx\.one' is used twice"):
        loading.read("xx", one_file(tmp_path, GOOD + GOOD.replace("\nrules:\n", "")))


def test_the_compiled_rules_are_those_of_the_files(tmp_path, folder):
    shipped.write(folder)
    assert (folder / shipped.COMPILED).read_bytes() == (shipped.RULES / shipped.COMPILED).read_bytes(), (
        "run python -m bot.triage.shipped"
    )


def test_a_changed_rule_file_is_read_itself(folder):
    path = folder / "es" / "direct.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("es.plan\n", "es.changed\n"), encoding="utf-8")
    loaded = shipped.load(folder)
    assert "es.changed" in {rule.id for rule in loaded.shipped.banks["es"].rules}
    assert loaded.problems == ()


def test_a_rule_file_that_breaks_keeps_the_last_good_rules_and_says_so(folder):
    (folder / "de" / "direct.yaml").write_text("rules: [\n", encoding="utf-8")
    loaded = shipped.load(folder)
    assert loaded.shipped.banks["de"] == shipped.load().shipped.banks["de"]
    assert ["de/direct.yaml line" in str(problem) for problem in loaded.problems] == [True]


def test_a_broken_file_without_any_last_good_rules_stops_the_start(folder):
    (folder / shipped.COMPILED).write_bytes(b"not gzip at all")
    (folder / "lexicon.yaml").write_text(
        "constructs:\n  - {name: pain, weight: heavy, words: [pain]}\n", encoding="utf-8"
    )
    with pytest.raises(RuleError, match=r"rules/lexicon.yaml line 1: .*float"):
        shipped.load(folder)


def test_a_language_without_a_compiled_form_is_read_from_its_files(folder):
    (folder / shipped.COMPILED).unlink()
    assert shipped.load(folder).shipped.banks == shipped.load().shipped.banks


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("low_mood: 3\n", "policy.yaml line 1: .*low_mood"),
        ("low_mood: -0.4\nlexicon_high: 1\n", "policy.yaml line 2: lexicon_high is below"),
        ("low_mood: -0.4\nhigh_mood: 1\n", "policy.yaml line 2: .*high_mood"),
        ("- 1\n", "policy.yaml line 1: the file must be a mapping"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(tmp_path, text, problem):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=problem):
        load_policy(path)


def test_a_missing_policy_is_refused_with_its_name(tmp_path):
    with pytest.raises(RuleError, match=r"gone\.yaml line 1: the file cannot be read"):
        load_policy(tmp_path / "gone.yaml")


def test_the_shipped_policy_holds_the_defaults_and_the_parts_that_weigh_together():
    policy = load_policy()
    assert (policy.low_mood, policy.lexicon_elevated, policy.lexicon_high) == (-0.5, 2.5, 6.0)
    assert policy.together


def test_every_word_of_the_lexicon_counts_for_its_construct():
    for construct in shipped.load().shipped.constructs:
        for words in construct.words:
            assert Lexicon([construct]).weigh([words.split()]).constructs == (construct.name,)


def test_a_construct_counts_once_and_a_neighbouring_sentence_with_it():
    lexicon = Lexicon([Construct("pain", 1.0, ("pain",)), Construct("end", 2.0, ("the end",), core=True)])
    weight = lexicon.weigh([["pain", "pain"], ["i", "the", "end"], ["fine"], ["pain"]])
    assert (weight.total, weight.own, weight.core) == (3.0, True, True)


def test_plain_values_come_out_of_a_document(tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text("a: >-\n  folded\n  text\nb: 1.50\n", encoding="utf-8")
    assert msgspec.json.encode(document.read(path, dict[str, str | float])) == b'{"a":"folded text","b":1.5}'
