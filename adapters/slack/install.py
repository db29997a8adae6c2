"""Lets an administrator install the app in a workspace: two pages of Slack's OAuth, and a token that is kept sealed."""

from __future__ import annotations

import hmac
import logging
import secrets
from hashlib import sha256

from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.slack.link import library_log
from adapters.slack.manifest import scopes_of
from adapters.slack.refusals import SlackRefusal, answer_of
from bot.errors import StoreError
from bot.model.people import Platform
from bot.ports import Clock, Installation, Installations

BEGIN, END = "/slack/install", "/slack/oauth_redirect"
COOKIE = "handrail-install"
GOOD_FOR_SECONDS = 600

log = logging.getLogger(__name__)


class Installer:
    """The two pages. What began in one browser within ten minutes can end there, and nowhere else."""

    def __init__(
        self, kept: Installations, clock: Clock, client_id: str, client_secret: str, api_url: str, *, dm_text: bool
    ) -> None:
        self._kept, self._clock = kept, clock
        self._id, self._secret, self._api_url = client_id, client_secret, api_url
        page = f"{api_url.removesuffix('/').removesuffix('/api')}/oauth/v2/authorize"
        self._pages = AuthorizeUrlGenerator(client_id=client_id, scopes=scopes_of(dm_text), authorization_url=page)

    def routes(self) -> list[Route]:
        """The pages to mount beside /slack/events."""
        return [Route(BEGIN, self._begin, methods=["GET"]), Route(END, self._end, methods=["GET"])]

    async def _begin(self, _request: Request) -> Response:
        state = f"{int(self._clock().timestamp())}.{secrets.token_urlsafe(16)}"
        response = RedirectResponse(self._pages.generate(state=self._signed(state)))
        response.set_cookie(COOKIE, state, max_age=GOOD_FOR_SECONDS, secure=True, httponly=True, samesite="lax")
        return response

    async def _end(self, request: Request) -> Response:
        state, code = request.cookies.get(COOKIE, ""), request.query_params.get("code", "")
        if not code or not self._is_ours(state, request.query_params.get("state", "")):
            return PlainTextResponse(f"This did not begin here, or too long ago. Begin again at {BEGIN}.", 400)
        try:
            await self._kept.keep_installation(await self._exchanged(code), self._clock())
        except (SlackRefusal, StoreError) as error:
            log.error("slack_install_failed: %s", error)
            return PlainTextResponse("Slack or our database could not do it now. Please begin again.", 502)
        response = PlainTextResponse("Handrail is installed. You can close this page.")
        response.delete_cookie(COOKIE)
        return response

    async def _exchanged(self, code: str) -> Installation:
        client = AsyncWebClient(base_url=self._api_url, retry_handlers=[], logger=library_log(), timeout=10)
        # Not the library's own method: it hands over the secret in a way that aiohttp gives up (BasicAuth).
        asked = {"client_id": self._id, "client_secret": self._secret, "code": code}
        answer = await answer_of(client.api_call("oauth.v2.access", data=asked))
        place = answer.get("enterprise") if answer.get("is_enterprise_install") else answer.get("team")
        workspace, token = (place or {}).get("id"), answer.get("access_token")
        if not (isinstance(workspace, str) and isinstance(token, str) and workspace and token):
            raise SlackRefusal("Slack answered without a workspace or a token")
        return Installation(Platform.SLACK, workspace, token)

    def _signed(self, state: str) -> str:
        return hmac.new(self._secret.encode(), state.encode(), sha256).hexdigest()

    def _is_ours(self, state: str, signature: str) -> bool:
        began = state.partition(".")[0]
        fresh = began.isdecimal() and 0 <= self._clock().timestamp() - int(began) <= GOOD_FOR_SECONDS
        return fresh and hmac.compare_digest(self._signed(state), signature)
