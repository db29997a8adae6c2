"""What the code could not do even if it wanted to: read how somebody types, keep a score, list people, track."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import msgspec
import typer

from bot.__main__ import app
from bot.model.cases import CaseText, Escalation
from bot.model.people import Person
from bot.model.talk import Frame, Heard, Session, Utterance
from bot.model.turns import Event
from bot.triage.triage import Triage

HOUSE = Path(__file__).parent.parent.parent
TRACKERS = re.compile(r"sentry|segment|mixpanel|amplitude|posthog|google|facebook|datadog|newrelic|matomo|firebase")


def test_triage_is_given_words_and_the_talk_and_nothing_about_how_they_were_typed():
    assert set(inspect.signature(Triage.assess).parameters) == {
        "self",
        "text",
        "heard",
        "question",
        "language",
        "now",
        "workplace",
    }
    assert {field.name for field in msgspec.structs.fields(Utterance)} == {"at", "text"}


def test_no_score_of_words_has_a_place_where_it_could_be_stored():
    stored = (Person, Session, Frame, Heard, Event, Escalation, CaseText)
    fields = {field.name for kind in stored for field in msgspec.structs.fields(kind)}
    assert fields.isdisjoint({"mood", "score", "compound", "sentiment"})


def test_no_command_lists_people():
    group = typer.main.get_command(app)
    commands = {
        f"{name} {sub}".strip()
        for name, command in group.commands.items()  # type: ignore[attr-defined]
        for sub in getattr(command, "commands", {"": None})
    }
    about_people = {one for one in commands if one.startswith("person ")}
    assert about_people == {"person export", "person import", "person forget", "person show-log"}


def test_nothing_that_is_installed_tracks_or_advertises():
    pinned = (HOUSE / "constraints.txt").read_text(encoding="utf-8").lower()
    assert TRACKERS.findall(pinned) == []


def test_no_code_names_a_host_but_those_of_the_platforms():
    hosts = re.compile(r"https?://([\w.-]+)")
    allowed = {"api.telegram.org", "slack.com", "api.slack.com", "t.me", "findahelpline.com", "localhost", "127.0.0.1"}
    found = set()
    for room in ("bot", "adapters", "scheduler"):
        for path in (HOUSE / room).rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if not line.strip().startswith("#") and "bench" not in path.parts:
                    found |= {host for host in hosts.findall(line) if "." in host} - allowed
    assert {host for host in found if TRACKERS.search(host)} == set()
