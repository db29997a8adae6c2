"""People in the loopback Slack: they type, press, fill in and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.slack.pushes import Push, event_payload
from tests.fakes.slack.world import APP, BOT_USER, COMMAND, TEAM, Conversation, Message, View, World, plain

Send = Callable[[Push], Push]


class User:
    """One account and its direct conversation with the bot; `errors` is what Slack showed it in red."""

    def __init__(self, world: World, send: Send, user: str, team: str = TEAM) -> None:
        self.world, self._send, self.id, self.team = world, send, user, team
        self.errors: list[str] = []
        self._acted = 0

    @property
    def chat(self) -> Conversation:
        """The direct conversation."""
        return self.world.direct(self.id)

    @property
    def history(self) -> list[str]:
        """What the direct conversation shows, the bot's words and the person's."""
        return [message.words for message in self._visible("")]

    @property
    def modal(self) -> View | None:
        """The open modal, or None."""
        return (self.world.modals.get(self.id) or [None])[-1]

    @property
    def home(self) -> View | None:
        """The published App Home, or None."""
        return self.world.homes.get(self.id)

    def says(self, text: str, *, thread: str = "") -> Push:
        """Type in the direct conversation, where the app takes typing."""
        assert "im:history" in self.world.scopes, "the messages tab is read-only"
        message = self._write(text)
        extra = {"thread_ts": thread} if thread else {}
        return self._event({**self._said(message), **extra, "client_msg_id": self.world.new_id("c")})

    def edits(self, old: str, new: str) -> Push:
        """Change an earlier message of one's own."""
        message = next(m for m in reversed(self.chat.messages) if m.author == self.id and m.text == old)
        before, message.text, message.edited = self._said(message), new, True
        message.version = self.world.touch()
        after = {**self._said(message), "edited": {"user": self.id, "ts": self.world.new_ts()}}
        event = {"subtype": "message_changed", "message": after, "previous_message": before, "hidden": True}
        return self._event({**self._where(), "type": "message", "ts": self.world.new_ts(), **event})

    def sends_file(self, text: str = "") -> Push:
        """Share a picture."""
        said = self._said(self._write(text))
        return self._event({**said, "subtype": "file_share", "files": [{"id": "F0PIC", "mimetype": "image/png"}]})

    def opens_home(self) -> Push:
        """Open the bot's App Home."""
        return self._event({"type": "app_home_opened", "user": self.id, "channel": self.chat.id, "tab": "home"})

    def raw_event(self, event: dict[str, Any]) -> Push:
        """Send any event at all, e.g. one without sense."""
        return self._event(event)

    def command(self, words: str, *, where: str = "") -> Push:
        """Type the slash command with sub-words."""
        self._acted = self.world.version
        place = where or self.chat.id
        payload = {"command": COMMAND, "text": words, "user_id": self.id, "channel_id": place, "team_id": self.team}
        payload |= {"api_app_id": APP, "trigger_id": self.world.new_trigger(self.id), "is_enterprise_install": "false"}
        return self._act(Push("slash_commands", payload))

    def shortcut(self, callback: str) -> Push:
        """Use a global shortcut."""
        return self._act(Push("interactive", {"type": "shortcut", "callback_id": callback, **self._actor()}))

    def message_shortcut(self, callback: str, message: Message) -> Push:
        """Use a shortcut on a message."""
        inside = {"type": "message", "text": message.text, "ts": message.ts, "user": message.author}
        payload = {"type": "message_action", "callback_id": callback, "message": inside}
        return self._act(Push("interactive", {**payload, "channel": {"id": message.channel}, **self._actor()}))

    def presses(self, label: str, *, where: str = "") -> Push:
        """Press the newest visible button with that label: in the open modal, then the chat, then the home."""
        found = self._find(lambda element: label in _labels(element), where)
        assert found, f"{self.id} sees no button {label!r}"
        element, block, place = found
        kept = {name: element[name] for name in ("action_id", "value", "type", "text") if name in element}
        if "options" in element:
            kept["selected_option"] = next(one for one in element["options"] if plain(one["text"]["text"]) == label)
        return self._acts(kept, block, place)

    def ticks(self, *labels: str) -> Push:
        """Leave exactly these boxes of the home ticked."""
        assert self.home, f"{self.id} has no home"
        blocks, place = self._on_view(self.home)
        found = [(e, block) for block in blocks for e in _elements(block) if e["type"] == "checkboxes"]
        element, block = found[0]
        ticked = [option for option in element["options"] if plain(option["text"]["text"]) in labels]
        assert len(ticked) == len(labels), f"no boxes {labels}"
        kept = {"action_id": element["action_id"], "type": "checkboxes", "selected_options": ticked}
        return self._acts(kept, block, place)

    async def writes(self, text: str) -> Push:
        """Write in private: into the open modal's field, or into the form that the newest button opens."""
        if not (self.modal and any(block["type"] == "input" for block in self.modal.body["blocks"])):
            found = self._find(lambda element: ":" in element.get("action_id", ""), "")
            assert found, f"{self.id} sees no button that opens a form"
            element, block, place = found
            before = self.modal
            self._acts({name: element[name] for name in ("action_id", "value", "type", "text")}, block, place)
            await self.world.until(lambda: self.modal is not before, 5)
        return self.fills(text)

    def _acts(self, action: dict[str, Any], block: dict[str, Any], place: dict[str, Any]) -> Push:
        self._acted = self.world.version
        action = {**action, "block_id": block["block_id"], "action_ts": self.world.new_ts()}
        return self._act(Push("interactive", {"type": "block_actions", "actions": [action], **place, **self._actor()}))

    def fills(self, text: str) -> Push:
        """Write into the open modal's only field and submit it."""
        view = self.modal
        assert view, f"{self.id} sees no modal"
        block = next(block for block in view.body["blocks"] if block["type"] == "input")
        field = {block["element"]["action_id"]: {"type": "plain_text_input", "value": text}}
        described = {**view.body, "id": view.id, "hash": view.hash, "state": {"values": {block["block_id"]: field}}}
        push = Push("interactive", {"type": "view_submission", "view": described, **self._actor()})
        return self._act(push, then=lambda: self._closes(view, push))

    def closes(self) -> None:
        """Dismiss the open modal."""
        self.world.modals[self.id].pop()

    async def hears(self, words: str, timeout: float = 5, *, where: str = "", new: bool = False) -> Message:
        """Wait until a message of the bot's shows `words` (`new`: one that changed after this person's last act)."""
        since = self._acted if new else -1

        def found() -> Message | None:
            said = [m for m in self._visible(where) if m.author == BOT_USER and m.version > since]
            return next((m for m in reversed(said) if words in m.words), None)

        message: Message = await self.world.until(found, timeout)
        return message

    async def reads_modal(self, words: str, timeout: float = 5) -> View:
        """Wait until an open modal shows `words`."""
        view: View = await self.world.until(
            lambda: self.modal if self.modal and words in self.modal.words else None, timeout
        )
        return view

    def _write(self, text: str) -> Message:
        self._acted = self.world.version
        message = Message(self.chat.id, self.world.new_ts(), self.id, text)
        self.chat.messages.append(message)
        message.version = self.world.touch()
        return message

    def _where(self) -> dict[str, Any]:
        return {"channel": self.chat.id, "channel_type": "im"}

    def _said(self, message: Message) -> dict[str, Any]:
        escaped = message.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        said = {"type": "message", "user": self.id, "text": escaped, "ts": message.ts, "team": self.team}
        return {**said, **self._where(), "event_ts": message.ts}

    def _actor(self) -> dict[str, Any]:
        user = {"id": self.id, "team_id": self.team}
        team = {"team": {"id": self.team, "domain": "test"}, "user": user, "api_app_id": APP}
        return {**team, "trigger_id": self.world.new_trigger(self.id), "is_enterprise_install": False}

    def _event(self, event: dict[str, Any]) -> Push:
        return self._send(Push("events_api", event_payload(event, team=self.team, app=APP, bot_user=BOT_USER)))

    def _act(self, push: Push, then: Callable[[], None] = lambda: None) -> Push:
        push.when_settled = lambda: self._shown(push, then)
        return self._send(push)

    def _shown(self, push: Push, then: Callable[[], None]) -> None:
        if not push.acknowledged:
            self.errors.append(f"{push.kind} failed")
            return
        then()

    def _closes(self, view: View, push: Push) -> None:
        if not (push.answer or {}).get("response_action") and view in self.world.modals[self.id]:
            self.world.modals[self.id].remove(view)
            self.world.touch()

    def _visible(self, where: str) -> list[Message]:
        messages = self.world.find(where).messages if where else self.chat.messages
        return [message for message in messages if message.seen_only_by in {"", self.id}]

    def _find(
        self, wanted: Callable[[dict[str, Any]], bool], where: str
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]] | None:
        for blocks, place in self._surfaces(where):
            for block in blocks:
                for element in _elements(block):
                    if element.get("type") in {"button", "static_select"} and wanted(element):
                        return element, block, place
        return None

    def _surfaces(self, where: str) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
        surfaces = [self._on_view(self.modal)] if self.modal and not where else []
        for message in reversed(self._visible(where)):
            container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
            inside = {"ts": message.ts, "text": message.text, "blocks": message.blocks, "user": message.author}
            place = {"container": container, "channel": {"id": message.channel}, "message": inside}
            surfaces.append((message.blocks, place))
        return surfaces + ([self._on_view(self.home)] if self.home and not where else [])

    def _on_view(self, view: View) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        described = {**view.body, "id": view.id, "hash": view.hash}
        return view.body["blocks"], {"container": {"type": "view", "view_id": view.id}, "view": described}


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]


def _labels(element: dict[str, Any]) -> set[str]:
    shown = [element["text"]] if "text" in element else [option["text"] for option in element.get("options", ())]
    return {plain(text["text"]) for text in shown}
