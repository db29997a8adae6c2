"""`/tools`: finds an exercise by need ("racing thoughts"), by minutes, or by when it was used last."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.commands import Intent
from bot.turn import Draft
from flows.library import Library
from flows.model import Flow
from flows.normal import nearly, plain
from flows.wording import Words

LAST, ALL = "~last", "~all"
MOST_SHOWN = 5
SHORT = 3
# What is entered by what happens, or stands on every offer anyway.
NOT_A_TOOL = frozenset({"check_in", "sos", "consent", "safety_check"})
_MINUTES = re.compile(r"([0-9]{1,2})\s*(?:min|minutes?|minuten|minutos?)?\.?$")
_FILLING = frozenset(
    {"for", "the", "a", "an", "my", "i", "im", "am", "feel", "feeling", "something", "against", "with"}
)

Ask = Callable[[Draft, str, Sequence[Intent], Sequence[str]], None]


class Tools:
    """Offers exercises as buttons; `ask` sends a text with one button an intent."""

    def __init__(self, library: Library, words: Words, ask: Ask) -> None:
        self._library = library
        self._words = words
        self._ask = ask

    def show(self, draft: Draft, wanted: str) -> None:
        """Offer what fits, or, when nothing is named, the needs to choose from."""
        if not wanted.strip():
            self._needs(draft)
            return
        flows = self._found(draft, wanted)
        tools = self._library.phrases(draft.person.language).tools
        if not flows:
            self._needs(draft, tools.none_found)
            return
        text = tools.used_last if wanted == LAST else tools.found
        labels = [tools.entry.replace("{title}", flow.title).replace("{minutes}", _spoken(flow)) for flow in flows]
        self._ask(draft, text, [Intent("flow", flow.name) for flow in flows], labels)

    def _needs(self, draft: Draft, first: str = "") -> None:
        tools = self._library.phrases(draft.person.language).tools
        wanted = [*tools.needs.values(), str(SHORT), *([LAST] if self._last(draft) else []), ALL]
        labels = [*tools.needs, tools.short.replace("{minutes}", str(SHORT))]
        labels += ([tools.last] if self._last(draft) else []) + [tools.all]
        text = first or self._words.say("tools", draft.person.language)
        self._ask(draft, text, [Intent("tools", one) for one in wanted], labels)

    def _found(self, draft: Draft, wanted: str) -> list[Flow]:
        if wanted == LAST:
            return self._last(draft)
        flows = self._offered(draft)
        if wanted == ALL:
            return sorted(flows, key=lambda flow: flow.title)
        match = _MINUTES.fullmatch(wanted.strip())
        if match:
            return sorted((flow for flow in flows if flow.minutes <= int(match[1])), key=_by_length)[:MOST_SHOWN]
        # The words of the base language find a flow in every language: the needs on our buttons are written in it.
        return search(flows, wanted, [self._library.latest(flow.name) for flow in flows])[:MOST_SHOWN]

    def _last(self, draft: Draft) -> list[Flow]:
        names = dict.fromkeys(use.flow for use in draft.session.used)
        by_name = {flow.name: flow for flow in self._offered(draft)}
        return [by_name[name] for name in names if name in by_name][:MOST_SHOWN]

    def _offered(self, draft: Draft) -> list[Flow]:
        """Return the exercises; one without needs to be found by is part of another."""
        names = self._library.names() - NOT_A_TOOL
        flows = (self._library.latest(name, draft.person.language) for name in names)
        return [flow for flow in flows if flow.helps_with]


def search(flows: Sequence[Flow], wanted: str, base: Sequence[Flow] = ()) -> list[Flow]:
    """Return the flows that help with what is named, the best first; a slip in a word is forgiven.

    `base` are the same flows in their base language, whose words count too.
    """
    said = plain(wanted)
    words = [word for word in said.split() if word not in _FILLING]
    scored = [
        (max(_score(one, said, words) for one in pair), pair[0]) for pair in zip(flows, base or flows, strict=True)
    ]
    found = sorted((one for one in scored if one[0] > 0), key=lambda one: (-one[0], *_by_length(one[1])))
    return [flow for _, flow in found]


def _score(flow: Flow, said: str, words: Sequence[str]) -> int:
    needs = [plain(need) for need in flow.helps_with]
    if said in needs or said == plain(flow.title):
        # What a flow names first, it is for first.
        return 100 - (needs.index(said) if said in needs else 0)
    known = {part for need in (*needs, plain(flow.title)) for part in need.split()}
    return sum(any(word == one or nearly(word, one) for one in known) for word in words)


def _by_length(flow: Flow) -> tuple[float, str]:
    return (flow.minutes, flow.title)


def _spoken(flow: Flow) -> str:
    return f"{flow.minutes:g}" if flow.minutes >= 1 else "1"
