"""Every rule proves itself by its own examples, and none is there for nothing."""

from __future__ import annotations

import pytest

from bot.triage import loading
from bot.triage.matching import Matcher
from bot.triage.reading import Reading

SOURCES = {language: loading.read(language) for language in loading.languages()}
MATCHERS = {language: Matcher(source.bank) for language, source in SOURCES.items()}
POSITIVE = [(rule, text) for source in SOURCES.values() for rule in source.examples for text in rule.yes]
NEGATIVE = [(rule, text) for source in SOURCES.values() for rule in source.examples for text in rule.no]


def level_by_rule(rule: loading.Examples, text: str) -> int:
    matcher = MATCHERS[rule.language]
    found = matcher.reasons(Reading(text).windows(rule.language, matcher.speller))
    return max((reason.level for reason in found if reason.rule == rule.rule), default=-1)


@pytest.mark.parametrize(("rule", "text"), POSITIVE, ids=[f"{rule.rule}-{n}" for n, (rule, _) in enumerate(POSITIVE)])
def test_a_rule_reaches_its_level_on_its_own_examples(rule, text):
    assert level_by_rule(rule, text) >= rule.level


@pytest.mark.parametrize(("rule", "text"), NEGATIVE, ids=[f"{rule.rule}-{n}" for n, (rule, _) in enumerate(NEGATIVE)])
def test_a_rule_stays_below_its_level_on_its_look_alikes(rule, text):
    assert level_by_rule(rule, text) < rule.level
