"""Sending through slack_sdk to the loopback Slack: every refusal has its answer, nothing is posted twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.channel import SlackChannel
from adapters.slack.link import SlackLink
from bot.errors import ChannelRefused, DeliveryError
from bot.model.people import Address, Platform
from bot.model.sent import Button, Delivery, Lane, Outbound
from tests.fakes.slack.faults import Fault, dropped, html, junk, ratelimited, refused, server_error, stalled
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.world import BOT_TOKEN

YES_NO = ((Button("tok0", "Yes"), Button("tok1", "No")),)


def delivery(text: str = "Hello", *, to: str = "U0ANA", edits: str = "", **more: object) -> Delivery:
    outbound = Outbound(1, "p1", Lane.REPLY, Address(Platform.SLACK, to), text, **more)  # type: ignore[arg-type]
    return Delivery(outbound, attempt=1, edits=edits)


async def refusal_of(channel: SlackChannel, wanted: Delivery) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(wanted)
    return caught.value


async def test_a_person_reads_the_text_and_its_buttons_in_the_direct_message(
    slack: SlackServer, channel: SlackChannel
) -> None:
    receipt = await channel.send(delivery("How are you?", buttons=YES_NO))
    message = await slack.user("U0ANA").hears("How are you?")
    assert message.words == "How are you?\nYes\nNo"
    assert (receipt, message.text) == (f"D0ANA:{message.ts}", "How are you?")
    assert slack.violations == []


async def test_links_are_not_unfurled(slack: SlackServer, channel: SlackChannel) -> None:
    await channel.send(delivery("See https://example.org"))
    (call,) = slack.calls("chat.postMessage")
    assert (call["unfurl_links"], call["unfurl_media"]) == (False, False)


async def test_words_are_never_markup(slack: SlackServer, channel: SlackChannel) -> None:
    await channel.send(delivery("<!channel> *a* <@U0ANA> & <b>", relays=True))
    (call,) = slack.calls("chat.postMessage")
    (section,) = call["blocks"]
    assert section["text"]["type"] == "plain_text"
    assert call["text"] == section["text"]["text"] == "&lt;!channel&gt; *a* &lt;@U0ANA&gt; &amp; &lt;b&gt;"
    assert slack.user("U0ANA").history == ["<!channel> *a* <@U0ANA> & <b>"]


async def test_a_delivered_message_is_replaced_in_place(slack: SlackServer, channel: SlackChannel) -> None:
    receipt = await channel.send(delivery("How are you?", buttons=YES_NO))
    again = await channel.send(delivery("You said yes", edits=receipt))
    assert again == receipt
    assert slack.user("U0ANA").history == ["You said yes"]


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed", "msg_too_long"])
async def test_what_can_no_longer_be_edited_is_sent_anew(slack: SlackServer, channel: SlackChannel, error: str) -> None:
    receipt = await channel.send(delivery("one"))
    slack.faults.next("chat.update", refused(error))
    again = await channel.send(delivery("two", edits=receipt))
    assert again != receipt
    assert slack.user("U0ANA").history == ["one", "two"]


async def test_blocks_that_slack_refuses_go_out_as_plain_text_with_numbered_choices_at_once(
    slack: SlackServer, channel: SlackChannel
) -> None:
    slack.faults.next("chat.postMessage", refused("invalid_blocks"))
    moves = (Button("tok2", "Back", moves=True), Button("tok3", "Stop", moves=True))
    await channel.send(delivery("How are you?", buttons=(*YES_NO, moves)))
    assert slack.user("U0ANA").history == ["How are you?\n\n1. Yes\n2. No\nBack · Stop"]


async def test_a_rate_limit_is_obeyed_for_that_address(slack: SlackServer, channel: SlackChannel) -> None:
    slack.faults.next("chat.postMessage", ratelimited(7))
    error = await refusal_of(channel, delivery())
    assert (error.retry_after, error.whole_bot, error.permanent, error.ambiguous) == (
        timedelta(seconds=7), False, False, False,
    )  # fmt: skip


@pytest.mark.parametrize("body", [b"<html>slow down</html>", b"slow down"])
async def test_a_rate_limit_without_a_readable_body_waits_too(
    slack: SlackServer, channel: SlackChannel, body: bytes
) -> None:
    slack.faults.next("chat.postMessage", Fault(status=429, body=body, kind="text/html"))
    assert (await refusal_of(channel, delivery())).retry_after is not None


@pytest.mark.parametrize(
    "fault",
    [
        dropped(),
        stalled(),
        html(),
        *(junk(body) for body in (b'["what"', b"[1]", b"null", b'"text"', b"{}", b'{"ok": true}')),
        server_error(500, executes=True),
        server_error(502, executes=True),
        refused("internal_error"),
        refused("fatal_error"),
    ],
)
async def test_an_answer_that_is_lost_or_junk_is_ambiguous_and_nothing_is_posted_twice(
    slack: SlackServer, channel: SlackChannel, link: SlackLink, fault: Fault
) -> None:
    slack.faults.next("chat.postMessage", fault)
    link.client.session._timeout = link.client.session.timeout.__class__(total=0.3)  # type: ignore[union-attr]
    error = await refusal_of(channel, delivery())
    assert (error.ambiguous, error.permanent) == (True, False)
    assert len(slack.calls("chat.postMessage")) == 1


async def test_an_outage_before_any_work_is_simply_tried_again(slack: SlackServer, channel: SlackChannel) -> None:
    slack.faults.next("chat.postMessage", server_error(503), refused("service_unavailable"))
    for _ in range(2):
        error = await refusal_of(channel, delivery())
        assert (error.ambiguous, error.permanent, error.retry_after) == (False, False, None)


async def test_a_server_that_is_not_there_is_simply_tried_again(slack: SlackServer, channel: SlackChannel) -> None:
    await slack.stop()
    error = await refusal_of(channel, delivery())
    assert (error.ambiguous, error.permanent) == (False, False)


@pytest.mark.parametrize(
    "error",
    [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "user_disabled",
        "account_inactive",
        "messages_tab_disabled",
    ],
)
async def test_an_address_that_cannot_be_reached_is_permanent_and_the_remedy_is_named(
    slack: SlackServer, channel: SlackChannel, error: str
) -> None:
    slack.faults.next("chat.postMessage", refused(error))
    refusal = await refusal_of(channel, delivery())
    assert refusal.permanent
    assert str(refusal).startswith(f"Slack refused: {error}: ")


async def test_a_missing_scope_is_named(slack: SlackServer, channel: SlackChannel) -> None:
    slack.world.scopes.remove("chat:write")
    refusal = await refusal_of(channel, delivery())
    assert refusal.permanent
    assert "(chat:write)" in str(refusal)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_refused_bot_marks_no_person_unreachable_and_ends_the_process(
    slack: SlackServer, channel: SlackChannel, link: SlackLink, error: str
) -> None:
    slack.faults.next("chat.postMessage", refused(error))
    slack.faults.next("auth.test", refused(error))
    refusal = await refusal_of(channel, delivery())
    assert (refusal.permanent, refusal.whole_bot) == (False, True)
    with pytest.raises(ChannelRefused, match="HANDRAIL_SLACK_BOT_TOKEN"):
        await link.until_refused()


async def test_a_long_text_is_split_and_its_buttons_are_under_the_last_part(
    slack: SlackServer, channel: SlackChannel
) -> None:
    text = "".join(f"Sentence {number} goes on for a while. " for number in range(300))
    receipt = await channel.send(delivery(text, buttons=YES_NO))
    parts = slack.user("U0ANA").chat.messages
    assert "".join(part.text for part in parts).replace(" ", "") == text.replace(" ", "")
    assert [("Yes" in part.words) for part in parts] == [False, False, True]
    assert (receipt, slack.violations, slack.world.warnings) == (f"D0ANA:{parts[-1].ts}", [], [])


async def test_a_failure_after_the_first_part_is_ambiguous(slack: SlackServer, channel: SlackChannel) -> None:
    slack.world.calls.clear()
    slack.faults.next("chat.postMessage", Fault(body=b'{"ok":true,"channel":"D0ANA","ts":"1"}'), ratelimited(1))
    assert (await refusal_of(channel, delivery("word " * 1000))).ambiguous


async def _trigger(slack: SlackServer) -> str:
    return slack.world.new_trigger("U0STAFF")


async def test_private_reading_opens_as_a_modal(slack: SlackServer, channel: SlackChannel) -> None:
    staff = slack.user("U0STAFF")
    receipt = await channel.send(
        delivery("*He* said <this>", to="U0STAFF", trigger=await _trigger(slack), buttons=YES_NO)
    )
    view = await staff.reads_modal("*He* said <this>")
    assert (receipt, staff.history, slack.violations) == (f"view:{view.id}", [], [])
    assert "Yes" in view.words


async def test_private_reading_becomes_a_direct_message_when_the_trigger_has_lapsed(
    slack: SlackServer, channel: SlackChannel
) -> None:
    trigger = await _trigger(slack)
    slack.world.expire_triggers()
    await channel.send(delivery("He said this", to="U0STAFF", trigger=trigger))
    assert slack.user("U0STAFF").history == ["He said this"]


async def test_private_reading_whose_answer_was_lost_does_not_end_up_in_the_chat(
    slack: SlackServer, channel: SlackChannel
) -> None:
    first = delivery("He said this", to="U0STAFF", trigger=await _trigger(slack))
    slack.faults.next("views.open", dropped())
    assert (await refusal_of(channel, first)).ambiguous
    again = Delivery(first.outbound, attempt=2, ambiguous=True)
    assert (await channel.send(again), slack.user("U0STAFF").history) == ("view:", [])


async def test_an_edit_is_never_ambiguous(slack: SlackServer, channel: SlackChannel) -> None:
    receipt = await channel.send(delivery("one"))
    slack.faults.next("chat.update", dropped())
    assert not (await refusal_of(channel, delivery("two", edits=receipt))).ambiguous
    assert await channel.send(delivery("two", edits=receipt)) == receipt
    assert slack.user("U0ANA").history == ["two"]


async def test_a_very_long_private_reading_breaks_no_limit(slack: SlackServer, channel: SlackChannel) -> None:
    await channel.send(delivery("word & word " * 3000, to="U0STAFF", trigger=await _trigger(slack)))
    assert slack.user("U0STAFF").modal is not None
    assert slack.violations == []


async def test_editing_a_modal_sends_anew(slack: SlackServer, channel: SlackChannel) -> None:
    await channel.send(delivery("later", edits="view:V1"))
    assert slack.user("U0ANA").history == ["later"]


async def test_a_page_goes_to_a_private_channel_after_one_check(slack: SlackServer, link: SlackLink) -> None:
    pager = SlackChannel(link, oncall_channel="C0ONCALL")
    for text in ("page one", "page two"):
        await pager.send(delivery(text, to="C0ONCALL"))
    assert len(slack.calls("conversations.info")) == 1
    assert (await slack.user("U0STAFF").hears("page two", where="C0ONCALL")).channel == "C0ONCALL"


@pytest.mark.parametrize("scopes", [set(), {"channels:read"}])
async def test_no_page_goes_to_a_public_channel(slack: SlackServer, link: SlackLink, scopes: set[str]) -> None:
    slack.channel("C0PUBLIC", private=False)
    slack.world.scopes |= scopes
    error = await refusal_of(SlackChannel(link, oncall_channel="C0PUBLIC"), delivery(to="C0PUBLIC"))
    assert error.permanent
    assert "HANDRAIL_ONCALL_SLACK_CHANNEL" in str(error)
    assert slack.calls("chat.postMessage") == []


async def test_no_error_quotes_the_message_or_the_token(slack: SlackServer, channel: SlackChannel) -> None:
    faults = [html(), junk(b'canary["'), refused("internal_error", echo="canary"), Fault(status=500, body=b"canary")]
    slack.faults.next("chat.postMessage", *faults)
    for _ in faults:
        error = await refusal_of(channel, delivery("canary"))
        assert "canary" not in f"{error} {error.__cause__}"
        assert BOT_TOKEN not in f"{error} {error!r}"


TEXTS = st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=60), st.integers(1, 300))
LABELS = st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=20), st.integers(1, 10))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=TEXTS,
    rows=st.lists(st.lists(LABELS, min_size=1, max_size=30), max_size=60),
    form=st.text(max_size=300),
    plain=st.booleans(),
)
async def test_no_text_and_no_choice_breaks_a_published_limit(
    slack: SlackServer, link: SlackLink, text: str, rows: list[list[str]], form: str, plain: bool
) -> None:
    buttons = tuple(tuple(Button(f"tok{i}", label, form) for i, label in enumerate(row)) for row in rows)
    slack.user("U0ANA").chat.messages.clear()
    for dm_text in (True, False):
        channel = SlackChannel(link, dm_text=dm_text)
        await channel.send(delivery(text, buttons=buttons, plain=plain))
    await channel.send(delivery(text, buttons=buttons, plain=plain, trigger=slack.world.new_trigger("U0ANA")))
    # Parts of a text that repeats itself may look alike.
    assert [what for what in slack.violations if "double post" not in what] == []


async def test_many_choices_are_a_menu_and_more_than_it_holds_are_a_list_besides(
    slack: SlackServer, channel: SlackChannel
) -> None:
    def choices(count: int) -> tuple[tuple[Button, ...], ...]:
        ways = (Button("tok.skip", "Skip", moves=True),)
        return (*((Button(f"tok.{number}", f"Choice {number}"),) for number in range(count)), ways)

    await channel.send(delivery("Which?", buttons=choices(30)))
    (menu,), (skip,) = [block["elements"] for block in slack.user("U0ANA").chat.messages[-1].blocks[1:]]
    assert (menu["type"], len(menu["options"]), skip["value"]) == ("static_select", 30, "tok.skip")
    await channel.send(delivery("Which now?", buttons=choices(130)))
    message = slack.user("U0ANA").chat.messages[-1]
    assert "130. Choice 129" in message.words
    assert slack.violations == []


async def test_a_choice_too_long_for_a_button_is_told_in_full(slack: SlackServer, channel: SlackChannel) -> None:
    await channel.send(delivery("Which?", buttons=((Button("tok.0", "word " * 30), Button("tok.1", "No")),)))
    message = await slack.user("U0ANA").hears("1. word word")
    assert "2. No" in message.words
    assert slack.violations == []


async def test_plain_messages_hold_no_emoji_and_are_not_edited(slack: SlackServer, channel: SlackChannel) -> None:
    receipt = await channel.send(delivery("Well done 🎉 today ☀️", buttons=((Button("t.0", "👍 Yes"),),), plain=True))
    await channel.send(delivery("Next", edits=receipt, plain=True))
    assert slack.user("U0ANA").history == ["Well done today \nYes", "Next"]


async def test_what_others_may_read_leaves_words_out_and_a_modal_shows_them(
    slack: SlackServer, channel: SlackChannel
) -> None:
    said = {"aloud": "You wrote (your words)", "trigger": slack.world.new_trigger("U0ANA")}
    await channel.send(delivery("You wrote much", **said))
    assert "You wrote much" in (slack.user("U0ANA").modal or slack.user("U0ANA")).words  # type: ignore[union-attr]
    await channel.send(delivery("You wrote much", **said))
    assert slack.user("U0ANA").history == ["You wrote (your words)"]
