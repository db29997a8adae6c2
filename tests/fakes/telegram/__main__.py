"""Runs the loopback Bot API as a process of its own: `python -m tests.fakes.telegram --port 8081`."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from tests.fakes.telegram.server import TOKEN, serve_for_ever

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the address is printed")
    parser.add_argument("--token", default=TOKEN)
    arguments = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve_for_ever(arguments.port, arguments.token))
