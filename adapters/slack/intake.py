"""Takes in what Slack sends: the acknowledgement follows the commit, never the other way round."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import msgspec
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.events import Form, at_home, pointer_to_chat, salvage, to_form, to_inbound, to_newcomer
from adapters.slack.home import HomeTab
from adapters.slack.link import SlackLink, library_log
from adapters.slack.refusals import SlackRefusal, answer_of
from adapters.slack.views import ModalWords, form
from adapters.slack.zones import Zones
from bot.errors import HandrailError
from bot.model.received import Inbound
from bot.ports import Clock

Receive = Callable[[Sequence[Inbound]], Awaitable[object]]
Quarantine = Callable[[bytes], Awaitable[object]]

# Slack waits three seconds for the acknowledgement; a form that opens later would make it fail too.
FORM_SECONDS = 2.0

log = logging.getLogger(__name__)


class Intake(AsyncMiddleware):
    """Hands every Inbound to `receive` and answers 200 only when that returned, i.e. after the commit.

    It is slack_bolt's first middleware, so that nothing of the library acknowledges before it.
    """

    def __init__(
        self,
        link: SlackLink,
        receive: Receive,
        quarantine: Quarantine,
        clock: Clock,
        words: ModalWords | None = None,
        *,
        dm_text: bool = True,
        home: HomeTab | None = None,
    ) -> None:
        self._link, self._receive, self._quarantine, self._clock = link, receive, quarantine, clock
        self._words = words or ModalWords()
        self._exposed = not dm_text
        self._zones = Zones(link)
        self._home = home
        self._showing: set[asyncio.Task[None]] = set()
        # Before authorisation on purpose: it would call auth.test in front of the first message and, when Slack
        # refuses that call, acknowledge the message and drop it. Signatures are checked by http_mode.py.
        self._app = AsyncApp(
            name="handrail",
            logger=library_log(),
            client=link.client,
            before_authorize=self,
            request_verification_enabled=False,
        )

    async def answer(self, body: dict[str, Any], headers: dict[str, str | Sequence[str]]) -> BoltResponse:
        """Take one request, whichever way it came, and return what to answer."""
        try:
            # In this mode the library takes a body that is parsed; HTTP's signature was checked on the raw one.
            request = AsyncBoltRequest(mode="socket_mode", body=body, headers=headers)
        except (AttributeError, KeyError, TypeError, ValueError):
            # The library trips over a field of an unexpected type; unacknowledged, it would come again and again.
            return BoltResponse(status=await self._status(body), body="")
        return await self._app.async_dispatch(request)

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002  the library passes it by this name
    ) -> BoltResponse:
        """Take one request as slack_bolt's first middleware; Slack's own handshakes go on to the library's."""
        if req.body.get("type") == "url_verification":
            return await next()
        status = await self._status(req.body)
        # A command may be typed anywhere: its answer stands in the private chat, and only this pointer where it was.
        pointer = pointer_to_chat(req.body, self._words.answered) if status == 200 else None
        return BoltResponse(status=status, body=pointer or "")

    async def _status(self, body: dict[str, Any]) -> int:
        """Anything but 200 leaves it unacknowledged, so that Slack delivers it again."""
        try:
            await self._take(body)
        except HandrailError as error:
            log.error("slack_intake_failed: %s", error)
            return 503
        except Exception as error:  # noqa: BLE001  an unknown error's text may quote a person: only its kind is told
            log.error("slack_intake_failed: %s", type(error).__name__)
            return 500
        return 200

    async def _take(self, body: dict[str, Any]) -> None:
        at = self._clock()
        try:
            wanted, inbound = to_form(body), to_inbound(body, at, exposed=self._exposed)
            newcomer, looks = to_newcomer(body, at), at_home(body)
        except msgspec.ValidationError:
            log.warning("slack_unreadable")
            await self._quarantine(json.dumps(body).encode())
            wanted, inbound, newcomer, looks = None, salvage(body, at), None, ""
        if wanted is not None and await self._opened(wanted):
            return
        if newcomer is not None and self._home is not None and not await self._home.knows(newcomer.sender):
            inbound = newcomer
        if inbound is not None:
            zone = await self._zones.of(inbound.sender)
            await self._receive([msgspec.structs.replace(inbound, zone=zone)])
        if looks and self._home is not None:
            self._show_later(self._home.publish(looks))

    def _show_later(self, showing: Coroutine[Any, Any, None]) -> None:
        """Redraw the home after the acknowledgement: Slack waits for that one, and a person for what they see next."""
        task = asyncio.create_task(showing)
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    async def close(self) -> None:
        """Finish redrawing."""
        await asyncio.gather(*self._showing, return_exceptions=True)

    async def _opened(self, wanted: Form) -> bool:
        """Open the form; when Slack will not, the press goes on as a press and the question is asked in the chat."""
        view = form(wanted.button, wanted.label, self._words)
        try:
            async with asyncio.timeout(FORM_SECONDS):
                await answer_of(self._link.client.views_open(trigger_id=wanted.trigger, view=view))
        except (SlackRefusal, TimeoutError) as error:
            log.warning("slack_form_unopened: %s", error)
            return False
        return True
