"""`handrail slack manifest`: what an administrator pastes when making the Slack app."""

from __future__ import annotations

import json

from adapters.slack.manifest import Mode, manifest


def manifest_text(mode: str, url: str, *, dm_text: bool = False) -> str:
    """Return the manifest as JSON; Slack takes it as it is."""
    return json.dumps(manifest(Mode(mode), url, dm_text=dm_text), indent=2)
