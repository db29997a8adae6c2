"""The draft of a turn: what one received thing leads to, gathered piece by piece and then frozen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.model.cases import Audit, CaseText, Escalation
from bot.model.people import Address, Person
from bot.model.rights import Wish, WishKind
from bot.model.schedules import CheckIn, Entry
from bot.model.sent import Button, Lane, Outbound
from bot.model.talk import Session
from bot.model.turns import Event, Turn, View
from bot.model.worry import Level
from bot.ports import Mint

Rows = tuple[tuple[Button, ...], ...]
# A question nobody asked for is not asked late: an outage must not end in a burst of them, perhaps at night.
NUDGES_LAST = timedelta(minutes=90)


class Draft:
    """Gathers a turn. `now` is when it is decided; `mint` makes ids; the view is replaced as the decision goes on.

    With `trigger` the first reply is shown in private at once, where the platform can (Slack's modal). `message` is the
    platform's id of the message that is decided, and `is_edit` says that it was sent before.
    """

    def __init__(self, received: str, view: View, now: datetime, mint: Mint, trigger: str = "") -> None:
        self.received = received
        self.now = now
        self.mint = mint
        self.trigger = trigger
        self.message = ""
        self.is_edit = False
        self.view = view
        self.base = view.session.version
        self.level = Level.NONE
        self._first = view
        self._events: list[Event] = []
        self._entries: list[Entry] = []
        self._check_ins: list[CheckIn] = []
        self._dropped: list[str] = []
        self._nudge = 0
        self._dropped_entries: list[str] = []
        self._texts: list[CaseText] = []
        self._audits: list[Audit] = []
        self._wishes: list[Wish] = []
        self._outbounds: list[Outbound] = []

    @property
    def person(self) -> Person:
        """The person as decided so far."""
        return self.view.person

    @property
    def session(self) -> Session:
        """The session as decided so far."""
        return self.view.session

    @property
    def case(self) -> Escalation | None:
        """The open case, if any."""
        return self.view.escalation

    def change_person(self, **fields: Any) -> None:
        """Change fields of the person."""
        self.view = msgspec.structs.replace(self.view, person=msgspec.structs.replace(self.person, **fields))

    def change_session(self, **fields: Any) -> None:
        """Change fields of the session."""
        self.view = msgspec.structs.replace(self.view, session=msgspec.structs.replace(self.session, **fields))

    def set_session(self, session: Session) -> None:
        """Take the engine's session."""
        self.view = msgspec.structs.replace(self.view, session=session)

    def set_case(self, case: Escalation) -> None:
        """Take the case after a step of its machine."""
        self.view = msgspec.structs.replace(self.view, escalation=case)

    def set_check_in(self, check_in: CheckIn) -> None:
        """Add or replace a schedule."""
        others = tuple(one for one in self.view.check_ins if one.check_in_id != check_in.check_in_id)
        self.view = msgspec.structs.replace(self.view, check_ins=(*others, check_in))
        self._check_ins.append(check_in)

    def drop_check_in(self, check_in_id: str) -> None:
        """Remove a schedule."""
        rest = tuple(one for one in self.view.check_ins if one.check_in_id != check_in_id)
        self.view = msgspec.structs.replace(self.view, check_ins=rest)
        self._dropped.append(check_in_id)

    def take_nudge(self, nudge_id: int) -> None:
        """Take a nudge out of the queue with this turn."""
        self._nudge = nudge_id

    def record(self, event: Event) -> None:
        """Add to the person's event log."""
        self._events.append(event)

    def rate(self, step: str, measure: str, value: float) -> None:
        """Keep a self-rating; answering the same step again in the same talk replaces it."""
        entry_id = f"{self.session.run}.{step}"
        self._entries.append(Entry(entry_id, self.person.person_id, measure, value, self.now))

    def drop_rating(self, step: str) -> None:
        """Take back what a step rated in this talk."""
        self._dropped_entries.append(f"{self.session.run}.{step}")

    def keep_for_case(self, case_id: str, author: str, text: str, at: datetime) -> None:
        """Keep words for the case's private reading."""
        kept = CaseText(case_id, self.person.person_id, at, author, text)
        self._texts.append(kept)
        self.view = msgspec.structs.replace(self.view, texts=(*self.view.texts, kept))

    def audit(self, actor: str, act: str, case_id: str = "") -> None:
        """Note who did what, text-free."""
        self._audits.append(Audit(self.now, actor, act, case_id, self.person.person_id))

    def wish(self, kind: WishKind, at: datetime | None) -> None:
        """Ask for something about the person's own data at a time; None takes it back."""
        self._wishes.append(Wish(kind, at))

    def send(
        self,
        text: str,
        *,
        lane: Lane = Lane.REPLY,
        to: Address | None = None,
        buttons: Rows = (),
        edits: int = 0,
        trigger: str = "",
        protected: bool = False,
        relays: bool = False,
        silent: bool = False,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        aloud: str = "",
    ) -> int:
        """Queue a message to the person, or `to` someone else; return its outbound id."""
        if self.trigger and to is None and lane in {Lane.REPLY, Lane.SAFETY} and not edits:
            trigger, self.trigger = self.trigger, ""
        outbound = Outbound(
            outbound_id=self.mint.number(),
            person_id=self.person.person_id,
            lane=lane,
            address=to or self.person.address,
            text=text,
            buttons=buttons,
            edits=edits,
            trigger=trigger,
            protected=protected,
            relays=relays,
            silent=silent,
            not_before=not_before,
            not_after=not_after or (self.now + NUDGES_LAST if lane is Lane.NUDGE else None),
            aloud=aloud,
            plain=self.person.plain and to is None,
        )
        self._outbounds.append(outbound)
        return outbound.outbound_id

    def _called_off(self) -> tuple[int, ...]:
        """Return the edits to come of a question that stands no more."""
        before, now = self._first.session.prompt, self.session.prompt
        if before is None or not before.paced or (now is not None and now.token == before.token):
            return ()
        return before.paced

    def add_notice(self, notice: str) -> bool:
        """Put a notice before the first reply to the person; return whether there is one to carry it."""
        for index, one in enumerate(self._outbounds):
            if one.lane is Lane.REPLY and one.address == self.person.address and not (one.edits or one.relays):
                self._outbounds[index] = msgspec.structs.replace(one, text=f"{notice}\n\n{one.text}")
                return True
        return False

    def finish(self) -> Turn:
        """Return the frozen turn; the session's version has grown by one."""
        self.change_session(version=self.base + 1)
        return Turn(
            received=self.received,
            at=self.now,
            base=self.base,
            view=self.view,
            person_changed=self.view.person != self._first.person,
            escalation_changed=self.view.escalation is not self._first.escalation,
            events=tuple(self._events),
            entries=tuple(self._entries),
            dropped_entries=tuple(self._dropped_entries),
            check_ins=tuple(self._check_ins),
            dropped_check_ins=tuple(self._dropped),
            called_off=self._called_off(),
            nudge=self._nudge,
            texts=tuple(self._texts),
            audits=tuple(self._audits),
            wishes=tuple(self._wishes),
            outbounds=tuple(self._outbounds),
            level=self.level,
        )


def case_of(draft: Draft) -> Escalation:
    """Return the case that the turn is about."""
    if draft.case is None:
        raise LookupError("this turn is about no case")
    return draft.case
