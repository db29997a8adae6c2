"""The engine's own sentences: complete in each language, short, and without what we never say."""

import msgspec
import pytest

from flows.errors import FlowError
from flows.kept import Keeper
from flows.model import Sentence
from flows.normal import plain
from flows.phrases import load_phrases, phrases_of
from flows.word_checks import BANNED, MAX_SENTENCES, MAX_WORDS, sentences

LANGUAGES = ("en", "de", "es")


def spoken(language):
    """Yield every sentence by the path of its key, without the words that are only understood."""
    raw = msgspec.to_builtins(phrases_of(language))
    for key, value in raw.items():
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, dict) and key != "understood":
            yield from ((f"{key}.{inner}", text) for inner, text in value.items() if isinstance(text, str))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_short_and_plain(language):
    for key, text in spoken(language):
        parts = sentences(text)
        assert len(parts) <= MAX_SENTENCES, key
        assert all(len(words) <= MAX_WORDS for words in parts), key
        assert "!" not in text, key
        assert not BANNED.search(text), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_puts_in_the_same_names(language):
    english = {key: sorted(Sentence(text).names) for key, text in spoken("en")}
    assert {key: sorted(Sentence(text).names) for key, text in spoken(language)} == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_and_no_share_no_word(language):
    understood = phrases_of(language).understood
    assert not {plain(word) for word in understood.yes} & {plain(word) for word in understood.no}


def test_a_language_with_a_phrase_missing_is_refused(tmp_path):
    path = tmp_path / "phrases.yaml"
    path.write_text("en: {labels: {yes: Yes}}\n")
    with pytest.raises(FlowError, match="the same keys as 'en'"):
        load_phrases(Keeper(None), path)
