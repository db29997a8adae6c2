"""Every language's rules together, searched at once: people mix languages, and a setting may be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.model.worry import Reason
from bot.triage.bank import Bank
from bot.triage.language import Languages
from bot.triage.matching import Matcher
from bot.triage.reading import Reading
from bot.triage.sentences import Sentence

# The rules for languages that have none of their own: they may page, but the reply stays unscored.
NET = "other"
ENGLISH = "en"


class Banks:
    """The matchers of all languages."""

    def __init__(self, banks: Iterable[Bank], everyday: Mapping[str, str] = MappingProxyType({})) -> None:
        self._matchers = {bank.language: Matcher(bank) for bank in banks}
        # One look at this set ends the search for most everyday replies.
        self._telling = frozenset[str]().union(*(matcher.telling for matcher in self._matchers.values()))
        self._languages = Languages(everyday, self._matchers.keys() - {NET})

    def hear(self, reading: Reading) -> tuple[str, bool]:
        """Return the language of a reply, and whether there are rules that read it."""
        return self._languages.hear(reading.text, reading.words, reading.language)

    def reasons(self, reading: Reading) -> list[Reason]:
        """Return what the rules of all languages notice."""
        if self._telling.isdisjoint(reading.words) and not reading.odd:
            return []
        found: list[Reason] = []
        for language, matcher in self._matchers.items():
            # Undoing disguises costs much and is done for the languages in which they are to be expected.
            disguised = reading.odd and language in (ENGLISH, reading.language)
            if disguised or matcher.may_speak(reading.words):
                found += matcher.reasons(reading.windows(language, matcher.speller))
        return found

    def meant(self, reading: Reading, language: str) -> frozenset[str]:
        """Return the words of a text together with what its slang stands for in one language."""
        return self._matchers[language].speller.meant(reading.words)

    def windows(self, reading: Reading, language: str) -> Sequence[Sentence]:
        """Return the sentences as one language reads them."""
        return reading.windows(language, self._matchers[language].speller)
