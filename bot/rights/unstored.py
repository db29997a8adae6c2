"""Words that were not agreed to: read together for five minutes in memory alone, and never stored."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Iterable

import msgspec

from bot.model.talk import Frame, Session, Utterance
from bot.model.turns import Turn, View
from flows.library import Library
from flows.model import AnswerKind

CONSENT = "consent."
REMEMBERED = 2048  # people; the longest unheard is let go


class Unstored:
    """Holds the last replies of people who agreed to no reading, so that split messages are still read together.

    A restart forgets them: what is stored about such a person is never their words.
    """

    def __init__(self) -> None:
        self._recent: OrderedDict[str, tuple[Utterance, ...]] = OrderedDict()

    def put_back(self, view: View) -> View:
        """Return a view with the replies that were not stored."""
        recent = self._recent.get(view.person.person_id)
        if not recent or view.session.heard is None or view.session.heard.recent:
            return view
        heard = msgspec.structs.replace(view.session.heard, recent=recent)
        return _with_session(view, msgspec.structs.replace(view.session, heard=heard))

    def remember(self, turn: Turn) -> None:
        """Hold on to the replies of a turn that was committed without them."""
        session, person_id = turn.view.session, turn.view.person.person_id
        self._recent.pop(person_id, None)
        if _agreed(turn) or session.heard is None or not session.heard.recent:
            return
        self._recent[person_id] = session.heard.recent
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)


def storable(turn: Turn) -> Turn:
    """Return the turn as it may be stored: without the last replies of someone who agreed to no reading."""
    session = turn.view.session
    if _agreed(turn) or session.heard is None or not session.heard.recent:
        return turn
    heard = msgspec.structs.replace(session.heard, recent=())
    view = _with_session(turn.view, msgspec.structs.replace(session, heard=heard))
    return msgspec.structs.replace(turn, view=view)


def any_agreed(library: Library, flows: Iterable[str], consents: Container[str]) -> bool:
    """Say whether the first of these flows that needs a consent has it; a talk that needs none is an exercise."""
    for flow in flows:
        if flow and library.knows(flow):
            for need in library.latest(flow).needs:
                if need.startswith(CONSENT):
                    return need.removeprefix(CONSENT) in consents
    return "exercises" in consents


def without_words(session: Session, library: Library, consents: Container[str]) -> Session:
    """Return the session without free text that was not agreed to; choices stay, the running talk needs them."""
    stack, parked = (_silenced(frames, library, consents) for frames in (session.stack, session.parked))
    if (stack, parked) == (session.stack, session.parked):
        return session
    return msgspec.structs.replace(session, stack=stack, parked=parked)


def idle(session: Session, library: Library) -> Session:
    """Return a session that nobody has touched for long: its talk keeps the place and the choices, and no words."""
    heard = None if session.heard is None else msgspec.structs.replace(session.heard, recent=())
    silent = without_words(session, library, ())
    return silent if silent.heard == heard else msgspec.structs.replace(silent, heard=heard)


def _silenced(frames: tuple[Frame, ...], library: Library, consents: Container[str]) -> tuple[Frame, ...]:
    talk = [frame.flow for frame in frames]
    return tuple(
        frame if any_agreed(library, talk[index::-1], consents) else _silent(frame, library)
        for index, frame in enumerate(frames)
    )


def _silent(frame: Frame, library: Library) -> Frame:
    flow = library.pinned(frame.flow, frame.hash)
    if flow is None:
        return frame
    typed = {step.save for step in flow.steps.values() if step.answer and step.answer.kind is AnswerKind.TEXT}
    kept = {name: value for name, value in frame.saved.items() if name not in typed}
    return frame if len(kept) == len(frame.saved) else msgspec.structs.replace(frame, saved=kept)


def _agreed(turn: Turn) -> bool:
    """Say whether words may be stored for the people on call."""
    return "escalation" in turn.view.person.consents


def _with_session(view: View, session: Session) -> View:
    return msgspec.structs.replace(view, session=session)
