"""Which blocks are footnotes: numbered in sequence, each called for by a superscript mark in the text before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.blocks import Block
from ingest.cleaning import MARK
from retrieval.text.wording import SUPERSCRIPT

DIGITS = str.maketrans(SUPERSCRIPT, "0123456789")
# "12 Text", then "12. Text" and "12) Text": the bare form first, for numbered lists wear the others.
BARE = re.compile(rf"\s*(\d{{1,3}}|[{SUPERSCRIPT}]{{1,3}})[ \t\u00a0]*(?=[^\s\d.)\]])")
STOPPED = re.compile(r"\s*\[?(\d{1,3})[.)\]][ \t\u00a0]+(?=\S)")
MARKDOWN = re.compile(r"\s*\[\^([^\]\s]{1,40})\]:[ \t]*")
CAPTION = re.compile(
    r"(image|photo|photograph|figure|fig\.|picture|caption|credit|source)\b[^.!?]{0,12}:\s", re.IGNORECASE
)


def note_blocks(blocks: Sequence[Block]) -> dict[int, int]:
    """Position of each footnote block, and how many characters its number takes at the start."""
    found = {i: _marked(block) for i, block in enumerate(blocks) if block.kind == "note"}
    numbered = _numbered(blocks, BARE) or _numbered(blocks, STOPPED)
    return {**found, **numbered}


def is_caption(text: str) -> bool:
    """Whether a block says that it describes a picture."""
    return bool(CAPTION.match(text.lstrip()))


def note_number(text: str) -> int:
    """How many characters the number takes that `text` begins with; 0 when there is none."""
    for pattern in (MARKDOWN, BARE, STOPPED):
        found = pattern.match(text)
        if found:
            return found.end()
    return 0


def _marked(block: Block) -> int:
    return 0 if block.level == 0 else note_number(block.text)


def _numbered(blocks: Sequence[Block], pattern: re.Pattern[str]) -> dict[int, int]:
    called: set[int] = set()
    found: dict[int, int] = {}
    last = 0
    for i, block in enumerate(blocks):
        if block.kind not in ("text", "note", "list") or block.level == 0:
            continue
        match = pattern.match(block.text)
        number = int(match[1].translate(DIGITS)) if match else 0
        if match and number in called and number > last:
            found[i] = match.end()
            last = _last_number(block.text, number, called, pattern)
        else:
            called |= _marks(block.text)
    return found


def _last_number(text: str, first: int, called: set[int], pattern: re.Pattern[str]) -> int:
    """The last of the notes a block holds when they stand on lines of their own without blank lines between."""
    last = first
    for line in text.split("\n")[1:]:
        match = pattern.match(line)
        if match and int(match[1].translate(DIGITS)) == last + 1 and last + 1 in called:
            last += 1
    return last


def _marks(text: str) -> set[int]:
    """The note numbers that superscripts in `text` call for."""
    numbers: set[int] = set()
    for mark in MARK.findall(text):
        numbers |= {int(part) for part in re.split(r"\D+", mark.translate(DIGITS)) if part}
    return numbers
