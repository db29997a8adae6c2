"""What one received thing led to."""

from __future__ import annotations

from datetime import datetime

from bot.model.cases import Audit, CaseState, CaseText, Escalation
from bot.model.people import Person, TalkMode
from bot.model.rights import Wish
from bot.model.schedules import CheckIn, Entry
from bot.model.sent import Outbound
from bot.model.talk import Session
from bot.model.values import Saved, Value
from bot.model.worry import Level


class Event(Value, frozen=True):
    """One thing that happened in a turn, for replay and export; stored sealed. `value` is what was said or saved."""

    kind: str
    flow: str = ""
    step: str = ""
    name: str = ""
    value: Saved = None


class View(Value, frozen=True):
    """All that a decision about one person needs: loaded at once, replaced by the turn.

    `escalation` is the open case, `previous` the last one closed within 72 hours; `texts` are the open case's words,
    loaded only when staff act. `known` is False for a conversation that was never stored.
    """

    person: Person
    session: Session
    known: bool = True
    escalation: Escalation | None = None
    previous: Escalation | None = None
    check_ins: tuple[CheckIn, ...] = ()
    texts: tuple[CaseText, ...] = ()

    @property
    def mode(self) -> TalkMode:
        """Who talks with the person now."""
        if self.escalation is None or self.escalation.state is CaseState.RESOLVED:
            return TalkMode.BOT
        return TalkMode.HUMAN if self.escalation.state is CaseState.ENGAGED else TalkMode.HOLD


class Turn(Value, frozen=True):
    """What one received thing led to: the view after it, and what to write. `base` is the session version before it.

    `received` names the inbound, so that it is never taken twice. Lists hold only what is new or changed. `nudge` is
    the queued nudge that led to it. `called_off` are outbounds that shall not be sent any more.
    """

    received: str
    at: datetime
    base: int
    view: View
    person_changed: bool = False
    escalation_changed: bool = False
    events: tuple[Event, ...] = ()
    entries: tuple[Entry, ...] = ()
    dropped_entries: tuple[str, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    dropped_check_ins: tuple[str, ...] = ()
    called_off: tuple[int, ...] = ()
    nudge: int = 0
    texts: tuple[CaseText, ...] = ()
    audits: tuple[Audit, ...] = ()
    wishes: tuple[Wish, ...] = ()
    outbounds: tuple[Outbound, ...] = ()
    level: Level = Level.NONE
