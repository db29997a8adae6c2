"""Runs the loopback Slack as a process of its own and prints where it listens."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from tests.fakes.slack.control import add_control
from tests.fakes.slack.server import SlackServer


async def serve(port: int, users: list[str], channels: list[str], push_url: str) -> None:
    """Serve until interrupted."""
    server = SlackServer(port=port, extend=add_control)
    for user in users:
        server.user(user)
    for channel in channels:
        server.channel(channel, members=users)
    async with server:
        if push_url:
            server.push_to(push_url)
        print(server.api_url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", action="append", default=["U0ANA"], help="an account that exists")
    parser.add_argument("--channel", action="append", default=["C0ONCALL"], help="a private channel of all users")
    parser.add_argument("--push-url", default="", help="deliver here (HTTP mode) instead of over Socket Mode")
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(args.port, args.user, args.channel, args.push_url))


if __name__ == "__main__":
    main()
