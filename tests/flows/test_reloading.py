"""Changes while running: new talks get the new version, a broken file keeps the old one, and a switch is followed."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime

import pytest

from bot.engine.engine import step
from bot.engine.events import Answered, Begin
from bot.model.talk import Session
from flows.control import FILE, Control
from flows.library import load_library, load_whole
from flows.reloading import Watched
from tests.flows.making import source_of

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
STEPS = """
first: {ask: First?, answer: text, save: a, next: second}
second: {ask: Old second?, answer: none, next: last}
last: {end: done}
"""
NEWER = STEPS.replace("Old second?", "New second?").replace("First?", "New first?")


class Place:
    """A folder of flows that is watched."""

    def __init__(self, folder):
        self.folder, self.data, self.told = folder / "flows", folder / "data", []
        self.folder.mkdir()
        self.writes = 0
        self.write(STEPS)
        self.library = load_library([self.folder], cache=self.data / "flows")
        self.watched = Watched(
            self.library, [self.folder], self.data, lambda event, told: self.told.append((event, told))
        )

    def write(self, steps, name="small", more=""):
        self.writes += 1
        file = self.folder / f"{name}.yaml"
        file.write_bytes(source_of(steps, name=name, more=more).replace(b"version: 1", b"version: %d" % self.writes))
        # A file may be written twice within the clock's grain.
        os.utime(file, ns=(self.writes, self.writes))

    def first_question(self):
        _, effects = step(self.library, Session(), Begin("small"), NINE)
        return effects[-1].text


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_a_new_version_reaches_new_talks_and_leaves_running_ones_on_their_own(place):
    running, _ = step(place.library, Session(), Begin("small"), NINE)
    place.write(NEWER)
    place.watched.look()
    assert place.first_question() == "New first?"
    running, effects = step(place.library, running, Answered("words"), NINE)
    assert effects[-1].text == "Old second?"
    assert place.told == [("flows_reloaded", {"changed": "small"})]


def test_words_that_change_under_the_same_number_are_told(place):
    place.writes -= 1
    place.write(NEWER)
    place.watched.look()
    assert place.told[-1] == (
        "flow_version_not_raised",
        {"flow": "small", "remedy": "raise 'version' and renew 'reviewed'"},
    )


def test_nothing_is_read_again_while_nothing_changes(place):
    place.watched.look()
    asyncio.run(place.watched.tick())
    assert place.told == []


def test_a_hang_up_reads_everything_anew(place):
    place.watched.look(always=True)
    assert place.told == [("flows_reloaded", {"changed": "nothing"})]


def test_a_broken_file_keeps_the_old_version_and_says_where_and_what_to_do(place):
    place.write("first: {ask: Broken?, next: nowhere}")
    place.watched.look()
    assert place.first_question() == "First?"
    (event, told), _ = place.told
    assert event == "flow_kept_old"
    assert told["place"].endswith("small.yaml:9:10")
    assert told["remedy"] == "write both; 'answer: none' takes a tap"
    place.write(NEWER)
    place.watched.look()
    assert place.first_question() == "New first?"


def test_a_new_flow_and_a_removed_one_are_noticed(place):
    place.write(STEPS, name="other")
    place.watched.look()
    assert place.library.names() == {"small", "other"}
    running, _ = step(place.library, Session(), Begin("other"), NINE)
    (place.folder / "other.yaml").unlink()
    place.watched.look()
    assert place.library.names() == {"small"}
    assert step(place.library, running, Answered("words"), NINE)[1][-1].text == "Old second?"


def test_a_translation_is_taken_up_and_a_broken_one_leaves_the_flow_in_its_own_words(place):
    side = place.folder / "i18n" / "de" / "small.yaml"
    side.parent.mkdir(parents=True)
    side.write_text("flow: small\nwrong: yes\n")
    place.watched.look()
    assert place.told[0][0] == "flow_kept_old"
    assert place.library.latest("small", "de").language == "en"


def test_the_switch_is_followed_in_both_directions(place):
    assert "off" in Control(place.data).switch(off=True)
    place.watched.look()
    assert place.library.switched_off
    Control(place.data).switch(off=False)
    place.watched.look()
    assert not place.library.switched_off
    assert [told["off"] for event, told in place.told if event == "flows_controlled"] == ["true", "false"]


def test_the_switch_stands_also_after_a_restart(place):
    Control(place.data).switch(off=True)
    library = load_library([place.folder])
    Watched(library, [place.folder], place.data, lambda event, told: None)
    assert library.switched_off


def test_a_torn_switch_file_switches_nothing(place):
    Control(place.data).switch(off=True)
    (place.data / FILE).write_text("{")
    place.watched.look()
    assert not place.library.switched_off


def test_one_command_goes_back_to_the_version_before_and_the_same_one_forward(place):
    assert "no earlier version" in Control(place.data).roll_back("small")
    place.write(NEWER)
    place.watched.look()
    assert "version 1" in Control(place.data).roll_back("small")
    place.watched.look()
    assert place.first_question() == "First?"
    Control(place.data).roll_back("small")
    place.watched.look()
    assert place.first_question() == "New first?"


def test_a_broken_file_at_the_start_gives_the_last_version_that_was_kept(place):
    place.write("first: {ask: Broken?, next: nowhere}")
    library, faults = load_whole([place.folder], cache=place.data / "flows")
    assert library.latest("small").steps["first"].ask.source == "First?"
    assert [fault.line for fault in faults] == [9]
