"""The talk that most tests begin with."""

from __future__ import annotations

import pytest

from bot.engine.events import Begin
from tests.bot.engine.talking import CALLING, MAIN, OTHER, Talk
from tests.flows.making import flow_of


@pytest.fixture
def talk():
    flows = flow_of(MAIN, name="main"), flow_of(OTHER, name="other"), flow_of(CALLING, name="calling")
    return Talk(*flows).do(Begin("main", {"person.name": "Ana"}))
