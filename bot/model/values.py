"""What all values share, and what an answer may be."""

from __future__ import annotations

from msgspec import Struct


class Value(Struct, frozen=True):
    """A frozen value; equal when its fields are."""


Saved = str | int | float | bool | list[str] | None
