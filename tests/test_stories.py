"""Every story is true on the terminal and on every pair of platforms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.players.console import console_player
from tests.players.platforms import platform_player
from tests.players.story import STORIES, play

ALL = sorted(STORIES.glob("*.yaml"))
PAIRS = [(person, on_call) for person in ("telegram", "slack") for on_call in ("telegram", "slack")]


@pytest.mark.parametrize("story", ALL, ids=lambda path: path.stem)
async def test_a_story_is_true_on_the_terminal(story: Path, tmp_path: Path) -> None:
    async with console_player(tmp_path) as player:
        await play(story, player)


@pytest.mark.parametrize("story", ALL, ids=lambda path: path.stem)
@pytest.mark.parametrize(("person", "on_call"), PAIRS, ids=str)
async def test_a_story_is_true_across_platforms(story: Path, person: str, on_call: str, tmp_path: Path) -> None:
    async with platform_player(person, on_call, tmp_path) as player:
        await play(story, player)
