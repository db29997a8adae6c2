"""The App Home: everything about oneself at a glance, and every switch."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.home import home_view
from bot.home import Act, Home, Part, Switch
from tests.adapters.slack.served import Served, served
from tests.fakes.slack.faults import refused
from tests.fakes.slack.rules import broken_by_view
from tests.fakes.slack.world import View


async def _home(here: Served, words: str) -> View:
    """What Ana's home shows once it shows `words`."""
    view: View = await here.slack.world.until(
        lambda: here.ana.home if here.ana.home and words in here.ana.home.words else None, 5
    )
    return view


async def _ticked(here: Served, *names: str) -> None:
    def ticked() -> bool:
        boxes = [one for block in here.ana.home.body["blocks"] for one in block.get("elements", ())]
        found = next(one for one in boxes if one["type"] == "checkboxes")
        return {option["value"] for option in found.get("initial_options", ())} == set(names)

    await here.slack.world.until(ticked, 5)


async def test_someone_new_sees_what_this_is_and_how_to_begin(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        await here.ana.opens_home().arrives()
        home = await _home(here, "automated program")
        assert "Get started" in home.words
        assert "SOS" in home.words


async def test_the_home_shows_the_next_check_in_mood_tools_schedule_and_readers(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.opens_home()
        home = await _home(here, "Check in now")
        for words in (
            "SOS",
            "Thought record",
            "When you check in, your mood shows here",
            "Who can read this?",
            "A person on call, while a reply",
        ):
            assert words in home.words
        assert here.slack.violations == []


async def test_the_mood_of_the_last_days_stands_in_bars_and_in_words(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.command("checkin")
        await here.ana.hears("from 1 to 5", new=True)
        here.ana.command("2")
        await here.ana.hears("Which words fit?", new=True)
        here.ana.opens_home()
        home = await _home(here, "Your mood, from 1 to 5")
        today = f"{here.clock() + timedelta(hours=1):%d %b} 2"
        assert today in home.words
        assert "·············▂" in home.words
        here.ana.command("plain on")
        await here.ana.hears("Messages are plain now")
        here.ana.opens_home()
        await here.slack.world.until(lambda: "▂" not in here.ana.home.words, 5)


async def test_check_in_now_opens_in_private_over_the_home(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.opens_home()
        await _home(here, "Check in now")
        before = len(here.chat)
        here.ana.presses("Check in now")
        await here.ana.reads_modal("from 1 to 5")
        assert len(here.chat) == before


async def test_sos_at_home_shows_at_once_and_stays_in_the_chat(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.opens_home()
        await _home(here, "Check in now")
        here.ana.presses("SOS")
        await here.ana.reads_modal("I am glad you are here")
        await here.ana.hears("I am glad you are here")


async def test_every_opt_out_is_a_checkbox_that_works_at_once(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.opens_home()
        await _home(here, "Check in now")
        await _ticked(here, "check_ins", "exercises", "escalation")
        here.ana.ticks("Keep what I write in exercises", "Plain messages, without emoji, pictures or changes")
        await _ticked(here, "exercises", "plain")
        here.ana.command("checkin")
        await here.ana.hears("Check-ins are switched off for you", new=True)


async def test_a_home_that_slack_refuses_costs_nothing_else(tmp_path: Path) -> None:
    async with served(tmp_path) as here:
        here.slack.faults.next("views.publish", refused("internal_error"))
        await here.ana.opens_home().arrives()
        await here.ana.opens_home().arrives()
        await _home(here, "Get started")


async def test_a_worrying_word_written_at_home_reaches_a_human(tmp_path: Path) -> None:
    async with served(tmp_path, known=True) as here:
        here.ana.opens_home()
        await _home(here, "Check in now")
        here.chat.clear()
        await here.ana.writes("I want to end my life tonight")
        await here.sam.hears("Level", where="C0ONCALL")
        here.ana.opens_home()
        await _home(here, "A person has been asked to write to you")


TEXT = st.text(min_size=1, max_size=400)
PARTS = st.lists(st.builds(Part, TEXT, TEXT, st.lists(st.builds(Act, TEXT, TEXT), max_size=40).map(tuple)), max_size=5)
SWITCHES = st.lists(st.builds(Switch, TEXT, TEXT, st.booleans()), max_size=9, unique_by=lambda one: one.name[:100])


@given(PARTS, SWITCHES, TEXT, TEXT)
def test_no_home_breaks_a_limit(parts: list[Part], switches: list[Switch], label: str, write: str) -> None:
    assert broken_by_view(home_view(Home(True, tuple(parts), tuple(switches), label, write))) == []
