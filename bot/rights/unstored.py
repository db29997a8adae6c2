"""Words of people who have agreed to nothing: read together for five minutes, in memory alone, and never stored."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from bot.model import Frame, Session, Turn, Utterance, View
from flows.library import Library
from flows.model import AnswerKind

REMEMBERED = 2048  # people; the longest unheard is let go


class Unstored:
    """Holds the last replies of people without any consent, so that split messages are still read together.

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
        if turn.view.person.consents or session.heard is None or not session.heard.recent:
            return
        self._recent[person_id] = session.heard.recent
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)


def storable(turn: Turn) -> Turn:
    """Return the turn as it may be stored: without the last replies of someone who has agreed to nothing."""
    session = turn.view.session
    if turn.view.person.consents or session.heard is None or not session.heard.recent:
        return turn
    heard = msgspec.structs.replace(session.heard, recent=())
    view = _with_session(turn.view, msgspec.structs.replace(session, heard=heard))
    return msgspec.structs.replace(turn, view=view)


def without_words(session: Session, library: Library) -> Session:
    """Return the session without the free text that a running talk has saved; choices stay, the talk needs them."""
    return msgspec.structs.replace(
        session,
        stack=tuple(_silent(frame, library) for frame in session.stack),
        parked=tuple(_silent(frame, library) for frame in session.parked),
    )


def _silent(frame: Frame, library: Library) -> Frame:
    flow = library.pinned(frame.flow, frame.hash)
    if flow is None:
        return frame
    typed = {step.save for step in flow.steps.values() if step.answer and step.answer.kind is AnswerKind.TEXT}
    if typed.isdisjoint(frame.saved):
        return frame
    return msgspec.structs.replace(
        frame, saved={name: value for name, value in frame.saved.items() if name not in typed}
    )


def _with_session(view: View, session: Session) -> View:
    return msgspec.structs.replace(view, session=session)
