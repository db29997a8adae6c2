"""Makes small flows for tests out of their steps."""

from __future__ import annotations

from textwrap import dedent, indent

from flows.library import Library
from flows.loader import load_flow
from flows.model import Flow
from flows.phrases import phrases_of

HEAD = """\
flow: {name}
version: 1
title: {title}
language: en
minutes: 1
reviewed: {{role: tester, on: 2026-11-23, next: 2027-11-23, evidence: none}}
{more}start: {start}
steps:
"""


def source_of(steps: str, *, name: str = "small", start: str = "first", more: str = "") -> bytes:
    """Return the YAML of a flow with these steps."""
    head = HEAD.format(name=name, title=name.capitalize(), start=start, more=more)
    return (head + indent(dedent(steps).strip("\n"), "  ") + "\n").encode()


def flow_of(steps: str, *, name: str = "small", start: str = "first", more: str = "") -> Flow:
    """Return a flow with these steps."""
    return load_flow(source_of(steps, name=name, start=start, more=more), f"{name}.yaml")


def library_of(*flows: Flow, earlier: tuple[Flow, ...] = ()) -> Library:
    """Return a library of these flows, with the shipped phrases."""
    return Library(flows, {language: phrases_of(language) for language in ("en", "de", "es")}, earlier)
