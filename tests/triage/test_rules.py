"""Every rule proves itself by its own examples, and none is there for nothing."""

from __future__ import annotations

import pytest

from bot.model.worry import Level, Reason
from bot.triage import loading
from bot.triage.matching import Matcher
from bot.triage.reading import Reading

SOURCES = {language: loading.read(language) for language in loading.languages()}
MATCHERS = {language: Matcher(source.bank) for language, source in SOURCES.items()}
EXAMPLES = [rule for source in SOURCES.values() for rule in source.examples]
POSITIVE = [(rule, text) for rule in EXAMPLES for text in rule.yes]
NEGATIVE = [(rule, text) for rule in EXAMPLES for text in rule.no]
SCOPES = [(language, scope) for language, source in SOURCES.items() for scope in source.lowered]


def reasons(matcher: Matcher, text: str) -> list[Reason]:
    return matcher.reasons(Reading(text).windows(matcher.bank.language, matcher.speller))


def level_by_rule(rule: loading.Examples, text: str) -> int:
    found = reasons(MATCHERS[rule.language], text)
    return max((reason.level for reason in found if reason.rule == rule.rule), default=-1)


def highest(matcher: Matcher, text: str) -> Level:
    return max((reason.level for reason in reasons(matcher, text)), default=Level.NONE)


@pytest.mark.parametrize(("rule", "text"), POSITIVE, ids=[f"{rule.rule}-{n}" for n, (rule, _) in enumerate(POSITIVE)])
def test_a_rule_reaches_its_level_on_its_own_examples(rule, text):
    assert level_by_rule(rule, text) >= rule.level


@pytest.mark.parametrize(("rule", "text"), NEGATIVE, ids=[f"{rule.rule}-{n}" for n, (rule, _) in enumerate(NEGATIVE)])
def test_a_rule_stays_below_its_level_on_its_look_alikes(rule, text):
    assert level_by_rule(rule, text) < rule.level


@pytest.mark.parametrize("rule", EXAMPLES, ids=[rule.rule for rule in EXAMPLES])
def test_without_a_rule_one_of_its_examples_falls_below_its_level(rule):
    matcher = MATCHERS[rule.language]
    others = [[reason for reason in reasons(matcher, text) if reason.rule != rule.rule] for text in rule.yes]
    assert any(max((int(reason.level) for reason in found), default=-1) < rule.level for found in others)


@pytest.mark.parametrize(("language", "scope"), SCOPES, ids=[scope for _, scope in SCOPES])
def test_without_a_scope_one_of_its_examples_weighs_more(language, scope):
    bank = SOURCES[language].bank
    kept = tuple(other for other in bank.scopes if other.id != scope)
    without = Matcher(type(bank)(bank.language, bank.rules, kept, bank.slang, bank.misspelt))
    texts = SOURCES[language].lowered[scope]
    assert any(highest(MATCHERS[language], text) < highest(without, text) for text in texts)


@pytest.mark.parametrize("language", SOURCES)
def test_each_language_has_rules_for_the_direct_phrases(language):
    categories = {rule.category for rule in SOURCES[language].bank.rules}
    needed = (
        {"ideation_active"} if language == "other" else {"ideation_active", "plan", "attempt", "self_harm", "abuse"}
    )
    assert categories >= needed
