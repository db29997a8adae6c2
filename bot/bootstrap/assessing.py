"""`handrail triage`: the triage command with the mood scorer that the house has."""

from __future__ import annotations

from typing import TextIO

from adapters.sentiment import Sentiment
from bot.triage.command import main


def assess_lines(source: TextIO, out: TextIO, errors: TextIO) -> int:
    """Assess JSON lines; return the exit code."""
    return main(source, out, errors, Sentiment())
