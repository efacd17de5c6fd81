"""Metadata at the top of a text, YAML between two lines of ---. What may be metadata is never taken for text."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

import yaml

from ingest.errors import metadata_unreadable
from ingest.readers.beside import MAX_METADATA
from ingest.readers.metadata import FIELDS, as_name, known_fields, load_yaml, resembles_audience

FENCE = "---"
KEY = re.compile(r"[\s\-\"'{\[+*]*([^:=]{1,60}?)[\s\"']*[:=]")
# A key anywhere in a line of YAML, JSON, TOML or an INI file, quoted or not.
KEYS = re.compile(
    r"(?:^|[{\[,;])(?:[^\S\n]|[\-\"'+*])*+([^:=,;{}\[\]\"'\s][^:=,;{}\[\]\"'\n]{0,59}?)(?:[^\S\n]|[\"'])*[:=]",
    re.MULTILINE,
)
# Lines that set a block at the top apart in other conventions: +++ of TOML, a brace of JSON, a ruled line.
FENCE_LIKE = re.compile(r"\s*(?:([-+*=~_#;])\1{2,}\s*\w*|[{}])\s*")
TOP_LINES = 5
NOT_A_LABEL = (
    "a line at its top names an audience and is not read as a label; put `audience: LABEL` between two lines of --- at "
    "the top, or into NAME.meta.yaml beside the file"
)
FRONT_HINT = (
    "Between its --- lines must be lines of `name: value`, each name once; put a value that holds a colon in quotes."
)
FENCE_HINT = "It names an audience at its top, which is not read there; put it between two lines of ---."
HTML_HINT = "It names an audience before its markup, where it is not read; put it into NAME.meta.yaml beside the file."
LONG_HINT = f"Its front matter has over {MAX_METADATA // 1024} KB; keep to lines of `name: value`."


def front_matter(text: str) -> tuple[dict[str, str], str, str]:
    """(metadata, front matter as written, the rest). A fence that holds no YAML mapping is part of the text.

    Raises Rejected when what stands there names fields of a source record and cannot be read: it may have said who may
    see the text.
    """
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[start].rstrip() != FENCE:
        if _names_audience(lines[start:]):
            raise metadata_unreadable(FENCE_HINT)
        return {}, "", text
    end = next((i for i, line in enumerate(lines[start + 1 :], start + 1) if line.rstrip() in (FENCE, "...")), None)
    names_fields = any(_names_field(line) for line in (_head(lines[start + 1 :]) if end is None else lines[start:end]))
    data = None if end is None else _mapping("\n".join(lines[start + 1 : end]), named=names_fields)
    if data is None or end is None:
        if names_fields:
            raise metadata_unreadable(FRONT_HINT)
        return {}, "", text
    return known_fields(data), "\n".join(lines[: end + 1]), "\n".join(lines[end + 1 :])


def check_markup(text: str) -> None:
    """Raise Rejected for a page that names an audience in front matter, which no reader here honours."""
    head = text[:MAX_METADATA].lstrip()
    if head and not head.startswith("<") and _names_audience(head.split("\n")):
        raise metadata_unreadable(HTML_HINT)


def unread_audience(text: str) -> tuple[str, ...]:
    """A warning when a line at the top of a text, such as `**Audience:** legal`, looks like a label and is none."""
    top = list(islice((line for line in text.split("\n") if line.strip()), TOP_LINES))
    return (NOT_A_LABEL,) if any(resembles_audience(_key(line) or "") for line in top) else ()


def states_audience(text: str) -> bool:
    """Whether a line of the text gives something for an audience, in whatever notation."""
    return any(resembles_audience(as_name(key)) for key in KEYS.findall(unicodedata.normalize("NFKC", text)))


def _mapping(matter: str, *, named: bool) -> dict[object, object] | None:
    """The YAML mapping; None when it is none, and when it is too long for one and names no field."""
    if len(matter) > MAX_METADATA:
        if named:
            raise metadata_unreadable(LONG_HINT)
        return None
    try:
        data = load_yaml(matter)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return {} if data is None else data if isinstance(data, dict) else None


def _head(lines: list[str]) -> list[str]:
    """The lines before the first blank one."""
    return lines[: next((i for i, line in enumerate(lines) if not line.strip()), len(lines))]


def _names_field(line: str) -> bool:
    name = _key(line)
    return name is not None and (name in FIELDS or resembles_audience(name))


def _names_audience(lines: list[str]) -> bool:
    """Whether the block at the top is a list of `name: value`, fenced or of two lines or more, with an audience."""
    block = _head(lines)
    fenced = FENCE_LIKE.fullmatch(block[0]) is not None if block else False
    keys = [_key(line) for line in block if not FENCE_LIKE.fullmatch(line)]
    listed = fenced or (len(keys) > 1 and None not in keys)
    return listed and any(key is not None and resembles_audience(key) for key in keys)


def _key(line: str) -> str | None:
    """What stands before the colon or equals sign of a line."""
    found = KEY.match(line)
    return as_name(found[1]) if found else None
