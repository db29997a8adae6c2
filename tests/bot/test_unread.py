"""Words that triage cannot read go to people, without a question at every message."""

from __future__ import annotations

from tests.bot.harness import Room

CZECH = "Dneska se mi vůbec nechce vstávat, všechno je nějak těžké a nevím proč."


async def test_words_in_an_unread_language_offer_a_person_once_a_day_and_the_talk_goes_on(ana: Room) -> None:
    await ana.person("check in")
    await ana.person("3")
    await ana.person("skip")
    told = len(ana.told())
    await ana.person(CZECH)
    offers = [text for text in ana.told()[told:] if "can't read this language" in text]
    assert len(offers) == 1
    await ana.person(CZECH)
    assert sum("can't read this language" in text for text in ana.told()) == 1
    assert (await ana.view()).escalation is None


async def test_the_offered_button_calls_a_person(ana: Room) -> None:
    await ana.person(CZECH)
    await ana.press("A person")
    assert (await ana.case()).level == 2
