"""Messages and views as a person would read them aloud: blocks to lines of text, references to names."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.model import BOT_USER, Json, Message
from bot.sandbox.world import World

_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


def plain(world: World, text: str) -> str:
    """mrkdwn with names for references, labels for links, and nothing escaped."""

    def shown(match: re.Match[str]) -> str:
        target, label = match[1], match[2]
        if target.startswith("@"):
            user = world.users.get(target[1:])
            return f"@{user.name if user else label or target[1:]}"
        if target.startswith("#"):
            channel = world.channels.get(target[1:])
            return f"#{channel.name if channel else label or target[1:]}"
        return label or target.removeprefix("!")

    return _LINK.sub(shown, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _element(item: Json) -> str:
    kind = item.get("type", "")
    if kind in ("plain_text", "mrkdwn"):
        return str(item["text"])
    if kind == "image":
        return f"(image: {item.get('alt_text', '')})"
    if kind == "feedback_buttons":
        return " ".join(f"[{item[name]['text']['text']}]" for name in ("positive_button", "negative_button"))
    label = item.get("text") or item.get("placeholder") or {}
    return f"[{label.get('text', item.get('action_id', kind))}]"


def _rich(item: Json) -> str:
    kind = item.get("type", "")
    if kind == "text":
        return str(item["text"])
    if kind in ("user", "channel"):
        return f"<{'@' if kind == 'user' else '#'}{item[f'{kind}_id']}>"
    if kind == "link":
        return str(item.get("text", item["url"]))
    parts = [_rich(part) for part in item.get("elements", [])]
    return "\n".join(f"- {part}" for part in parts) if kind == "rich_text_list" else "".join(parts)


def _section(block: Json) -> str:
    texts = [block["text"]] if "text" in block else []
    lines = [_element(part) for part in [*texts, *block.get("fields", [])]]
    return "\n".join(lines) + (f" {_element(block['accessory'])}" if "accessory" in block else "")


def block_text(block: Json) -> str:
    """One block as text."""
    kind = block["type"]
    if kind in ("header", "markdown"):
        text: Any = block["text"]
        return str(text["text"]) if isinstance(text, dict) else str(text)
    if kind == "section":
        return _section(block)
    if kind in ("context", "actions", "context_actions"):
        return " ".join(_element(item) for item in block["elements"])
    if kind == "rich_text":
        return "\n".join(_rich(item) for item in block["elements"])
    if kind == "input":
        return f"{block['label']['text']}: {_element(block['element'])}"
    return {"divider": "---", "image": f"(image: {block.get('alt_text', '')})"}.get(kind, f"({kind})")


def blocks_text(world: World, blocks: list[Json]) -> str:
    """Blocks as lines."""
    return plain(world, "\n".join(block_text(block) for block in blocks))


def message_text(world: World, message: Message) -> str:
    """What a reader sees of a message: its blocks, or its text when there are none."""
    return blocks_text(world, message.blocks) if message.blocks else plain(world, message.text)


def line(world: World, message: Message) -> str:
    """`amal: …`, `proviso (in thread): …` or `proviso (only amal sees): …`."""
    user = world.users.get(message.user)
    marks = ["in thread"] if message.is_reply else []
    if message.visible_to:
        marks.append(f"only {world.users[message.visible_to].name} sees")
    who = "proviso" if message.user == BOT_USER else user.name if user else "slackbot"
    mark = f" ({', '.join(marks)})" if marks else ""
    return f"{who}{mark}: {message_text(world, message)}"
