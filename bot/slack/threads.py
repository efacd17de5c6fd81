"""Which thread a message belongs to, and what a person wrote in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# No part reaches over the next "<", which Slack never leaves bare: the text is read once, whatever it holds.
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]+(?:\|([^<>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+|date\^[^|<>]*|[a-z]+)(?:\|([^<>]*))?>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^|<>]+)(?:\|([^<>]*))?>")


def thread_of(event: Mapping[str, Any]) -> str | None:
    """The thread to answer in: the one the message stands in, else a new one below it; None in a direct message.

    A direct message is a conversation of two: its answer follows it in plain view, not behind "1 reply".
    """
    if event.get("thread_ts"):
        return str(event["thread_ts"])
    direct = str(event.get("channel", "")).startswith("D")
    return None if direct else str(event["ts"])


def plain_words(text: str, bot_user: str | None) -> str:
    """What was written, without mentions of the bot, and with Slack's mark-up turned back into words."""
    text = _MENTION.sub(lambda m: "" if m[1] == bot_user else f"@{m[2] or m[1]}", text)
    text = _CHANNEL.sub(lambda m: f"#{m[1]}" if m[1] else "", text)
    text = _SPECIAL.sub(lambda m: m[1] or "", text)
    text = _LINK.sub(lambda m: m[2] or m[1], text)
    # The three characters that Slack escapes, and no more: `&#10;` was typed as it stands.
    return " ".join(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split())
