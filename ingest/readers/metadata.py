"""What a document says of itself: YAML front matter, or `NAME.meta.yaml` beside the file. Nothing is guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import yaml

from ingest.errors import Rejected

FIELDS = (
    "title", "publisher", "author", "published", "url", "edition", "status", "authority", "binds", "kind", "digest_of",
)  # fmt: skip
ALIASES = {"date": "published", "source_url": "url"}
FENCE = "---"
MAX_VALUE = 1000


def front_matter(text: str) -> tuple[dict[str, str], str, str]:
    """(metadata, front matter as written, the rest). A fence that holds no YAML mapping is part of the text."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return {}, "", text
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() in (FENCE, "...")), None)
    if end is None:
        return {}, "", text
    try:
        data = yaml.safe_load("\n".join(lines[1:end]))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, "", text
    if data is not None and not isinstance(data, dict):
        return {}, "", text
    return known_fields(data or {}), "\n".join(lines[: end + 1]), "\n".join(lines[end + 1 :])


def beside(text: str) -> dict[str, str]:
    """The metadata of a `.meta.yaml`. Raises Rejected when it is not a YAML mapping."""
    hint = "Its .meta.yaml must be lines of `name: value`; mend or remove it."
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Rejected("metadata unreadable", hint) from error
    if data is not None and not isinstance(data, dict):
        raise Rejected("metadata unreadable", hint)
    return known_fields(data or {})


def known_fields(data: Mapping[Any, Any]) -> dict[str, str]:
    """The fields of a source record that `data` fills with a plain value; anything else is left out."""
    found: dict[str, str] = {}
    for key, value in data.items():
        name = ALIASES.get(str(key).lower(), str(key).lower())
        text = _plain(value)
        if name in FIELDS and text and name not in found:
            found[name] = text
    if not found.get("url", "https://").startswith(("https://", "http://")):
        del found["url"]
    if found.get("kind") not in ("source", "digest"):
        found.pop("kind", None)
    return found


def _plain(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | dt.date):
        return None
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())[:MAX_VALUE] or None
