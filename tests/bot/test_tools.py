"""`/tools` finds an exercise by need, by minutes and by last use; what a person keeps comes back in later talks."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.model.turns import Turn
from bot.remembering import Day
from bot.tools import search
from flows.library import Library, load_library
from tests.bot.harness import Room

LIBRARY = load_library()
FLOWS = [LIBRARY.latest(name) for name in sorted(LIBRARY.names())]


@pytest.mark.parametrize(
    ("need", "found"),
    [
        ("racing thoughts", {"worry_tree", "thinking_traps", "leaves", "thought_record"}),
        ("low", {"one_small_thing", "hard_stretch", "self_compassion"}),
        ("sleep", {"sleep"}),
        ("work", {"work_stress", "shutdown"}),
        ("angry", {"anger_pause"}),
        ("something for my anger", set()),
        ("I am anxious", {"panic", "gad7"}),
        ("rasing thoughts", {"worry_tree"}),
        ("Safety plan", {"safety_plan", "my_safety_plan"}),
    ],
)
def test_a_need_finds_its_exercises(need, found):
    assert found <= {flow.name for flow in search(FLOWS, need)}


def test_what_is_named_first_stands_first():
    assert search(FLOWS, "sleep")[0].name == "sleep"
    assert search(FLOWS, "angry")[0].name == "anger_pause"
    assert search(FLOWS, "panic")[0].name == "panic"
    assert search(FLOWS, "xyzzy") == []


async def test_tools_ask_for_the_need_and_lead_to_an_exercise(ana: Room):
    assert "Here is what we can do" in (await ana.person("/tools"))[0]
    assert {"Racing thoughts", "Low", "Angry", "Sleep", "Work", "Up to 3 minutes", "Everything"} <= set(ana.labels())
    await ana.press("Sleep")
    assert "Sleep: winding down, 4 min" in ana.labels()
    assert "one habit for tonight" in (await ana.press("Sleep: winding down, 4 min"))[0].lower()


@pytest.mark.parametrize(
    "words", ["/tools racing thoughts", "tools for racing thoughts", "something for racing thoughts"]
)
async def test_a_need_may_be_typed(ana: Room, words: str):
    await ana.person(words)
    assert "Worry tree, 4 min" in ana.labels()


async def test_tools_by_minutes_are_no_longer_than_that(ana: Room):
    await ana.person("/tools 2 minutes")
    assert ana.labels()
    assert all(int(label.split(", ")[-1].split()[0]) <= 2 for label in ana.labels())


async def test_what_was_used_last_is_one_tap_away(ana: Room):
    await ana.person("/tools")
    assert "What I used last" not in ana.labels()
    for title in ("grounding", "small win"):
        await ana.person(title)
        await ana.person("stop")
    await ana.person("/tools")
    await ana.press("What I used last")
    assert ana.labels()[0] == "Small win, 1 min"


async def test_a_word_that_fits_nothing_offers_the_needs(ana: Room):
    assert "I found nothing for that word" in (await ana.person("/tools xyzzy"))[0]
    assert "Sleep" in ana.labels()


async def test_an_exercise_is_named_and_spoken_in_the_persons_language(room: Room):
    await room.meet()
    view = await room.view()
    assert view is not None
    german = msgspec.structs.replace(view.person, language="de")
    moved = msgspec.structs.replace(view, person=german)
    await room.store.commit_many([Turn("german", room.clock(), view.session.version, moved, person_changed=True)])
    assert "noch keinen Plan" in "".join(await room.person("Mein Sicherheitsplan"))
    assert room.labels()[0] == "Jetzt einen schreiben"


async def test_the_safety_plan_is_kept_and_opened_again_at_its_first_step(ana: Room):
    await ana.person("safety plan")
    await ana.press("30-second version")
    await ana.person("loud music")
    await ana.person("Kim")
    await ana.wait(timedelta(days=9))
    assert "First, on your own: loud music" in "".join(await ana.person("my safety plan"))


async def test_going_back_keeps_what_stood_in_the_plan(ana: Room):
    await ana.person("safety plan")
    await ana.press("30-second version")
    await ana.person("loud music")
    await ana.person("stop")
    await ana.person("safety plan")
    await ana.press("30-second version")
    await ana.person("quiet music")
    await ana.person("back")
    view = await ana.view()
    assert view is not None
    assert view.person.kept["plan_alone"] == "loud music"


async def test_nothing_is_kept_without_consent_to_keep(room: Room):
    await room.meet(consents=())
    await room.person("check in")
    view = await room.view()
    assert view is not None
    assert view.person.kept == {}


async def test_a_note_is_shown_on_a_low_day_and_can_be_removed(ana: Room):
    await ana.person("a note from a good day")
    await ana.press("30-second version")
    await ana.press("Yes")
    await ana.person("You swam in the lake")
    await ana.person("skip")
    await low_check_in(ana)
    assert "you wrote to yourself: You swam in the lake" in ana.told()[-1]
    await ana.person("stop")
    await ana.person("a note from a good day")
    await ana.press("Remove my earlier note")
    view = await ana.view()
    assert view is not None
    assert "note" not in view.person.kept


async def low_check_in(room: Room) -> None:
    await room.person("check in")
    await room.person("2")
    await room.person("skip")
    await room.person("skip")


async def test_the_third_low_day_in_a_row_offers_a_look_back_with_the_persons_own_figures(ana: Room):
    for _ in range(2):
        await low_check_in(ana)
        assert "That sounds hard" in ana.told()[-1]
        await ana.person("stop")
        await ana.wait(timedelta(days=1))
    await low_check_in(ana)
    assert "It has been low for some days now" in ana.told()[-1]
    assert "The last moods you gave: 2, 2" in "".join(await ana.press("Yes"))


async def test_the_fourth_exercise_of_a_day_names_people_first(ana: Room):
    for title in ("grounding", "small win", "paced breathing"):
        assert "a lot for one day" not in "".join(await ana.person(title))
        await ana.person("stop")
    assert "That was a lot for one day" in "".join(await ana.person("grounding"))
    await ana.person("stop")
    assert "a lot for one day" not in "".join(await ana.person("my safety plan"))


async def test_a_link_is_shown_from_five_days_with_and_five_without(ana: Room):
    for day in range(10):
        await ana.person("what goes with my mood")
        await ana.press("Begin")
        await ana.person("met people" if day % 2 else "rested")
        await ana.person("4" if day % 2 else "2")
        await ana.wait(timedelta(days=1))
    await ana.person("what goes with my mood")
    await ana.press("30-second version")
    assert "Met people +2.0 (5 days)" in "".join(await ana.person("3"))


def test_a_day_is_read_back_as_it_was_packed():
    assert Day("2026-11-23", 4, ("people", "rest")).packed() == "2026-11-23|4|people,rest"
    assert Day("2026-11-23", None).packed() == "2026-11-23||"


def library_of(room: Room) -> Library:
    """The library that the whole house shares."""
    return room.conversation._decider._library


async def test_switched_off_exercises_and_free_text_are_off_while_sos_humans_and_cards_stay(ana: Room):
    library_of(ana).switched_off = True
    assert "switched off" in "".join(await ana.person("grounding"))
    assert "switched off" in "".join(await ana.person("check in"))
    assert "Are you safe right now?" in "".join(await ana.person("sos"))
    await ana.person("I have the pills here and I want to end my life tonight")
    assert (await ana.case()).level == 4


async def test_the_safety_plan_opens_also_while_a_person_is_awaited(ana: Room):
    await ana.person("safety plan")
    await ana.press("30-second version")
    await ana.person("loud music")
    await ana.person("Kim")
    await ana.person("I have the pills here and I want to end my life tonight")
    assert "loud music" in "".join(await ana.person("my safety plan"))


async def test_a_person_chooses_the_language_also_in_the_middle_of_a_question(ana: Room):
    await ana.person("grounding")
    assert "Wie aufgewühlt bist du" in "".join(await ana.person("/language German"))
    await ana.person("stopp")
    assert "hablamos en español" in "".join(await ana.person("Sprache spanisch"))
    assert "¿Cuánto malestar sientes" in "".join(await ana.person("Anclaje 5-4-3-2-1"))
    assert "Hablo español" in "".join(await ana.person("/language Klingon"))


@pytest.mark.parametrize(("language", "stop", "go_on"), [("de", "stopp", "weitermachen"), ("es", "parar", "continuar")])
async def test_the_words_that_are_named_in_a_language_work_in_it(ana: Room, language: str, stop: str, go_on: str):
    await ana.person(f"/language {language}")
    await ana.person("grounding")
    assert go_on in "".join(await ana.person(stop))
    assert (await ana.person(go_on))[0].split()[0] in {"Wir", "Estábamos"}
