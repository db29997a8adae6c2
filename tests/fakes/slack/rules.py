"""The published limits of Slack's messages and Block Kit, as lists of what breaks them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Block = dict[str, Any]
LABEL, VALUE, ACTION_ID, SECTION, HEADER, ELEMENTS = 75, 2000, 255, 3000, 150, 25
TITLE, METADATA, ALT, OPTION_VALUE = 24, 3000, 2000, 150
MOST_OPTIONS = {"static_select": 100, "checkboxes": 10, "radio_buttons": 10, "overflow": 5}


def broken_by_message(text: str, blocks: list[Block]) -> list[str]:
    """What a message breaks."""
    found = list(_blocks(blocks, limit=50))
    if len(text) > 40_000:
        found.append("message text over 40,000 characters")
    return found


def broken_by_view(view: Block) -> list[str]:
    """What a modal or home breaks."""
    found = list(_blocks(view.get("blocks", []), limit=100))
    if view.get("type") not in {"modal", "home"}:
        found.append("view type missing")
    if view.get("type") == "modal" and not view.get("title"):
        found.append("modal without a title")
    for name in ("title", "submit", "close"):
        found += _text(view.get(name, {"text": "-"}), TITLE, f"view {name}")
    if len(view.get("private_metadata", "")) > METADATA:
        found.append("private_metadata too long")
    inputs = any(block.get("type") == "input" for block in view.get("blocks", []))
    if inputs and view.get("type") == "modal" and not view.get("submit"):
        found.append("a modal with an input needs submit")
    return found


def _blocks(blocks: list[Block], limit: int) -> Iterator[str]:
    if len(blocks) > limit:
        yield f"{len(blocks)} blocks"
    seen: set[str] = set()
    for block in blocks:
        check = CHECKS.get(block.get("type", ""))
        if check is None:
            yield f"unknown block type {block.get('type')}"
            continue
        yield from check(block)
        for element in _elements(block):
            yield from _element(element, seen)


def _elements(block: Block) -> list[Block]:
    if block["type"] == "actions":
        return list(block.get("elements", []))
    return [block[name] for name in ("accessory", "element") if name in block]


def _element(element: Block, seen: set[str]) -> Iterator[str]:
    action = element.get("action_id", "")
    if not action or len(action) > ACTION_ID:
        yield "action_id missing or too long"
    if action in seen:
        yield "action_id not unique"
    seen.add(action)
    if element.get("type") == "button":
        yield from _text(element.get("text", {}), LABEL, "button", kinds={"plain_text"})
        if len(element.get("value", "")) > VALUE:
            yield "button value too long"
    yield from _options(element)


def _options(element: Block) -> Iterator[str]:
    options, most = element.get("options", []), MOST_OPTIONS.get(element.get("type", ""))
    if most is not None and not 1 <= len(options) <= most:
        yield f"{element['type']} with {len(options)} options"
    for option in options:
        yield from _text(option.get("text", {}), LABEL, "option")
        if not 1 <= len(option.get("value", "")) <= OPTION_VALUE:
            yield "option value missing or too long"
    ticked = element.get("initial_options", [None])
    if not ticked or any(option not in options for option in ticked if option is not None):
        yield "initial_options empty or not among the options"


def _text(text: Block, limit: int, where: str, kinds: set[str] | None = None) -> list[str]:
    found = []
    if kinds and text.get("type") not in kinds:
        found.append(f"{where} text has the wrong type")
    if not 1 <= len(text.get("text", "")) <= limit:
        found.append(f"{where} text of {len(text.get('text', ''))} characters, allowed 1 to {limit}")
    return found


def _section(block: Block) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "section without text"
    if "text" in block:
        yield from _text(block["text"], SECTION, "section")
    for text in block.get("fields", []):
        yield from _text(text, 2000, "field")
    if len(block.get("fields", [])) > 10:
        yield "more than 10 fields"


def _actions(block: Block) -> Iterator[str]:
    if not 1 <= len(block.get("elements", [])) <= ELEMENTS:
        yield f"actions with {len(block.get('elements', []))} elements"


def _header(block: Block) -> Iterator[str]:
    yield from _text(block.get("text", {}), HEADER, "header", kinds={"plain_text"})


def _image(block: Block) -> Iterator[str]:
    if not 1 <= len(block.get("alt_text", "")) <= ALT:
        yield "image without alt_text"
    if not block.get("image_url") and not block.get("slack_file"):
        yield "image without a source"


def _context(block: Block) -> Iterator[str]:
    if not 1 <= len(block.get("elements", [])) <= 10:
        yield "context with none or more than 10 elements"
    for element in block.get("elements", []):
        if element.get("type") == "image":
            yield from _image(element)


def _input(block: Block) -> Iterator[str]:
    yield from _text(block.get("label", {}), 2000, "input label", kinds={"plain_text"})
    if "element" not in block:
        yield "input without an element"


def _nothing(_block: Block) -> Iterator[str]:
    return iter(())


CHECKS = {
    "section": _section,
    "actions": _actions,
    "header": _header,
    "image": _image,
    "context": _context,
    "input": _input,
    "divider": _nothing,
    "rich_text": _nothing,
}
