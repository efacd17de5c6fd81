"""The Block Kit pieces in use, as plain dictionaries, each cut to Slack's limit for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.views import limits
from bot.views.escaping import plain
from bot.views.limits import clip

Block = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """A message as Slack takes it: `text` is read out and shown in notifications, `blocks` are shown."""

    text: str
    blocks: tuple[Block, ...]


def mrkdwn(text: str, limit: int = limits.SECTION) -> Block:
    """A mrkdwn text. `verbatim` keeps Slack from making links of bare addresses and names."""
    return {"type": "mrkdwn", "text": clip(text, limit) or " ", "verbatim": True}


def plain_text(text: str, limit: int) -> Block:
    """A plain text, cleaned."""
    return {"type": "plain_text", "text": clip(plain(text), limit) or "…", "emoji": False}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph, with at most one button beside it."""
    return {"type": "section", "text": mrkdwn(text)} | ({"accessory": accessory} if accessory else {})


def context(text: str) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [mrkdwn(text, limits.CONTEXT)]}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain_text(text, limits.HEADER)}


def divider() -> Block:
    """A rule."""
    return {"type": "divider"}


def actions(block_id: str, elements: Sequence[Block]) -> Block:
    """A row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(text: str, action_id: str, value: str, *, style: str | None = None, label: str | None = None) -> Block:
    """A button; `label` is what a screen reader says where the text alone is ambiguous."""
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(text, limits.BUTTON_TEXT),
        "value": value,
    }
    if style:
        made["style"] = style
    if label:
        made["accessibility_label"] = clip(plain(label), limits.LABEL)
    return made


def field(block_id: str, label: str, element: Block, *, hint: str | None = None, optional: bool = False) -> Block:
    """An input of a form; its element's action id is always `value`."""
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, 2000),
        "element": {"action_id": "value"} | element,
        "optional": optional,
    }
    if hint:
        made["hint"] = plain_text(hint, 2000)
    return made


def text_input(initial: str | None = None, *, multiline: bool = False, longest: int = 200) -> Block:
    """An input for text of at most `longest` characters."""
    made: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": longest}
    return made | ({"initial_value": clip(initial, longest)} if initial else {})


def select(options: Iterable[tuple[str, str]], initial: str | None = None, kind: str = "static_select") -> Block:
    """A choice among (value, text) pairs; the initial one is taken only if it is offered."""
    offered = [{"text": plain_text(text, limits.OPTION), "value": value} for value, text in options]
    chosen = next((option for option in offered if option["value"] == initial), None)
    return {"type": kind, "options": offered} | ({"initial_option": chosen} if chosen else {})


def grouped_select(groups: Iterable[tuple[str, Sequence[tuple[str, str]]]], initial: str) -> Block:
    """A choice among named groups of (value, text) pairs, which Slack lets people search; a long group is parted."""
    offered: list[Block] = []
    for name, pairs in groups:
        for at in range(0, len(pairs), limits.OPTIONS):
            part = pairs[at : at + limits.OPTIONS]
            label = name if len(part) == len(pairs) else f"{name}, {part[0][1][0]} to {part[-1][1][0]}"
            offered.append({"label": plain_text(label, limits.OPTION), "options": select(part)["options"]})
    options = (option for group in offered for option in group["options"])
    chosen = next((option for option in options if option["value"] == initial), None)
    return {"type": "static_select", "option_groups": offered} | ({"initial_option": chosen} if chosen else {})


def modal(callback: str, title: str, blocks: Sequence[Block], *, submit: str | None = None, keep: str = "") -> Block:
    """A modal view; `keep` is carried in private_metadata, ids only."""
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, limits.MODAL_TITLE),
        "close": plain_text("Cancel" if submit else "Close", limits.MODAL_TITLE),
        "blocks": list(blocks)[: limits.MODAL_BLOCKS],
        "private_metadata": keep,
    }
    return made | ({"submit": plain_text(submit, limits.MODAL_TITLE)} if submit else {})
