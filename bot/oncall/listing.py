"""What staff can ask about the team: open cases, who is on call, the words; text-free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model.cases import Escalation
from bot.model.received import Inbound
from bot.model.turns import View
from bot.oncall.asking import OPEN_STATES, UNCLEAR, Asked, example_of
from bot.oncall.desk import Desk
from bot.policy import Audience
from bot.turn import Draft
from flows.wording import Words


class Listing:
    """Answers questions that concern no single case."""

    def __init__(self, words: Words, desk: Desk) -> None:
        self._words = words
        self._desk = desk

    def tell(self, draft: Draft, inbound: Inbound, asked: Asked, views: Sequence[View]) -> None:
        """Answer `status`, `rota` or `help`; accounts that are not on the rota are told so."""
        if self._desk.responder(inbound) is None:
            self._desk.answer(draft, inbound, "desk.not_on_rota")
            draft.audit(self._desk.actor(inbound), "refused: not on the rota")
        elif asked.act == "status":
            self._status(draft, inbound, views)
        elif asked.act == "rota":
            self._rota(draft, inbound)
        else:
            self._desk.answer(draft, inbound, "desk.unclear" if asked.act == UNCLEAR else "desk.help")

    def which(self, draft: Draft, inbound: Inbound, asked: Asked, views: Sequence[View]) -> None:
        """Say that words could mean several cases; nothing is guessed."""
        names = [view.escalation.case_id for view in views if view.escalation is not None]
        self._desk.answer(draft, inbound, "desk.which", cases=", ".join(names), example=example_of(asked, names[0]))

    def _status(self, draft: Draft, inbound: Inbound, views: Sequence[View]) -> None:
        cases = [view.escalation for view in views if view.escalation and view.escalation.state in OPEN_STATES]
        listed = ", ".join(self._entry(case) for case in cases)
        key = "desk.status" if cases else "desk.status_none"
        self._desk.answer(draft, inbound, key, count=len(cases), cases=listed)

    def _entry(self, case: Escalation) -> str:
        """Return one open case as `K7Q2M (level 4, claimed by Sam)`."""
        standing = f"{case.state} by {self._desk.owner_of(case)}" if case.owner else case.state.value
        return f"{case.case_id} ({'drill, ' if case.drill else ''}level {int(case.level)}, {standing})"

    def _rota(self, draft: Draft, inbound: Inbound) -> None:
        rota = self._desk.rota
        if not rota.shifts:
            self._desk.answer(draft, inbound, "desk.rota_none")
            return
        edge = next(iter(rota.edges(draft.now)), draft.now)
        self._desk.answer(
            draft,
            inbound,
            "desk.rota",
            until=self._desk.cards.clock(edge),
            primary=self._named(Audience.PRIMARY, draft.now),
            backup=self._named(Audience.BACKUP, draft.now),
            next_primary=self._named(Audience.PRIMARY, edge),
            next_backup=self._named(Audience.BACKUP, edge),
        )

    def _named(self, audience: Audience, moment: datetime) -> str:
        """Return who is on call then, by display name."""
        names = [self._desk.cards.name(one) for one in sorted(self._desk.rota.named(audience, moment))]
        return ", ".join(names) or self._words.say("desk.nobody")
