"""A tapped choice is shown in place only where that is meant: in Slack no answer stays in the chat."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.mint import SystemMint
from bot.calm import Calm
from bot.engine.engine import step
from bot.engine.events import Answered, Begin
from bot.model.people import Address, Person, Platform
from bot.model.talk import Prompt, Session
from bot.model.turns import View
from bot.turn import Draft
from flows.library import load_library
from flows.wording import load_words

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(("platform", "edits"), [(Platform.TELEGRAM, 1), (Platform.SLACK, 0)])
def test_a_tapped_choice_is_edited_into_its_message_on_telegram_alone(platform: Platform, edits: int) -> None:
    library = load_library()
    facts = {"consent.check_ins": True}
    before, _ = step(library, Session(), Begin("check_in", facts), NOW)
    prompt = Prompt("p1", ("3",), said="How are you?", shown=77)
    asked = Draft("k", View(Person("p", Address(platform, "U0ANA"), NOW), before), NOW, SystemMint())
    asked.change_session(prompt=prompt)
    before = asked.session
    after, _ = step(library, before, Answered(value="3"), NOW)
    asked.set_session(after)
    Calm(load_words(), library, (Platform.TELEGRAM,)).settle(asked, before, Answered(value="3"))
    assert len(asked.finish().outbounds) == edits
