"""What Slack refuses in blocks and views: unknown kinds, the wrong surface, lengths, counts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox import elements
from bot.sandbox.elements import Problems, count, element, length, problem, text_object
from bot.sandbox.model import Json, Refusal

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 13_000  # of block text in all; Slack's own figure is unpublished, this is what others met
MARKDOWN_CHARACTERS = 12_000


def _section(block: Json, at: str) -> Problems:
    if "text" not in block and "fields" not in block:
        yield problem("missing required field: text", at)
    if "text" in block:
        yield from text_object(block["text"], f"{at}/text", 3000)
    if "fields" in block:
        yield from count(block["fields"], f"{at}/fields", 10)
        for index, field in enumerate(block["fields"]):
            yield from text_object(field, f"{at}/fields/{index}", 2000)
    if "accessory" in block:
        yield from element(block["accessory"], f"{at}/accessory", elements.ACCESSORIES)


def _header(block: Json, at: str) -> Problems:
    yield from text_object(block.get("text"), f"{at}/text", 150, plain=True)


def _context(block: Json, at: str) -> Problems:
    yield from count(block.get("elements"), f"{at}/elements", 10)
    for index, item in enumerate(block.get("elements") or ()):
        if isinstance(item, dict) and item.get("type") == "image":
            yield from elements.IMAGE(item, f"{at}/elements/{index}")
        else:
            yield from text_object(item, f"{at}/elements/{index}", 3000)


def _actions(block: Json, at: str) -> Problems:
    yield from count(block.get("elements"), f"{at}/elements", 25)
    for index, item in enumerate(block.get("elements") or ()):
        yield from element(item, f"{at}/elements/{index}", elements.ACTIONS)


def _context_actions(block: Json, at: str) -> Problems:
    yield from count(block.get("elements"), f"{at}/elements", 5)
    for index, item in enumerate(block.get("elements") or ()):
        yield from element(item, f"{at}/elements/{index}", elements.CONTEXTUAL)


def _input(block: Json, at: str) -> Problems:
    yield from text_object(block.get("label"), f"{at}/label", 2000, plain=True)
    if "hint" in block:
        yield from text_object(block["hint"], f"{at}/hint", 2000, plain=True)
    yield from element(block.get("element"), f"{at}/element", elements.INPUTS)


def _markdown(block: Json, at: str) -> Problems:
    yield from length(block.get("text"), f"{at}/text", MARKDOWN_CHARACTERS)


def _rich_text(block: Json, at: str) -> Problems:
    yield from count(block.get("elements"), f"{at}/elements", 1000)
    kinds = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
    for index, item in enumerate(block.get("elements") or ()):
        if item.get("type") not in kinds:
            yield problem(f"unsupported type: {item.get('type')}", f"{at}/elements/{index}/type")


def _table(block: Json, at: str) -> Problems:
    yield from count(block.get("rows"), f"{at}/rows", 100)
    for index, row in enumerate(block.get("rows") or ()):
        yield from count(row, f"{at}/rows/{index}", 20)


_EVERYWHERE: dict[str, Callable[[Json, str], Problems]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "divider": elements.nothing_more,
    "image": elements.IMAGE,
    "rich_text": _rich_text,
}
SURFACES = {
    "message": _EVERYWHERE | {"markdown": _markdown, "context_actions": _context_actions, "table": _table},
    "modal": _EVERYWHERE,
    "home": _EVERYWHERE | {"table": _table},
}


def block_problems(blocks: list[Any], surface: str, at: str = "/blocks") -> Iterator[str]:
    """Everything Slack would object to in these blocks on that surface ("message", "modal" or "home")."""
    allowed = SURFACES[surface]
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{at}/{index}"
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in allowed:
            yield problem(f"unsupported type: {kind}", f"{here}/type")
            continue
        yield from elements.optional(block, "block_id", here, 255)
        if (block_id := block.get("block_id")) in seen:
            yield problem(f"`block_id` {block_id} already exists", here)
        seen |= {block_id} if block_id else set()
        yield from _double_actions(block, here)
        yield from allowed[kind](block, here)


def _named(blocks: list[Any], surface: str, at: str) -> list[str]:
    try:
        return list(block_problems(blocks, surface, at))
    except (AttributeError, TypeError, ValueError, KeyError):  # a list where an object belongs, and the like
        return [problem("malformed", at)]


def _double_actions(block: Json, at: str) -> Problems:
    items = block.get("elements")
    ids = [item.get("action_id") for item in items or () if isinstance(item, dict) and item.get("action_id")]
    if len(ids) != len(set(ids)):
        yield problem("`action_id` already exists", f"{at}/elements")


def characters(value: Any) -> int:
    """How much text a block tree carries."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(part) for part in value.values())
    return sum(characters(part) for part in value) if isinstance(value, list) else 0


def check_message(blocks: Any) -> list[Json]:
    """The blocks of a message, or the refusal Slack would give."""
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if len(blocks) > MESSAGE_BLOCKS:
        raise Refusal("msg_blocks_too_many", ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"])
    found = _named(blocks, "message", "/blocks")
    if found:
        raise Refusal("invalid_blocks", found)
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARACTERS or characters(blocks) > MESSAGE_CHARACTERS:
        raise Refusal("msg_blocks_too_long")
    return blocks


def check_view(view: Any, surface: str) -> Json:
    """A view fit for the surface ("modal" or "home"), or the refusal Slack would give."""
    if not isinstance(view, dict) or view.get("type") != surface:
        raise Refusal("invalid_arguments", [f"[ERROR] must be a {surface} view [json-pointer:/view/type]"])
    found = list(count(view.get("blocks"), "/view/blocks", VIEW_BLOCKS))
    found += elements.optional(view, "private_metadata", "/view", 3000)
    found += elements.optional(view, "callback_id", "/view", 255)
    found += elements.optional(view, "external_id", "/view", 255)
    if surface == "modal":
        for name in ("title", "submit", "close"):
            if name in view or name == "title":
                found += text_object(view.get(name), f"/view/{name}", 24, plain=True)
    blocks = view["blocks"] if isinstance(view.get("blocks"), list) else []
    found += _named(blocks, surface, "/view/blocks")
    if surface == "modal" and "submit" not in view and any(b.get("type") == "input" for b in blocks):
        found.append(problem("missing required field: submit", "/view"))
    if found:
        raise Refusal("invalid_arguments", found)
    return view
