"""Reading Slack's payloads without a server."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import ValidationError

from adapters.slack.events import salvage, to_form, to_inbound
from bot.model.received import Edited, Pressed, Text, Unreadable
from tests.adapters.slack.conftest import NOW

SAID = {"type": "message", "channel_type": "im", "channel": "D0ANA", "user": "U0ANA", "text": "hi", "ts": "1.1"}


def event(**fields: Any) -> dict[str, Any]:
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {**SAID, **fields}}


def changed(after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return event(subtype="message_changed", message={**SAID, **after}, previous_message={**SAID, **before})


@pytest.mark.parametrize(
    "payload",
    [
        event(channel_type="channel"),
        event(channel_type="mpim"),
        event(bot_id="B1"),
        event(user=""),
        event(subtype="bot_message"),
        event(subtype="channel_join"),
        event(subtype="message_deleted"),
        event(type="app_home_opened"),
        changed({"text": "hi", "attachments": []}, {"text": "hi"}),
        changed({"text": "new", "bot_id": "B1"}, {"text": "old"}),
        changed({"text": "gone", "subtype": "tombstone"}, {"text": "old"}),
        {"type": "shortcut", "callback_id": "x"},
        {"type": "view_closed"},
        {"type": "url_verification"},
        {},
    ],
)
def test_what_is_no_persons_word_is_ignored(payload: dict[str, Any]) -> None:
    assert to_inbound(payload, NOW) is None


@pytest.mark.parametrize("subtype", [None, "", "me_message", "thread_broadcast", "file_share"])
def test_everything_a_person_writes_is_read(subtype: str | None) -> None:
    inbound = to_inbound(event(subtype=subtype), NOW)
    assert inbound is not None
    assert (inbound.content, inbound.message, inbound.at) == (Text("hi"), "D0ANA:1.1", NOW)


def test_a_retry_has_the_same_key_whatever_its_envelope() -> None:
    first, again = to_inbound(event(), NOW), to_inbound({**event(), "retry": 1}, NOW)
    assert first is not None
    assert again is not None
    assert first.key == again.key == "slack:T1:Ev1"


def test_an_answer_in_a_thread_names_what_it_answers() -> None:
    inbound = to_inbound(event(thread_ts="0.9"), NOW)
    assert inbound is not None
    assert inbound.content == Text("hi", reply_to="D0ANA:0.9")


def test_an_edit_names_the_message_that_changed() -> None:
    inbound = to_inbound(changed({"text": "new &amp; better"}, {"text": "old"}), NOW)
    assert inbound is not None
    assert inbound.content == Edited("new & better", message="D0ANA:1.1")


@pytest.mark.parametrize(
    ("mimetype", "kind"),
    [("image/png", "photo"), ("audio/webm", "voice"), ("video/mp4", "file"), ("application/pdf", "file"), ("", "file")],
)
def test_a_file_without_words_has_a_kind(mimetype: str, kind: str) -> None:
    inbound = to_inbound(event(subtype="file_share", text="", files=[{"mimetype": mimetype}]), NOW)
    assert inbound is not None
    assert inbound.content == Unreadable(kind)


def test_an_empty_message_is_unreadable() -> None:
    inbound = to_inbound(event(text=None), NOW)
    assert inbound is not None
    assert inbound.content == Unreadable("unknown")


def pressed(**fields: Any) -> dict[str, Any]:
    act = {"type": "block_actions", "trigger_id": "t1", "user": {"id": "U1"}, "team": {"id": "T1"}}
    return {**act, "actions": [{"action_id": "0", "value": "tok"}], **fields}


def test_a_chosen_entry_of_a_menu_is_a_press() -> None:
    inbound = to_inbound(pressed(actions=[{"action_id": "0", "selected_option": {"value": "tok2"}}]), NOW)
    assert inbound is not None
    assert inbound.content == Pressed("tok2", trigger="t1")


def test_a_press_in_a_modal_or_home_is_at_the_persons_own_address() -> None:
    inbound = to_inbound(pressed(view={"type": "modal"}), NOW)
    assert inbound is not None
    assert (inbound.address.chat, inbound.key) == ("U1", "slack:T1:t1")


def test_an_organisations_press_without_a_team_still_has_a_key() -> None:
    inbound = to_inbound(pressed(team=None, enterprise={"id": "E1"}), NOW)
    assert inbound is not None
    assert inbound.key == "slack:E1:t1"


def test_a_press_without_an_action_is_ignored() -> None:
    assert to_inbound(pressed(actions=[]), NOW) is None
    assert to_form(pressed(actions=[])) is None


@pytest.mark.parametrize(
    "payload",
    [event(user=7), event(text=[]), event(files="x"), {"type": "event_callback"}, {"command": 1}, pressed(user=1)],
)
def test_a_misshapen_payload_is_told_apart_from_an_uninteresting_one(payload: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        to_inbound(payload, NOW)


def test_the_words_of_a_misshapen_message_are_salvaged() -> None:
    inbound = salvage(event(ts=5), NOW)
    assert inbound is not None
    assert (inbound.content, inbound.sender, inbound.key) == (Text("hi"), "U0ANA", "slack:T1:Ev1")


@pytest.mark.parametrize("payload", [{}, {"event": 5}, event(user=5), event(text=5), event(bot_id="B1")])
def test_nothing_is_salvaged_where_no_persons_words_are(payload: dict[str, Any]) -> None:
    assert salvage(payload, NOW) is None
