"""The session is the fold of what happened: replayed from the start, through storage, or from what it asked to keep."""

from __future__ import annotations

from functools import reduce
from itertools import accumulate

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.effects import Save, Withdrawn
from bot.engine.engine import step
from bot.engine.events import Answered, Back, Begin, EngineEvent, Skip
from bot.engine.place import Place
from bot.model.talk import Session
from flows.model import FACTS
from tests.bot.engine.test_never_strands import FACTS as GIVEN
from tests.bot.engine.test_never_strands import LIBRARY, NINE, events, flows, tapped

walks = st.lists(st.one_of(st.integers(0, 7), st.just(Back()), st.just(Skip())), max_size=30)


def lived(first: str, drawn: list[object]) -> tuple[list[EngineEvent], list[Session], list[object]]:
    """Return what happened in a talk, the session after each, and all effects."""
    session, effects = step(LIBRARY, Session(), Begin(first, GIVEN), NINE)
    happened: list[EngineEvent] = [Begin(first, GIVEN)]
    sessions, done = [session], [*effects]
    for one in drawn:
        event = tapped(session, one) if isinstance(one, int) else one
        session, effects = step(LIBRARY, session, event, NINE)
        happened.append(event)
        sessions.append(session)
        done += effects
    return happened, sessions, done


@settings(max_examples=150, deadline=None)
@given(flows, walks)
def test_replaying_what_happened_gives_every_session_again(first, drawn):
    happened, sessions, _ = lived(first, drawn)
    replayed = accumulate(happened, lambda session, event: step(LIBRARY, session, event, NINE)[0], initial=Session())
    assert [*replayed][1:] == sessions


@settings(max_examples=150, deadline=None)
@given(flows, st.lists(st.one_of(events, st.integers(0, 7)), max_size=25))
def test_storing_the_session_between_turns_changes_nothing(first, drawn):
    happened, sessions, _ = lived(first, [one[1] if isinstance(one, tuple) else one for one in drawn])

    def stored(session: Session, event: EngineEvent) -> Session:
        packed = msgspec.msgpack.encode(step(LIBRARY, session, event, NINE)[0])
        return msgspec.msgpack.decode(packed, type=Session)

    assert reduce(stored, happened, Session()) == sessions[-1]


@settings(max_examples=200, deadline=None)
@given(flows, walks)
def test_folding_what_was_kept_and_withdrawn_gives_the_answers_of_the_snapshot(first, drawn):
    _, sessions, effects = lived(first, drawn)
    session = sessions[-1]
    if not session.stack or session.stack[0].flow != first or session.parked:
        return
    kept: dict[str, list[object]] = {}
    for effect in effects:
        if isinstance(effect, Save) and effect.flow == first and not LIBRARY.latest(first).steps[effect.step].forget:
            kept.setdefault(effect.name, []).append(effect.value)
        elif isinstance(effect, Withdrawn) and effect.flow == first:
            kept[effect.name].pop()
    frame = session.stack[0]
    place = Place(LIBRARY.latest(first), frame.step, dict(frame.saved), frame.path, frame.tries)
    folded = {name: values[-1] for name, values in kept.items() if values}
    assert {name: value for name, value in place.answers().items() if not name.startswith(FACTS)} == {
        name: value for name, value in folded.items() if not name.startswith(FACTS)
    }


def test_an_answer_is_an_event_that_can_be_replayed():
    session, _ = step(LIBRARY, Session(), Begin("grounding", GIVEN), NINE)
    assert step(LIBRARY, session, Answered("7"), NINE) == step(LIBRARY, session, Answered("7"), NINE)
