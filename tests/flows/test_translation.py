"""Translations: bound to their source text by text, checked, and written anew without losing what is true."""

import pytest

from flows.checks import check, untranslated
from flows.errors import FlowError
from flows.library import SHIPPED, load_library
from flows.loader import load_flow
from flows.translating import renewed
from flows.translation import load_translation, mark_of, sources, translate
from tests.flows.making import source_of

STEPS = """
first:
  say: ["You can stop.", "{crisis_lines}"]
  ask: How are you?
  answer: {choice: {good: Good, bad: {label: Bad, also: [poor]}, digits: "9:30"}}
  retry: {say: [Please tap one.]}
  save: how
  next: last
last: {say: "So {how}.", end: done}
"""
HEAD = "flow: small\nlanguage: de\nreviewed: {role: tester, on: 2026-11-23, next: 2027-11-23}\ntexts:\n"
FIRST = {
    "title": "Klein",
    "first.say.1": "Du kannst aufhören.",
    "first.ask": "Wie geht es?",
    "first.answer.good": "Gut",
    "first.answer.bad": "Schlecht",
    "first.retry.1": "Bitte tippe eins an.",
    "last.say.1": "Also {how}.",
}
MADE_IN_TWO = ("consent", "check_in", "sos", "safety_check", "safety_plan", "my_safety_plan", "plan_steps")
MADE = (*MADE_IN_TWO, "grounding", "breathing")


def small():
    return load_flow(source_of(STEPS), "small.yaml")


def side(**changes):
    texts = {source.key: source.text for source in sources(small())}
    marks = {key: mark_of(text) for key, text in texts.items()}
    lines = [f'  {key}: {{of: "{marks[key]}", text: "{text}"}}' for key, text in (FIRST | changes).items() if text]
    return (HEAD + "\n".join(lines) + "\n").encode()


def found(folder, source):
    (folder / "small.yaml").write_bytes(source_of(STEPS))
    (folder / "small.test.yaml").touch()
    file = folder / "i18n" / "de" / "small.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(source)
    return [str(finding).removeprefix(f"{folder}/") for finding in check([folder])]


def test_a_translated_flow_is_the_same_version_in_other_words():
    german = translate(small(), load_translation(side(), "small.yaml"))
    assert (german.hash, german.language, german.title) == (small().hash, "de", "Klein")
    step = german.steps["first"]
    assert step.ask.source == "Wie geht es?"
    assert [sentence.source for sentence in step.say] == ["Du kannst aufhören.", "{crisis_lines}"]
    assert [choice.label for choice in step.answer.choices] == ["Gut", "Schlecht", "9:30"]
    assert step.retry.say[0].source == "Bitte tippe eins an."


def test_a_text_whose_source_has_changed_is_not_spoken():
    changed = load_flow(source_of(STEPS.replace("How are you?", "How are you now?")), "small.yaml")
    german = translate(changed, load_translation(side(), "small.yaml"))
    assert german.steps["first"].ask.source == "How are you now?"
    assert german.steps["last"].say[0].source == "Also {how}."


def test_hints_and_the_words_of_pictures_are_translated_too():
    steps = """
    first:
      picture: {name: tree, text: A tree.}
      hint: {experiment: style, arms: {a: 1, b: 1}, say: {a: Try it.}}
      end: done
    """
    flow = load_flow(source_of(steps), "small.yaml")
    texts = {"first.picture": ("A tree.", "Ein Baum."), "first.hint.a": ("Try it.", "Versuch es.")}
    lines = [f'  {key}: {{of: "{mark_of(of)}", text: "{text}"}}' for key, (of, text) in texts.items()]
    german = translate(flow, load_translation((HEAD + "\n".join(lines)).encode(), "small.yaml")).steps["first"]
    assert german.picture.text.source == "Ein Baum."
    assert german.hint.say["a"].source == "Versuch es."


def test_a_good_side_file_has_no_finding(tmp_path):
    assert found(tmp_path, side()) == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"first.ask": ""}, "'first.ask' is missing"),
        ({"last.say.1": "Also."}, "other {names} than in the source"),
        ({"first.ask": "Wie geht es!"}, "an exclamation mark"),
        ({"first.ask": "Wort " * 19 + "?"}, "a sentence of 19 words"),
        ({"first.answer.bad": "Gut"}, "two choices read 'Gut'"),
        ({"first.answer.bad": "Zurück"}, "a word that works everywhere (back)"),
        ({"first.answer.bad": "Schlecht " * 9}, "a label of 80 characters"),
        ({"title": "K" * 41}, "a title of 41 characters"),
    ],
)
def test_a_fault_in_a_side_file_is_found_with_its_place_and_remedy(tmp_path, changes, what):
    findings = [finding for finding in found(tmp_path, side(**changes)) if what in finding]
    assert findings
    assert all(finding.startswith("i18n/de/small.yaml:") and "; " in finding for finding in findings)


def test_a_stale_text_is_found_with_the_command_that_renews_it(tmp_path):
    stale = side().replace(mark_of("How are you?").encode(), b"00000000")
    (finding,) = found(tmp_path, stale)
    assert (
        f"'first.ask' is stale: its source has changed; run: handrail flows translate {tmp_path}/small.yaml de"
        in finding
    )


def test_an_unknown_key_flow_or_folder_is_found(tmp_path):
    extra = side() + b'  first.gone: {of: "00000000", text: "Weg"}\n'
    assert "'first.gone' is no text of 'small'" in found(tmp_path, extra)[0]
    other = side().replace(b"flow: small", b"flow: other")
    assert any("there is no flow 'other'" in finding for finding in found(tmp_path, other))
    english = side().replace(b"language: de", b"language: fr")
    assert any("the file is not i18n/fr/small.yaml" in finding for finding in found(tmp_path, english))


def test_a_side_file_that_is_no_translation_is_refused_at_its_place():
    with pytest.raises(FlowError) as refused:
        load_translation(side().replace(b"text:", b"words:", 1), "small.yaml")
    assert (refused.value.line, refused.value.what) == (5, "'words' is not a key of 'title'")


def test_translate_writes_blanks_with_their_sources(tmp_path):
    text, blank = renewed(small(), "fr", tmp_path / "small.yaml")
    assert blank == len(FIRST)
    assert '  # "How are you?"\n' in text
    assert load_translation(text.encode(), "small.yaml").texts == {}


def test_translate_keeps_what_is_true_and_shows_what_is_stale(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_bytes(side())
    changed = load_flow(source_of(STEPS.replace("How are you?", "How are you now?")), "small.yaml")
    text, blank = renewed(changed, "de", file)
    assert blank == 1
    assert '# stale: "Wie geht es?"' in text
    assert load_translation(text.encode(), "small.yaml").texts["title"].text == "Klein"


@pytest.mark.parametrize("language", ["de", "es"])
def test_the_first_flows_speak_german_and_spanish_whole(language):
    library = load_library()
    for name in MADE:
        english, other = library.latest(name), library.latest(name, language)
        assert other.language == language
        untouched = {source.text for source in sources(english)} & {source.text for source in sources(other)}
        assert untouched <= {"SOS", "No", "Irritable"}, name


def test_the_checks_tell_which_flows_are_not_translated():
    missing = untranslated([SHIPPED])
    assert set(missing) == {"de", "es"}
    assert set(load_library().names()) - set(missing["de"]) == set(MADE)
