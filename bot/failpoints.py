"""Named points at which a test lets the process die at once (HANDRAIL_FAILPOINT); in a real run they do nothing."""

from __future__ import annotations

import os

# The name, and how often it is passed before it strikes: `commit.before:2` dies at the third time.
_NAME, _, _SKIP = os.environ.get("HANDRAIL_FAILPOINT", "").partition(":")
_passes = int(_SKIP or 0)

# In the order of a worrying message: from the platform's answer to the page that it accepted.
POINTS = (
    "intake.received",
    "conversation.queued",
    "load.before",
    "load.after",
    "commit.before",
    "commit.after",
    "intake.committed",
    "claim.before",
    "claim.after",
    "send.before",
    "send.after",
    "settle.before",
    "settle.after",
    "accepted.before",
    "accepted.after",
)


def failpoint(name: str) -> None:
    """Die here, as a power cut would have it, when the environment asks for it."""
    global _passes  # noqa: PLW0603  a test's own counter
    if name != _NAME:
        return
    if _passes == 0:
        os._exit(86)
    _passes -= 1
