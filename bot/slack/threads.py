"""Which thread a message belongs to, and what a person wrote in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from retrieval.screening.addressing import without_addressees

# No part reaches over the next "<", which Slack never leaves bare: the text is read once, whatever it holds.
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]+(?:\|([^<>]*))?>")
_DATE = re.compile(r"<!date\^[^|<>]*(?:\|([^<>]*))?>")
_GROUP = re.compile(r"<!(?:subteam\^([A-Z0-9]+)|([a-z]+))(?:\|[^<>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^|<>]+)(?:\|([^<>]*))?>")


def thread_of(event: Mapping[str, Any]) -> str | None:
    """The thread to answer in: the one the message stands in, else a new one below it; None in a direct message.

    A direct message is a conversation of two: its answer follows it in plain view, not behind "1 reply".
    """
    if event.get("thread_ts"):
        return str(event["thread_ts"])
    direct = str(event.get("channel", "")).startswith("D")
    return None if direct else str(event["ts"])


def mentions(text: str) -> bool:
    """Whether a message mentions somebody: a person, a group, or everybody."""
    return bool(_PERSON.search(text) or _GROUP.search(text))


def storable(written: object) -> str:
    """What was written as text that can be stored: half a character (a lone surrogate) becomes a question mark."""
    return written.encode("utf-8", "replace").decode() if isinstance(written, str) else ""


def plain_words(written: object, bot_user: str | None) -> str:
    """What was written, with Slack's mark-up turned back into words, and without the people it is addressed to."""
    text = storable(written)
    text = _PERSON.sub(lambda m: "" if m[1] == bot_user else f"@{m[1]}", text)
    text = _GROUP.sub(lambda m: f"@{m[1] or m[2]}", text)
    text = _CHANNEL.sub(lambda m: f"#{m[1]}" if m[1] else "", text)
    text = _DATE.sub(lambda m: m[1] or "", text)
    text = _LINK.sub(lambda m: m[2] or m[1], text)
    # The three characters that Slack escapes, and no more: `&#10;` was typed as it stands.
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(without_addressees(text).split())
