"""The kinds of value that an answer can be saved as."""

from __future__ import annotations

Saved = str | int | float | bool | list[str] | None
