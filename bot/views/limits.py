"""Slack's limits on text and blocks, and cutting text so that it fits them."""

from __future__ import annotations

import re

BLOCKS = 50
MODAL_BLOCKS = 100
SECTION = 3000
CONTEXT = 2000
HEADER = 150
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
LABEL = 75
OPTION = 75
OPTIONS = 100
MODAL_TITLE = 24
# Slack refuses a message near 13,200 characters of block text (msg_blocks_too_long, not documented as a number).
MESSAGE = 12_500
FALLBACK = 3_900

_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")


def width(text: str) -> int:
    """The length of `text` in UTF-16 units: Slack counts as JavaScript does, and emoji count twice."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def clip(text: str, limit: int) -> str:
    """`text`, cut to `limit` UTF-16 units with an ellipsis; never inside an entity, at a word's end where near."""
    if width(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept, used = [], 0
    for character in text:
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit - 1:
            break
        kept.append(character)
    cut = _CUT_ENTITY.sub("", "".join(kept))
    space = cut.rfind(" ")
    if space > len(cut) * 0.8:
        cut = cut[:space]
    return cut.rstrip() + "…"


def body_text(block: object) -> int:
    """How many characters of text a block or element carries, as Slack adds them up for a message."""
    if isinstance(block, dict):
        own = sum(width(value) for key, value in block.items() if key in ("text", "value") and isinstance(value, str))
        return own + sum(body_text(value) for value in block.values() if isinstance(value, (dict, list, tuple)))
    if isinstance(block, (list, tuple)):
        return sum(body_text(item) for item in block)
    return 0
