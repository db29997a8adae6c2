"""What holds of claiming and settling deliveries, on both engines."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec

from adapters.store.deliveries import LEASE, URGENT_LEASE
from bot.model.people import Platform
from bot.model.sent import Button, Delivery, Lane
from bot.ports import Settled, Store, Wanted
from tests.store.people import NOW, ON_CALL, address_of, claim, meet, message, next_turn, queue, sent, texts, view_of


async def test_an_outbound_is_delivered_as_it_was_said(store: Store):
    (ana,) = await meet(store, "ana")
    said = message("ana", "How are you?", buttons=((Button("b1", "Well"), Button("b2", "Not well", "Say more")),))
    await queue(store, ana, "k", said)
    assert await claim(store) == [Delivery(said, 1)]


async def test_what_is_being_sent_is_not_claimed_again(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    await claim(store)
    assert await claim(store) == []


async def test_what_was_sent_is_done(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    await sent(store, *await claim(store))
    assert await claim(store, LEASE.total_seconds() + 1) == []
    assert await store.next_event_at() is None


async def test_messages_to_one_conversation_go_one_by_one_in_their_order(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", *(message("ana", str(number)) for number in range(3)))
    order = []
    while found := await claim(store):
        order.append(texts(found))
        await sent(store, *found)
    assert order == [["0"], ["1"], ["2"]]


async def test_messages_to_different_conversations_go_together_the_oldest_first(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    older, newer = message("ben", "older"), message("ana", "newer")
    await queue(store, ana, "k", newer)
    await queue(store, ben, "k", older)
    assert texts(await claim(store)) == ["older", "newer"]


async def test_lanes_come_before_age(store: Store):
    names = ["nudged", "answered", "related", "safe", "paged"]
    lanes = [Lane.NUDGE, Lane.REPLY, Lane.RELAY, Lane.SAFETY, Lane.PAGE]
    for view, lane in zip(await meet(store, *names), lanes, strict=True):
        await queue(store, view, "k", message(view.person.person_id, view.person.person_id, lane=lane))
    assert texts(await claim(store, limit=3)) == ["paged", "safe", "related"]
    assert texts(await claim(store, limit=3)) == ["answered", "nudged"]


async def test_a_page_overtakes_replies_to_the_same_conversation(store: Store):
    (ana,) = await meet(store, "ana")
    reply = message("ana", "reply", address=ON_CALL)
    await queue(store, ana, "k", reply, message("ana", "page", address=ON_CALL, lane=Lane.PAGE))
    assert texts(await claim(store)) == ["page"]


async def test_a_busy_conversation_is_left_out(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    await queue(store, ana, "k", message("ana", "to ana"))
    await queue(store, ben, "k", message("ben", "to ben"))
    assert texts(await claim(store, busy=frozenset({address_of("ana")}))) == ["to ben"]


async def test_a_delayed_message_comes_back_at_its_time_and_counts_its_attempts(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    (delivery,) = await claim(store)
    await store.settle([Settled(delivery, retry_at=NOW + timedelta(seconds=5))], NOW)
    assert await claim(store, 4) == []
    (again,) = await claim(store, 5)
    assert (again.attempt, again.ambiguous) == (2, False)


async def test_those_behind_a_delayed_message_wait_for_it(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana", "first"), message("ana", "second"))
    (delivery,) = await claim(store)
    await store.settle([Settled(delivery, retry_at=NOW + timedelta(seconds=5))], NOW)
    assert await claim(store, 1) == []
    assert texts(await claim(store, 5)) == ["first"]


async def test_an_attempt_that_may_have_arrived_stays_marked(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    (delivery,) = await claim(store)
    doubtful = msgspec.structs.replace(delivery, ambiguous=True)
    await store.settle([Settled(doubtful, retry_at=NOW)], NOW)
    assert [again.ambiguous for again in await claim(store)] == [True]


async def test_what_a_crash_left_half_sent_comes_back_after_its_lease_marked_ambiguous(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    await claim(store)
    lease = LEASE.total_seconds()
    assert await claim(store, lease - 1) == []
    (again,) = await claim(store, lease)
    assert (again.attempt, again.ambiguous) == (2, True)


async def test_a_page_that_a_crash_left_comes_back_within_ten_seconds(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana", address=ON_CALL, lane=Lane.PAGE))
    await claim(store)
    assert timedelta(seconds=10) > URGENT_LEASE
    assert [again.ambiguous for again in await claim(store, URGENT_LEASE.total_seconds())] == [True]


async def test_a_held_conversation_waits_without_counting_an_attempt(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    await queue(store, ana, "k", message("ana", "first"), message("ana", "second", lane=Lane.SAFETY))
    (delivery,) = await claim(store)
    await store.settle([Settled(delivery, hold_scope_until=NOW + timedelta(seconds=7))], NOW)
    await queue(store, ben, "k", message("ben", "to ben"))
    assert texts(await claim(store, 6)) == ["to ben"]
    (again,) = await claim(store, 7)
    assert (again.outbound.text, again.attempt, again.ambiguous) == ("second", 1, False)


async def test_the_longer_of_two_holds_counts(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"), message("ana"))
    (delivery,) = await claim(store)
    for seconds in (60, 5):
        await store.settle([Settled(delivery, receipt="r", hold_scope_until=NOW + timedelta(seconds=seconds))], NOW)
    assert await claim(store, 59) == []
    assert len(await claim(store, 60)) == 1


async def test_a_message_that_was_given_up_lets_the_next_one_go(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana", "first"), message("ana", "second"))
    (delivery,) = await claim(store)
    await store.settle([Settled(delivery, failed="the chat is gone")], NOW)
    assert texts(await claim(store)) == ["second"]


async def test_an_edit_carries_the_receipt_of_what_it_replaces(store: Store):
    (ana,) = await meet(store, "ana")
    card = message("ana", "open", address=ON_CALL, lane=Lane.PAGE)
    edit = message("ana", "claimed", address=ON_CALL, lane=Lane.PAGE, edits=card.outbound_id)
    await queue(store, ana, "k", card, edit)
    (first,) = await claim(store)
    await store.settle([Settled(first, receipt="1700.42")], NOW)
    (second,) = await claim(store)
    assert (first.edits, second.edits) == ("", "1700.42")


async def test_an_edit_of_what_never_arrived_is_a_message_of_its_own(store: Store):
    (ana,) = await meet(store, "ana")
    card = message("ana", "open")
    await queue(store, ana, "k", card, message("ana", "claimed", edits=card.outbound_id))
    (first,) = await claim(store)
    await store.settle([Settled(first, failed="refused")], NOW)
    (second,) = await claim(store)
    assert (second.outbound.text, second.edits) == ("claimed", "")


async def test_a_late_word_about_an_attempt_that_was_repeated_changes_nothing(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    (lost,) = await claim(store)
    (repeated,) = await claim(store, LEASE.total_seconds())
    await sent(store, repeated)
    await store.settle([Settled(lost, retry_at=NOW), Settled(lost, failed="gone")], NOW)
    assert await claim(store, 3600) == []


async def test_many_outcomes_settle_at_once(store: Store):
    names = [f"person {number}" for number in range(230)]
    for view in await meet(store, *names):
        await queue(store, view, "k", message(view.person.person_id))
    found = await claim(store, limit=500)
    assert len(found) == 230
    await sent(store, *found)
    assert await claim(store, 3600) == []


async def test_two_senders_never_claim_the_same_message(store: Store, second_store: Store):
    names = [f"person {number}" for number in range(60)]
    for view in await meet(store, *names):
        await queue(store, view, "k", message(view.person.person_id, view.person.person_id))
    claims = [claim(sender, limit=7) for _ in range(6) for sender in (store, second_store)]
    claimed = [text for found in await asyncio.gather(*claims) for text in texts(found)]
    left = [text for _ in range(10) for text in texts(await claim(store, limit=7))]
    assert sorted(claimed + left) == sorted(names)


async def test_pages_that_wait_for_one_conversation_come_together_in_their_order(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", *(message("ana", f"page {n}", address=ON_CALL, lane=Lane.PAGE) for n in range(3)))
    found = await claim(store)
    assert texts(found) == ["page 0", "page 1", "page 2"]
    await store.settle([Settled(found[0], retry_at=NOW + timedelta(seconds=5))], NOW)
    await sent(store, *found[1:])
    await queue(store, await view_of(store, "ana"), "l", message("ana", "page 3", address=ON_CALL, lane=Lane.PAGE))
    assert await claim(store, 4) == []
    assert texts(await claim(store, 5)) == ["page 0", "page 3"]


async def test_only_the_platforms_and_lanes_that_were_asked_for_come(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    await queue(store, ana, "k", message("ana", "page", address=ON_CALL, lane=Lane.PAGE))
    await queue(store, ben, "k", message("ben", "reply"))
    assert await store.claim_outbox(NOW, [Wanted(Platform.SLACK, 9, first=Lane.REPLY)], frozenset()) == []
    assert await store.claim_outbox(NOW, [Wanted(Platform.TELEGRAM, 9, last=Lane.SAFETY)], frozenset()) == []
    wanted = [Wanted(Platform.SLACK, 9, last=Lane.PAGE), Wanted(Platform.TELEGRAM, 9, first=Lane.REPLY)]
    assert texts(await store.claim_outbox(NOW, wanted, frozenset())) == ["page", "reply"]


async def test_a_held_platform_stops_all_its_conversations_and_no_other(store: Store):
    ana, ben, cem = await meet(store, "ana", "ben", "cem")
    await queue(store, ana, "k", message("ana"))
    (delivery,) = await claim(store)
    until = NOW + timedelta(seconds=9)
    await store.settle([Settled(delivery, hold_platform_until=until, retry_at=until)], NOW)
    await queue(store, ben, "k", message("ben", "the same platform"))
    assert await store.next_event_at() == until
    await queue(store, cem, "k", message("cem", "another platform", address=ON_CALL))
    assert texts(await claim(store, 8)) == ["another platform"]
    assert [(again.outbound.text, again.attempt) for again in await claim(store, 9)] == [
        ("hello", 1),
        ("the same platform", 1),
    ]


async def test_what_was_put_back_untried_comes_again_as_if_never_claimed(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    (delivery,) = await claim(store)
    await store.settle([Settled(delivery, unsent=True)], NOW)
    assert await claim(store) == [delivery]


async def test_a_message_for_later_waits_for_its_moment(store: Store):
    (ana,) = await meet(store, "ana")
    later = NOW + timedelta(seconds=30)
    await queue(store, ana, "k", message("ana", "later", not_before=later, lane=Lane.NUDGE), message("ana", "now"))
    assert await store.next_event_at() == NOW
    found = await claim(store)
    await sent(store, *found)
    assert texts(found) == ["now"]
    assert await store.next_event_at() == later
    assert await claim(store, 29) == []
    assert texts(await claim(store, 30)) == ["later"]


async def test_how_many_attempts_may_have_arrived_is_counted(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    lease = int(LEASE.total_seconds())
    counted = [int(again.ambiguous) for tries in range(3) for again in await claim(store, tries * lease)]
    assert counted == [0, 1, 2]


async def test_a_message_with_a_moment_waits_for_it(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana", "later", not_before=NOW + timedelta(seconds=4)))
    assert await claim(store, 3) == []
    assert texts(await claim(store, 4)) == ["later"]


async def test_what_was_called_off_is_never_sent(store: Store):
    (ana,) = await meet(store, "ana")
    later = message("ana", "later", not_before=NOW + timedelta(seconds=4))
    ana = await queue(store, ana, "k", later, message("ana", "kept"))
    await store.commit_many([next_turn(ana, "k2", called_off=(later.outbound_id,))])
    assert texts(await claim(store, 60)) == ["kept"]


async def test_a_platform_that_is_held_waits_and_another_does_not(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    await queue(store, ana, "k", message("ana", "first"), message("ana", "page", address=ON_CALL, lane=Lane.PAGE))
    (page,) = [one for one in await claim(store) if one.outbound.lane is Lane.PAGE]
    held = NOW + timedelta(seconds=30)
    await store.settle([Settled(page, retry_at=held, hold_platform_until=held)], NOW)
    await queue(store, ben, "k", message("ben", "to ben"), message("ben", "more", address=ON_CALL))
    assert texts(await claim(store, 1)) == ["to ben"]
    again = await claim(store, 30)
    assert [one.attempt for one in again if one.outbound.lane is Lane.PAGE] == [1]


async def test_a_message_that_was_put_back_untried_counts_no_attempt(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    (delivery,) = await claim(store)
    await store.settle([Settled(delivery, retry_at=NOW, unsent=True)], NOW)
    assert [one.attempt for one in await claim(store)] == [1]


async def test_all_pages_that_wait_for_a_conversation_come_together(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    await queue(store, ana, "k", message("ana", "one", address=ON_CALL, lane=Lane.PAGE))
    await queue(store, ben, "k", message("ben", "two", address=ON_CALL, lane=Lane.PAGE))
    assert texts(await claim(store)) == ["one", "two"]


async def test_a_page_waits_for_an_earlier_one_that_is_being_sent(store: Store):
    ana, ben = await meet(store, "ana", "ben")
    await queue(store, ana, "k", message("ana", "one", address=ON_CALL, lane=Lane.PAGE))
    await claim(store)
    await queue(store, ben, "k", message("ben", "two", address=ON_CALL, lane=Lane.PAGE))
    assert await claim(store) == []


async def test_attempts_that_may_have_arrived_are_counted(store: Store):
    (ana,) = await meet(store, "ana")
    await queue(store, ana, "k", message("ana"))
    await claim(store)
    lease = LEASE.total_seconds()
    assert [one.ambiguous for one in await claim(store, lease)] == [1]
    assert [one.ambiguous for one in await claim(store, 2 * lease)] == [2]


async def test_a_sender_takes_only_what_it_asked_for(store: Store):
    (ana,) = await meet(store, "ana")
    page = message("ana", "page", address=ON_CALL, lane=Lane.PAGE)
    await queue(store, ana, "k", message("ana", "reply"), page)
    none = await store.claim_outbox(NOW, [Wanted(Platform.CONSOLE, 10)], frozenset())
    pages = await store.claim_outbox(NOW, [Wanted(Platform.SLACK, 10, Lane.PAGE, Lane.PAGE)], frozenset())
    rest = await store.claim_outbox(NOW, [Wanted(Platform.TELEGRAM, 10, Lane.SAFETY)], frozenset())
    assert (none, texts(pages), texts(rest)) == ([], ["page"], ["reply"])


async def test_a_note_is_kept_and_replaced(store: Store):
    for value in ("-2", "-3"):
        await store.keep_note("moved -1", value)
    await store.keep_note("other", "x")
    assert await store.notes("moved ") == {"moved -1": "-3"}
