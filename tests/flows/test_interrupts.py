"""Plain words that work everywhere: the whole message only, in every language, with near misses."""

import pytest

from flows.errors import FlowError
from flows.interrupts import INTERRUPTS, RANK, load_interrupts, match, near
from flows.yaml_tree import read_tree


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("stop", "en", "stop"),
        ("  STOP!! ", "en", "stop"),
        ("Zurück", "de", "back"),
        ("zuruck", "de", "back"),
        ("überspringen", "de", "skip"),
        ("atrás", "es", "back"),
        ("¿Quién puede leer esto?", "es", "privacy"),
        ("stop", "de", "stop"),
        ("sos", "xx", "sos"),
        ("Help me", "en", "sos"),
        ("help", "en", "help"),
        ("a person", "en", "human"),
        ("I want to die.", "en", "crisis"),
        ("I’m not safe", "en", "worry"),
        ("start over", "en-GB", "start_over"),
    ],
)
def test_a_whole_message_of_such_words_counts(text, language, name):
    assert match(text, language).name == name


@pytest.mark.parametrize("text", ["I cannot stop thinking", "my back hurts", "", "!!!", "stopped", "x" * 10_000])
def test_words_inside_a_sentence_do_not_count(text):
    assert match(text, "en") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("stpo", "stop"), ("prvacy", "privacy"), ("skipp", "skip"), ("bakc", "back"), ("privasy", "privacy")],
)
def test_a_slip_is_near_to_its_word(text, name):
    assert near(text, "en").name == name


@pytest.mark.parametrize(
    "text", ["spot", "snack", "xylophone", "so", "", "stop and go and stop and go and stop and go"]
)
def test_other_words_are_near_to_nothing(text):
    assert near(text, "en") is None


def test_every_interrupt_is_there_in_english_german_and_spanish():
    listed = read_tree(INTERRUPTS.read_bytes(), "i").bare()
    assert tuple(listed) == RANK
    assert all(set(words) >= {"en", "de", "es"} for words in listed.values())


def test_no_word_means_two_things_in_a_language():
    listed = read_tree(INTERRUPTS.read_bytes(), "i").bare()
    for language in ("en", "de", "es"):
        words = [word for by_language in listed.values() for word in by_language[language]]
        meant = {word: match(word, language).name for word in words}
        written = {word: name for name, by_language in listed.items() for word in by_language[language]}
        assert meant == written


def test_interrupts_out_of_order_are_refused(tmp_path):
    path = tmp_path / "interrupts.yaml"
    path.write_text("stop: {en: [stop]}\ncrisis: {en: [sos]}\n")
    with pytest.raises(FlowError, match="missing or out of order"):
        load_interrupts(path)
    path.write_text("stop: [stop]\n")
    with pytest.raises(FlowError, match="write 'name"):
        load_interrupts(path)
