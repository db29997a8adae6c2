"""Telegram: messages in from a Bot API server, messages out to it."""

import os
import sys

# Before the library is imported anywhere: it would warn at every 429 that the waiting time will become a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")
# httpx imports its own command line client, and with it rich and pygments: 33 ms and 5 MB that no bot needs.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
