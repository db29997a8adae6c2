"""Draws a person's home and publishes it in the app's Home tab."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from adapters.slack.blocks import LABEL, SECTION, VALUE, WRITE, Block, cut, label, rows_of, section
from adapters.slack.events import COMMAND
from adapters.slack.link import SlackLink
from adapters.slack.refusals import SlackRefusal, answer_of
from bot.home import Act, Home, Part, Switch
from bot.model.people import Address, Platform
from bot.model.sent import Button

HEADER = 150
HomeOf = Callable[[Address], Awaitable[Home]]

log = logging.getLogger(__name__)


class HomeTab:
    """Keeps the Home tab of one workspace's people as it should be; `home_of` reads what it shows."""

    def __init__(self, link: SlackLink, home_of: HomeOf) -> None:
        self._link = link
        self._home_of = home_of

    async def knows(self, user: str) -> bool:
        """Say whether the account belongs to someone who has written or was welcomed before."""
        return (await self._home_of(Address(Platform.SLACK, user))).known

    async def publish(self, user: str) -> None:
        """Show a person their home; when Slack will not, the next opening tries again."""
        home = await self._home_of(Address(Platform.SLACK, user))
        try:
            await answer_of(self._link.client.views_publish(user_id=user, view=home_view(home)))
        except SlackRefusal as refusal:
            log.warning("slack_home_unpublished: %s", refusal)


def home_view(home: Home) -> Block:
    """Return the home as a view."""
    blocks: list[Block] = []
    for part in home.parts:
        blocks += _part(part, number=len(blocks) * 100, write=home.write if not blocks else "")
    if home.switches:
        blocks += [section(home.switches_label, plain=True), _switches(home.switches)]
    return {"type": "home", "blocks": blocks}


def _part(part: Part, number: int, write: str) -> list[Block]:
    row = [Button(COMMAND + act.command, act.label) for act in part.acts]
    rows = list(rows_of((tuple(row),), number)) if row else []
    for block in rows:
        _stand_out(block, part.acts)
    if write:
        rows += rows_of(((Button(WRITE, write, form=write),),), number + len(row))
    head: Block = {"type": "header", "text": label(part.heading, HEADER)}
    return [head, section(cut(part.text, SECTION), plain=True), *rows]


def _stand_out(block: Block, acts: tuple[Act, ...]) -> None:
    """Let the main action be seen first; the words on it say what it does."""
    first = {COMMAND + act.command for act in acts if act.first}
    for element in block["elements"]:
        if element.get("value") in first:
            element["style"] = "primary"


def _switches(switches: tuple[Switch, ...]) -> Block:
    options = {one.name: {"text": label(one.label, LABEL), "value": cut(one.name, VALUE)} for one in switches}
    boxes: Block = {"type": "checkboxes", "action_id": "allow", "options": list(options.values())}
    if ticked := [options[one.name] for one in switches if one.on]:
        boxes["initial_options"] = ticked
    # Slack keeps what was ticked under the same block id: a new id for each state shows what is true now.
    name = "switches:" + "".join(str(int(one.on)) for one in switches)
    return {"type": "actions", "block_id": name, "elements": [boxes]}
