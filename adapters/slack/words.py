"""Turns Slack's escaped text into plain words and plain words into text that is never markup."""

from __future__ import annotations

import re

# <@U1>, <#C1|general>, <!here>, <https://…|label>, <mailto:…|label>
MARKUP = re.compile(r"<(?:([@#!])|(?=[a-z][a-z+.\-]*:))([^<>|]*)(?:\|([^<>]*))?>")
SURROGATE = re.compile("[\ud800-\udfff\x00]")


def to_plain(text: str) -> str:
    """Return what the person saw when writing; NUL and lone surrogates, which no database takes, become U+FFFD."""
    shown = MARKUP.sub(_label, text) if "<" in text else text
    unescaped = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return SURROGATE.sub("\ufffd", unescaped)


def escape(text: str) -> str:
    """Escape the three characters that Slack reads as control characters (Slack: Escaping text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_length(text: str) -> int:
    """How long `text` is once escaped."""
    return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def _label(found: re.Match[str]) -> str:
    sign, target, label = found[1] or "", found[2], found[3]
    if sign == "!":
        return label or f"@{target}"
    return sign + (label or target)
