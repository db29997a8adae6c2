"""Pings an outside watchdog while pages can go out: when the pings stop, it calls somebody."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import httpx
import structlog

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 10.0
MOST_REDIRECTS = 3


async def ping(url: str) -> bool:
    """Return whether the watchdog answered. Redirects are followed on the same host only, and nothing is sent along."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
            return await _ping(client, url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The address itself is a secret of the watchdog: anyone who has it can keep it quiet.
        log.warning("deadman_failed", kind=type(error).__name__)
        return False


async def _ping(client: httpx.AsyncClient, url: str) -> bool:
    host = urlsplit(url).netloc
    for _ in range(MOST_REDIRECTS + 1):
        async with client.stream("GET", url) as answer:
            if not answer.is_redirect:
                return answer.is_success
            url = urljoin(url, answer.headers["location"])
        if urlsplit(url).netloc != host or urlsplit(url).scheme not in {"http", "https"}:
            log.warning("deadman_failed", kind="redirect to another host")
            return False
    return False
