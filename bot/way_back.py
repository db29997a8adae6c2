"""What somebody hears who comes back to a parked talk after a day or more: where it stood, and the ways on."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.commands import Intent
from bot.engine.place import Place
from bot.engine.talks import gap
from bot.model.talk import Session
from flows.library import Library
from flows.phrases import Phrases, fill

LONG = timedelta(days=1)
NOW = "now"
WAYS = (Intent("resume", NOW), Intent("start_over"), Intent("leave"))


def way_back(library: Library, session: Session, now: datetime, language: str) -> str:
    """Return where the parked talk stood, when that is long ago; nothing when it can simply go on."""
    since = session.parked_at
    if not session.parked or since is None or now - since < LONG:
        return ""
    frame = session.parked[-1]
    flow = library.pinned(frame.flow, frame.hash, language)
    if flow is None or frame.step not in flow.steps:
        return ""
    step, steps = Place(flow, frame.step, dict(frame.saved), frame.path).position()
    phrase, days = gap(library.phrases(language), since, now)
    return fill(phrase, step=step, steps=steps, title=flow.title, days=days)


def labels_of_ways(phrases: Phrases) -> list[str]:
    """Return the words on the buttons of `WAYS`."""
    labels = phrases.labels
    return [labels.go_on, labels.start_new, labels.leave]
