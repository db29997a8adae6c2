"""Gives and withdraws consent to one purpose, with what depends on it."""

from __future__ import annotations

from bot.checkins import changes
from bot.model.turns import Event
from bot.rights import purposes
from bot.turn import Draft


def set_consent(draft: Draft, purpose: str, *, agreed: bool) -> None:
    """Give or withdraw consent to one purpose; which words were agreed to is noted, also in the chain of notes."""
    before = purpose in draft.person.consents
    consents = {name: at for name, at in draft.person.consents.items() if name != purpose}
    if agreed:
        consents[purpose] = draft.person.consents.get(purpose, draft.now)
    version = purposes.VERSIONS.get(purpose, 1)
    versions = {name: one for name, one in draft.person.versions.items() if name != purpose}
    draft.change_person(consents=consents, versions=versions | ({purpose: version} if agreed else {}))
    for plan in draft.view.check_ins:
        draft.set_check_in(changes.agreed(plan, purpose, yes=agreed))
    draft.record(Event("consent", step=f"v{version}", name=purpose, value=agreed))
    if before is not agreed:
        draft.audit("the person", f"{'agreed to' if agreed else 'withdrew'} {purpose} v{version}")
