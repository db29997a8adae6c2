"""The checks: our own library has no finding, and each seeded fault is found at its line with a remedy."""

from pathlib import Path

import pytest

from flows.checks import check
from flows.library import SHIPPED
from flows.word_checks import grade, sentences
from tests.flows.making import source_of

GOOD = """
first:
  say: This is a test. You can stop at any time.
  ask: How are you?
  answer: {choice: {good: Good, bad: Bad}}
  save: how
  next: {good: last, bad: why}
why:
  ask: Why is it {how}?
  answer: {text: {max: 100}}
  save: why
  skippable: true
  next:
    - {when: how == "bad", go: last}
    - go: last
last: {say: Bye for now., end: done}
"""


# Put together, because digits that look like a number to call may stand nowhere in this project.
NUMBER = " ".join(("0" * 4, "7" * 3))


def found(folder: Path, source: bytes, name: str = "small") -> list[str]:
    (folder / f"{name}.yaml").write_bytes(source)
    (folder / f"{name}.test.yaml").touch()
    return [str(finding).removeprefix(f"{folder}/") for finding in check([folder])]


def test_the_shipped_library_has_no_finding():
    assert check([SHIPPED]) == []


def test_a_good_flow_has_no_finding(tmp_path):
    assert found(tmp_path, source_of(GOOD)) == []


# In the new text `^` stands before the place that the finding must name (the start of the key or the list entry).
@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "last: {say: Bye for now., end: done}",
            "last: {say: Bye., end: done}\n  ^lost: {end: done}",
            "no way leads to 'lost'",
        ),
        ("last: {say: Bye for now., end: done}", "^last: {say: Bye for now.}", "'last' is a dead end"),
        (
            "last: {say: Bye for now., end: done}",
            "^last: {call: human_handoff, with: {reason: x}}",
            "'last' is a dead end",
        ),
        (
            "last: {say: Bye for now., end: done}",
            "^last: {say: Bye for now., next: last}",
            "goes round without a question",
        ),
        (
            "last: {say: Bye for now., end: done}",
            'last: {^say: "Bye {name}.", end: done}',
            "'name' is not saved on every way",
        ),
        (
            "last: {say: Bye for now., end: done}",
            'last: {^say: "Bye {way}.", end: done}',
            "'way' is not saved on every way",
        ),
        ("{when: how ==", "{^when: hw ==", "'hw' is not saved on every way"),
        (
            '- {when: how == "bad", go: last}\n      - go: last',
            '- ^{when: how == "bad", go: last}',
            "may have no way on",
        ),
        ('- {when: how == "bad", go: last}', "- ^go: last", "ways after this one are never taken"),
        ("next: {good: last, bad: why}", "next: {good: last, bad: why, ^ugly: why}", "'ugly' is never answered"),
        ("next: {good: last, bad: why}", "^next: {bad: why}", "no way on for good"),
        ("save: how", "save: how\n    ^skippable: true", "a skip has no way on"),
        ("bad: Bad}", "^bad: good.}", "two choices read"),
        ("bad: Bad}", "^bad: {label: Bad, also: [good]}}", "two choices read 'good'"),
        ("bad: Bad}", "^bad: ☹}", "a label without words"),
        ("bad: Bad}", "^bad: " + "Bad " * 20 + "}", "a label of 79 characters"),
        ("bad: Bad}", "^bad: Skip}", "a word that works everywhere"),
        ("bad: Bad}", "bad: Bad, ^" + "b" * 50 + ": Worse}", "value that is too long"),
        ("bad: Bad}", "^bad: Bad therapy}", "the word 'therapy'"),
        ("save: how", "save: how\n    ^measure: mood", "cannot be measured"),
        ("ask: How are you?", "^ask: How are you! ", "an exclamation mark"),
        ("ask: How are you?", "^ask: I can treat that. Shall I?", "the word 'treat'"),
        ("ask: How are you?", "^ask: Calm down. How are you?", "the word 'calm down'"),
        ("ask: How are you?", "^ask: I promise to help. How are you?", "the word 'promise'"),
        ("ask: How are you?", f"^ask: Call {NUMBER} for more. How are you?", "digits that look like a number"),
        ("ask: How are you?", "^ask: " + "and " * 19 + "so?", "a sentence of 20 words"),
        ("ask: How are you?", "^ask: One. Two. Three. Four?", "4 sentences in one message"),
        ("ask: How are you?", "^ask: " + "x" * 601, "a message of 601 characters"),
        ("You can stop at any time.", "Go on.", "no way to stop"),
        ("title: Small", "^title: " + "Small " * 8, "a title of 47 characters"),
        ("title: Small", "^title: Diagnosis", "the word 'diagnosis'"),
        ("next: 2027-11-23", "^next: 2026-11-23", "the next review is not after the last"),
        ("language: en", "^language: e", "no language code"),
        ("flow: small", "^flow: smaller", "the file is not named 'smaller.yaml'"),
        ("last: {say: Bye for now., end: done}", "last: {^call: nothing, next: why}", "there is no flow 'nothing'"),
        ("last: {say: Bye for now., end: done}", "last: {^call: small, next: why}", "comes back to this flow"),
        (
            "last: {say: Bye for now., end: done}",
            "last: {schedule: {check_in: x, ^at: noon, days: every_day}, end: done}",
            "'noon' is no time of day",
        ),
        (
            "last: {say: Bye for now., end: done}",
            "last: {schedule: {check_in: x, at: '09:00', ^days: sometimes}, end: done}",
            "'sometimes' are no days",
        ),
        ("version: 1", "version: ^x", "should be a whole number"),
        ("save: how", "save: how\n    wait: {^until: hour, then: last}", "'hour' is no time of day"),
        ("save: how", "save: how\n    wait: {^until: hour, then: last}", "'hour' is not saved on every way"),
        ("save: how", "save: how\n    wait: {^until: '25:00', then: last}", "'25:00' is no time of day"),
        (
            "save: how",
            "save: how\n    hint: {experiment: s, arms: {a: 1, b: 1}, say: {^a: Now!}}",
            "an exclamation mark",
        ),
        (
            "last: {say: Bye for now., end: done}",
            "last: {score: {save: x, add: [^nothing]}, end: done}",
            "'nothing' is not saved on every way",
        ),
        (
            "last: {say: Bye for now., end: done}",
            "last: {score: {save: x, add: [how], less: [^nothing]}, end: done}",
            "'nothing' is not saved on every way",
        ),
    ],
)
def test_a_seeded_fault_is_found_at_its_place(tmp_path, old, new, what):
    source = source_of(GOOD).decode()
    assert old in source
    before, mark, after = source.replace(old, new, 1).partition("^")
    place = f"small.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: " if mark else "small.yaml:"
    findings = found(tmp_path, (before + after).encode())
    assert [finding for finding in findings if what in finding and finding.startswith(place) and "; " in finding]


def test_a_name_saved_on_one_way_only_is_found(tmp_path):
    spoilt = GOOD.replace("say: Bye for now.", 'say: "Bye, {why}."')
    (finding,) = found(tmp_path, source_of(spoilt))
    assert "'why' is not saved on every way here" in finding


def test_words_that_are_too_hard_are_found(tmp_path):
    hard = "Your psychological characteristics necessitate immediate organisational reconsideration."
    findings = found(tmp_path, source_of(GOOD.replace("This is a test.", hard)))
    assert any("a reading grade of" in finding for finding in findings)


def test_a_flow_without_tests_is_found(tmp_path):
    (tmp_path / "small.yaml").write_bytes(source_of(GOOD))
    assert [finding.what for finding in check([tmp_path])] == ["no transcript tests"]


def test_a_called_flow_must_take_what_it_is_given(tmp_path):
    inner = "first: {say: You can stop., ask: Ready?, answer: none, next: last}\nlast: {end: done}"
    found(tmp_path, source_of(inner, name="inner", more="given: {known: 1}\n"), "inner")
    calling = GOOD.replace("end: done}", "call: inner, with: {known: 1, unknown: 2}, next: done}\ndone: {end: done}")
    (finding,) = found(tmp_path, source_of(calling))
    assert "'inner' takes no 'unknown'" in finding


def test_two_flows_that_call_each_other_for_ever_are_both_found(tmp_path):
    text = "first: {{say: You can stop., call: {}, next: last}}\nlast: {{end: done}}"
    found(tmp_path, source_of(text.format("two"), name="one"), "one")
    findings = found(tmp_path, source_of(text.format("one"), name="two"), "two")
    assert sum("comes back to this flow again and again" in finding for finding in findings) == 2


def test_the_results_of_a_called_flow_count_as_saved(tmp_path):
    inner = "first: {say: You can stop., ask: Ready?, answer: text, save: word, next: last}\nlast: {end: done}"
    found(tmp_path, source_of(inner, name="inner"), "inner")
    calling = 'first: {say: You can stop., call: inner, next: last}\nlast: {say: "You said {inner.word}.", end: done}'
    assert found(tmp_path, source_of(calling)) == []


def test_a_flow_of_an_operators_own_may_call_ours(tmp_path):
    calling = GOOD.replace("end: done}", "call: grounding, with: {inside: true}, next: done}\ndone: {end: done}")
    assert found(tmp_path, source_of(calling)) == []


def test_a_flow_may_not_take_the_name_of_one_of_ours(tmp_path):
    (finding,) = found(tmp_path, source_of(GOOD, name="grounding"), "grounding")
    assert finding == "grounding.yaml:1:1: a flow named 'grounding' is shipped; give it another name"


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    (finding,) = check([tmp_path / "none.yaml"])
    assert "No such file" in finding.what


def test_a_huge_file_is_a_finding_and_is_not_read_whole(tmp_path):
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(100_000_000)
    (finding,) = check([huge])
    assert finding.what == "the file is over a megabyte"


def test_sentences_and_grade_are_counted():
    assert [len(words) for words in sentences("How are you? It's 5 o'clock.\nGo on")] == [3, 2, 2]
    assert grade(["The cat sat. The dog ran."]) < 1
    assert grade(["Considerable psychological deterioration necessitates professional intervention."]) > 15
    assert grade([]) == 0
