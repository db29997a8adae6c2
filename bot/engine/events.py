"""What can happen to a talk: the events that the engine takes."""

from __future__ import annotations

from msgspec import Struct

from flows.values import Saved


class Begin(Struct, frozen=True):
    """Start a flow with `given` values and facts (`person.*`, `consent.*`); a running talk is parked."""

    flow: str
    given: dict[str, Saved] = {}


class Answered(Struct, frozen=True):
    """The person answered: typed `text`, or tapped the choice with `value`."""

    text: str = ""
    value: str = ""


class Back(Struct, frozen=True):
    """Take the last answer back and ask it again."""


class Skip(Struct, frozen=True):
    """Leave the open question unanswered."""


class Stop(Struct, frozen=True):
    """Park the talk, so that it can be resumed."""


class Interrupt(Struct, frozen=True):
    """Put another flow over the waiting question, which is asked again when it ends."""

    flow: str
    given: dict[str, Saved] = {}


class Resume(Struct, frozen=True):
    """Go on with the parked talk."""


class StartOver(Struct, frozen=True):
    """Begin the running (or else the parked) talk anew, on its latest version."""


class Leave(Struct, frozen=True):
    """Drop the running (or else the parked) talk."""


class Again(Struct, frozen=True):
    """Ask the open question again."""


class WaitElapsed(Struct, frozen=True):
    """The moment in `session.wake_at` has come."""


EngineEvent = Begin | Answered | Back | Skip | Stop | Interrupt | Resume | StartOver | Leave | Again | WaitElapsed
