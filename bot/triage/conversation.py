"""Layer 4: reads a reply in its conversation: the question it answers, the replies just before it, what was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from bot.model.talk import SPLIT_WINDOW, Heard, Utterance
from bot.model.worry import Level, Reason
from bot.triage.banks import Banks
from bot.triage.normalise import WORDS, fold
from bot.triage.policy import Policy
from bot.triage.reading import Reading

# Categories of rules at level 0, which only count beside others.
SIGN = "sign_"
_RECENT = 4
_RECENT_CHARACTERS = 1000
_TAIL, _HEAD = 160, 240
_NUMBER = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(?:/\s*\d+)?\s*[.!]*\s*\Z")
_YES = frozenset(re.split(" ", "yes yeah yep yup y ya sure ok okay safe fine si sim ja oui yea 是 好 安 全"))
_NO = frozenset(re.split(" ", "no nope nah n not never unsafe nein nicht non nao pas 不 没 否"))
_DOUBT = frozenset(re.split(" ", "unsure maybe idk dunno guess perhaps hardly barely really kinda 也 许"))
_BAD_END = 0.1


class Question(Struct, frozen=True):
    """The question that a reply answers.

    `kind` is text, choice, scale, number, yes_no or none. `topic` is `safety` for "are you safe right now?", `thoughts`
    for a question about thoughts of death or self-harm, else empty. A scale runs from `minimum` to `maximum`.
    """

    kind: str = "none"
    topic: str = ""
    low_is_bad: bool = True
    minimum: float = 0.0
    maximum: float = 10.0


def answered(text: str, question: Question | None, heard: Heard) -> list[Reason]:
    """Return what a reply means as the answer to the question that was open."""
    if question is None or question.kind == "none":
        return []
    span = (0, len(text))
    number = _NUMBER.match(text)
    if number and question.kind in ("scale", "number"):
        return _rated(float(number[1].replace(",", ".")), question, span)
    words = WORDS.findall(fold(text[:80])[0])[:6]
    said = next((word for word in words if word in _YES or word in _NO), "")
    yes = said in _YES
    if question.topic == "safety" and (said in _NO or not _DOUBT.isdisjoint(words)):
        level = Level.IMMINENT if heard.level >= Level.HIGH else Level.HIGH
        return [Reason("answer.not-safe", "safety", level, span)]
    if question.topic == "thoughts" and yes:
        return [Reason("answer.thoughts", "ideation_passive", Level.ELEVATED, span)]
    return []


def _rated(value: float, question: Question, span: tuple[int, int]) -> list[Reason]:
    """Return what a number says on the scale of the question."""
    if question.topic == "thoughts":
        return [Reason("answer.thoughts", "ideation_passive", Level.ELEVATED, span)] if value > question.minimum else []
    width = question.maximum - question.minimum
    if width <= 0 or not question.minimum <= value <= question.maximum:
        return []
    good = (value - question.minimum) / width if question.low_is_bad else (question.maximum - value) / width
    return [Reason("answer.low", "mood", Level.LOW, span)] if good <= _BAD_END else []


def joined(heard: Heard, text: str, now: datetime, banks: Banks) -> list[Reason]:
    """Return what only shows when the replies of the last five minutes are read together with this one."""
    tail = " ".join(said.text for said in heard.recent if now - said.at <= SPLIT_WINDOW)[-_TAIL:]
    if not tail:
        return []
    seam = len(tail) + 1
    together = Reading(f"{tail} {text[:_HEAD]}")
    return [
        Reason(reason.rule, reason.category, reason.level, (0, reason.span[1] - seam))
        for reason in banks.reasons(together)
        if reason.span[0] < seam < reason.span[1]
    ]


def together(reasons: Sequence[Reason], heard: Heard, policy: Policy) -> list[Reason]:
    """Return the levels that categories reach together, in this reply or with what was said before in the session."""
    here = {reason.category for reason in reasons if counts(reason)}
    if not here:
        return []
    known = here | set(heard.categories)
    return [
        Reason(f"together.{pair.level}", "together", pair.level)
        for pair in policy.together
        if not known.isdisjoint(pair.one)
        and not known.isdisjoint(pair.other)
        and not here.isdisjoint((*pair.one, *pair.other))
    ]


def counts(reason: Reason) -> bool:
    """Whether a reason may join with others: said plainly of oneself, or a sign such as a place or a time."""
    return reason.level >= Level.HIGH or reason.category.startswith(SIGN)


def latched(heard: Heard, now: datetime, policy: Policy) -> Heard:
    """Return the conversation's level as of now: it falls one step after each stretch of quiet hours."""
    if heard.level_at is None:
        return heard
    stretch = timedelta(hours=policy.latch_hours_per_step)
    steps = min(max((now - heard.level_at) // stretch, 0), heard.level)
    level = Level(heard.level - steps)
    return structs.replace(
        heard,
        level=level,
        level_at=heard.level_at + steps * stretch if level else None,
        categories=heard.categories if level else (),
    )


def remembered(
    heard: Heard, text: str, level: Level, reasons: Sequence[Reason], now: datetime, policy: Policy
) -> Heard:
    """Return what to remember of the conversation after this reply. A denial never lowers it; only time does."""
    before = latched(heard, now, policy)
    new = [reason.category for reason in reasons if counts(reason)]
    recent = [said for said in heard.recent if now - said.at <= SPLIT_WINDOW]
    return Heard(
        level=max(before.level, level),
        level_at=now if level and level >= before.level else before.level_at,
        categories=tuple(dict.fromkeys((*before.categories, *new))),
        recent=_short([*recent, Utterance(now, text[-_RECENT_CHARACTERS:])]),
    )


def _short(recent: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Return the last few replies, of about a thousand characters in all."""
    kept: list[Utterance] = []
    room = _RECENT_CHARACTERS
    for said in reversed(recent[-_RECENT:]):
        if room <= 0:
            break
        kept.insert(0, Utterance(said.at, said.text[-room:]))
        room -= len(said.text)
    return tuple(kept)
