"""No sequence of events raises or strands a person: whatever happens, there is a question, a parked talk, or an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.effects import Ask, Ended, Save, Say, Started
from bot.engine.engine import step
from bot.engine.events import (
    Again,
    Answered,
    Back,
    Begin,
    Interrupt,
    Leave,
    Resume,
    Skip,
    StartOver,
    Stop,
    WaitElapsed,
)
from bot.model.talk import Frame, Prompt, Session
from flows.library import load_library

LIBRARY = load_library()
NAMES = sorted(LIBRARY.names())
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
FACTS = {"crisis_lines": "numbers", "consent.check_ins": True, "consent.exercises": True, "person.name": "Ana"}
TYPED = [
    "",
    "yes",
    "no",
    "ok",
    "7",
    "95",
    "1",
    "2",
    "3",
    "skip it",
    "germany",
    "berlin",
    "9:30",
    "very",
    "{before}",
    "😀",
]

flows = st.sampled_from(NAMES)
givens = st.sampled_from([FACTS, {}, {"inside": True} | FACTS])
# A tap of the open question's own button is drawn by its place, so that talks get far.
taps = st.integers(0, 7).map(lambda place: ("tap", place))
events = st.one_of(
    taps,
    taps,
    st.sampled_from(TYPED).map(Answered),
    st.text(max_size=20).map(Answered),
    st.sampled_from(["~skip", "~done", "~human", "~stop", "~next", "stale"]).map(lambda value: Answered(value=value)),
    st.builds(Begin, flows, givens),
    st.builds(Interrupt, flows, givens),
    st.sampled_from([Back(), Back(), Skip(), Stop(), Resume(), StartOver(), Leave(), Again(), WaitElapsed()]),
)


def tapped(session: Session, place: int) -> Answered:
    values = session.prompt.values if session.prompt else ()
    return Answered(value=values[place % len(values)]) if values else Answered("some words")


def assert_sound(session: Session) -> None:
    """A session either waits at a question that is open, or waits for nothing."""
    assert bool(session.stack) == (session.prompt is not None) == (session.wake_at is not None)
    for frame in (*session.stack, *session.parked):
        flow = LIBRARY.pinned(frame.flow, frame.hash)
        assert flow is not None
        assert frame.step in flow.steps
        assert len(frame.path) <= 51
    if session.stack:
        top = session.stack[-1]
        assert LIBRARY.pinned(top.flow, top.hash).steps[top.step].ask is not None
    assert len(session.stack) <= 20


@settings(max_examples=300, deadline=None)
@given(flows, st.lists(events, max_size=40))
def test_no_sequence_of_events_raises_or_strands_a_person(first, sequence):
    session, now, depth = Session(), NINE, 0
    for drawn in [Begin(first, FACTS), *sequence]:
        event = tapped(session, drawn[1]) if isinstance(drawn, tuple) else drawn
        before = session
        session, effects = step(LIBRARY, session, event, now)
        assert_sound(session)
        assert step(LIBRARY, before, event, now) == (session, effects)
        depth += sum(isinstance(one, Started) for one in effects) - sum(isinstance(one, Ended) for one in effects)
        assert depth >= 0 or isinstance(event, Resume | Leave | StartOver)
        if session.stack and isinstance(event, Answered | Back | Skip | Again | Resume) and before.stack:
            assert any(isinstance(one, Ask) for one in effects) or event == Answered(value="~human")
        depth = len(session.stack)
        now += timedelta(hours=3)


@settings(max_examples=200, deadline=None)
@given(flows, st.lists(taps, max_size=25))
def test_back_undoes_exactly_what_an_answer_did(first, sequence):
    session, _ = step(LIBRARY, Session(), Begin(first, FACTS), NINE)
    for drawn in sequence:
        if not session.stack:
            return
        before = session
        session, _ = step(LIBRARY, session, tapped(session, drawn[1]), NINE)
        inner = len(session.stack) == len(before.stack) and session.stack != before.stack
        if inner and len(session.stack[-1].path) > len(before.stack[-1].path):
            undone, _ = step(LIBRARY, session, Back(), NINE)
            assert _without_tries(undone) == _without_tries(before)


def _without_tries(session: Session) -> tuple[Frame, ...]:
    saved = ({name: value for name, value in frame.saved.items() if name != "~many"} for frame in session.stack)
    return tuple(
        msgspec.structs.replace(frame, tries=0, saved=kept) for frame, kept in zip(session.stack, saved, strict=True)
    )


@settings(max_examples=100, deadline=None)
@given(flows, st.lists(taps, max_size=25))
def test_what_a_flow_ends_with_is_what_its_saves_left(first, sequence):
    session, effects = step(LIBRARY, Session(), Begin(first, FACTS), NINE)
    left: dict[str, object] = {}
    for drawn in [None, *sequence]:
        if drawn is not None:
            session, effects = step(LIBRARY, session, tapped(session, drawn[1]), NINE)
        flow = LIBRARY.latest(first)
        left |= {
            one.name: one.value
            for one in effects
            if isinstance(one, Save) and one.flow == first and not flow.steps[one.step].forget
        }
        ended = [one for one in effects if isinstance(one, Ended) and one.flow == first]
        if ended:
            assert ended[0].saved == left
            return


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            Frame,
            flows,
            st.sampled_from([LIBRARY.latest(name).hash for name in NAMES]),
            st.sampled_from(sorted({step for name in NAMES for step in LIBRARY.latest(name).steps})),
            st.just(()),
            st.dictionaries(
                st.sampled_from(["mood", "before", "way", "~many"]), st.sampled_from([None, 3, "x", ["a"], True])
            ),
            st.integers(0, 9),
        ),
        max_size=4,
    ).map(tuple),
    events,
)
def test_a_session_from_elsewhere_never_raises(stack, drawn):
    session = Session(stack=stack, prompt=Prompt(""), wake_at=NINE, parked=stack)
    event = tapped(session, drawn[1]) if isinstance(drawn, tuple) else drawn
    step(LIBRARY, session, event, NINE)


def test_a_turn_survives_being_stored_and_loaded():
    session, effects = step(LIBRARY, Session(), Begin("check_in", FACTS), NINE)
    packed = msgspec.msgpack.encode(session)
    assert msgspec.msgpack.decode(packed, type=Session) == session
    assert any(isinstance(one, Ask | Say) for one in effects)
