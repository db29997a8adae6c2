"""Any history of two people and two responders: words reach the bound chat alone, and nobody is left waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.cases import CaseState, Escalation
from bot.model.people import Address, Platform, TalkMode
from tests.bot.case_checker import POLICY, longest
from tests.bot.harness import ANA, KIMS_CHAT, SAMS_CHAT, Room, opened_room

BEN = Address(Platform.TELEGRAM, "4712")
PEOPLE = {"ana": ANA, "ben": BEN}
STAFF = {"sam": ("U0SAM", SAMS_CHAT), "kim": ("U0KIM", KIMS_CHAT)}
WORRIES = {"high": "I wish I was dead", "imminent": "I want to end my life tonight"}

acts = st.one_of(
    st.tuples(st.sampled_from(["says", "high", "imminent", "human", "exercise"]), st.sampled_from(list(PEOPLE))),
    st.tuples(st.sampled_from(["claim", "pass", "wake", "write", "resolve"]), st.sampled_from(list(STAFF))),
    st.tuples(st.just("wait"), st.sampled_from(["20", "70", "310", "7200"])),
)


class History:
    """Plays acts, and remembers who wrote which words."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.count = 0

    async def play(self, act: str, who: str) -> None:
        self.count += 1
        if act == "wait":
            await self.room.wait(timedelta(seconds=int(who)))
        elif who in PEOPLE:
            words = {"human": "human", "exercise": "thought record"}.get(
                act, f"{WORRIES.get(act, '')} {who}-{self.count}"
            )
            await self.room.person(words.strip(), at=PEOPLE[who])
        else:
            account, chat = STAFF[who]
            words = {"write": f"{who}-{self.count}", "resolve": "resolve right"}.get(act, act)
            await self.room.staff(words, by=account, at=chat)

    async def cases(self) -> dict[str, Escalation]:
        views = {name: await self.room.view(at) for name, at in PEOPLE.items()}
        return {name: view.escalation for name, view in views.items() if view is not None and view.escalation}


def is_in_order(case: Escalation, room: Room) -> bool:
    """What holds of every open case between two acts: something is due, soon enough, and one owner at most."""
    assert case.next_at is not None
    soon = case.next_at <= room.clock() + longest(POLICY.of(case.level))
    owned = bool(case.owner and case.staff_chat) if case.state is not CaseState.PAGING else True
    return soon and owned


@settings(max_examples=15, deadline=None)
@given(history=st.lists(acts, min_size=4, max_size=16))
async def test_i11_words_reach_the_bound_chat_alone_in_any_history(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, str]]
):
    async with opened_room(tmp_path_factory.mktemp("history")) as room:
        for name, at in PEOPLE.items():
            await room.meet(at, name=name.title())
        played = History(room)
        for act, who in history:
            owned = {name: case.owner for name, case in (await played.cases()).items()}
            before = len(room.order)
            await played.play(act, who)
            after = {name: case.owner for name, case in (await played.cases()).items()}
            for one in room.order[before:]:
                # A person reads nothing of another person, and nothing of staff but from the owner of their case.
                for name, at in PEOPLE.items():
                    others = [other for other in PEOPLE if other != name] if one.address == at else []
                    assert not any(f"{other}-" in one.text for other in others)
                    if one.address == at and one.relays:
                        assert who == owned.get(name)
                # A responder reads only people whose case they own (no act here opens the private reading).
                for staff, (_account, chat) in STAFF.items():
                    read = [name for name in PEOPLE if one.address == chat and f"{name}-" in one.text]
                    assert all(staff in {owned.get(name), after.get(name)} for name in read)
            assert all(is_in_order(case, room) for case in (await played.cases()).values())


@settings(max_examples=10, deadline=None)
@given(history=st.lists(acts, min_size=4, max_size=14))
async def test_i15_and_i16_while_a_case_is_open_the_bot_leads_no_exercise_in_any_history(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, str]]
):
    async with opened_room(tmp_path_factory.mktemp("history")) as room:
        for name, at in PEOPLE.items():
            await room.meet(at, name=name.title())
        played = History(room)
        for act, who in history:
            before = len(room.order)
            mode = {name: view.mode for name, at in PEOPLE.items() if (view := await room.view(at)) is not None}
            await played.play(act, who)
            said = [one.text for one in room.order[before:] if who in PEOPLE and one.address == PEOPLE[who]]
            if who in PEOPLE and mode[who] is TalkMode.HUMAN and act in {"says", "exercise"}:
                assert said == []
            if who in PEOPLE and mode[who] is TalkMode.HOLD:
                assert not any("about 6 minutes" in text for text in said)


@settings(max_examples=8, deadline=None)
@given(history=st.lists(acts, min_size=2, max_size=10))
async def test_every_worry_that_nobody_takes_is_paged_again_within_the_longest_wait(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, str]]
):
    async with opened_room(tmp_path_factory.mktemp("history")) as room:
        await room.meet(name="Ana")
        played = History(room)
        for act, who in history:
            if who != "ben":
                await played.play(act, who)
        for case in (await played.cases()).values():
            # Whatever was claimed lapses first; then it is paged like any other.
            await room.wait(3 * longest(POLICY.of(case.level)))
            now = (await played.cases())["ana"]
            assert (now.state, now.pages > case.pages) == (CaseState.PAGING, True)
