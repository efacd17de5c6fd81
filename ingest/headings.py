"""Headings of documents that do not mark them, and the path of headings a passage stands under."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ingest.blocks import Block
from retrieval.text.places import begun
from retrieval.text.sentences import is_unfinished

MAX_WORDS, MAX_CHARACTERS, BODY_WORDS = 14, 100, 12
# Of a heading that is marked as one, and of the path that every passage below carries.
LONGEST, DEEPEST = 300, 9
SMALL_WORDS = frozenset({
    "a", "an", "and", "as", "at", "but", "by", "de", "du", "for", "from", "if", "in", "into", "la", "le", "nor", "of",
    "off", "on", "onto", "or", "out", "over", "per", "so", "the", "their", "to", "under", "up", "upon", "via",
    "vis-à-vis", "von", "vs", "with", "within", "without", "yet", "and/or",
})  # fmt: skip
NUMBERED = re.compile(
    r"(?:(?:part|chapter|section|annex|appendix)\s+)?((?:\d{1,2}|[IVX]{1,5}|[A-Z])(?:\.\d{1,2})*)[.):]?\s+(?=\S)", re.I
)
# Articles are numbered through the chapters of a part.
LEVELS, ARTICLE_LEVEL = {"annex": 2, "appendix": 2, "schedule": 2, "part": 2, "chapter": 3, "sec": 4}, 5
# More short blocks than this above the text are text themselves.
MOST_BYLINES = 6
FIRST_SECTIONS = frozenset({
    "abstract", "summary", "introduction", "background", "foreword", "preface", "overview", "contents", "purpose",
    "scope", "conclusion",
})  # fmt: skip
SEPARATOR = " > "


def guess_headings(blocks: Sequence[Block], notes: Collection[int]) -> tuple[dict[int, int], frozenset[int]]:
    """(position to level, positions of the byline) of a document whose format marks no headings.

    A heading is a short block in title case or capitals without a full stop, with body text after it. Short blocks
    between the title and the first body text are the byline: author, date, copyright.
    """
    short = [i not in notes and _looks_like_heading(block) for i, block in enumerate(blocks)]
    first_body = next((i for i, block in enumerate(blocks) if i not in notes and _is_body(block)), len(blocks))
    found = {
        i: _level(blocks[i].text)
        for i, follows in enumerate(_before_body(blocks, notes, short))
        if follows and short[i]
    }
    byline: frozenset[int] = frozenset()
    if 0 < first_body < min(len(blocks), MOST_BYLINES + 2) and short[0]:
        byline = frozenset(range(1, first_body)) - _sections(blocks, first_body)
        found = {i: level for i, level in found.items() if i not in byline} | {0: 1}
    elif found.get(0) and blocks[0].text.strip().casefold() not in FIRST_SECTIONS:
        found[0] = 1
    return _nested(found, blocks), byline


def section_path(path: Sequence[tuple[int, str]], level: int, text: str) -> list[tuple[int, str]]:
    """`path` after a heading of this level: deeper and equal ones have ended."""
    return [*((depth, name) for depth, name in path if depth < level), (level, text)]


def joined_path(path: Sequence[tuple[int, str]], title: str | None) -> str | None:
    """The section path as text, without a first heading that only repeats the title."""
    names = [name for _, name in path if name]
    if names and title and _bare(names[0]) == _bare(title):
        names = names[1:]
    return SEPARATOR.join(names) or None


def _sections(blocks: Sequence[Block], first_body: int) -> frozenset[int]:
    """Of the short blocks before the body, those from the first that names an article or the like on, or the last when
    it names the first section."""
    placed = next((i for i in range(1, first_body) if begun(blocks[i].text)), None)
    if placed is not None:
        return frozenset(range(placed, first_body))
    last = first_body - 1
    if last > 0 and (
        blocks[last].text.strip().casefold() in FIRST_SECTIONS or NUMBERED.match(blocks[last].text.strip())
    ):
        return frozenset((last,))
    return frozenset()


def _looks_like_heading(block: Block) -> bool:
    text = block.text.strip()
    if block.kind == "text" and (place := begun(text)) and place.end == len(text):
        return True
    words = text.split()
    if block.kind != "text" or "\n" in text or not 1 <= len(words) <= MAX_WORDS or len(text) > MAX_CHARACTERS:
        return False
    if text.endswith((".", ";", ",", ":", "!", "…")) or not is_unfinished(text.rstrip("?")):
        return False
    return _is_titled(NUMBERED.sub("", text) if NUMBERED.match(text) else text)


def _is_titled(text: str) -> bool:
    """Title case or capitals: every word of weight begins with a capital."""
    words = re.findall(r"[^\W\d_][\w'’\-./]*", text)
    weighty = [word for word in words if word.casefold() not in SMALL_WORDS]
    return bool(weighty) and words[0][0].isupper() and all(word[0].isupper() for word in weighty)


def _is_body(block: Block) -> bool:
    return len(block.text.split()) >= BODY_WORDS or (len(block.text.split()) > 3 and not is_unfinished(block.text))


def _before_body(blocks: Sequence[Block], notes: Collection[int], short: Sequence[bool]) -> list[bool]:
    """Whether body text follows each block, other short blocks aside. Never so above the notes of a page."""
    follows = [False] * len(blocks)
    for i in range(len(blocks) - 2, -1, -1):
        below = i + 1
        if below in notes:
            continue
        is_body = _is_body(blocks[below]) or blocks[below].kind in ("list", "table")
        follows[i] = follows[below] if short[below] else is_body
    return follows


def _level(text: str) -> int:
    place = begun(text)
    if place is not None:
        return min(LEVELS.get(place.kind, ARTICLE_LEVEL) + place.number.count("."), DEEPEST)
    found = NUMBERED.match(text.strip())
    return 2 + found[1].count(".") if found else 2


def _is_numbered(text: str) -> bool:
    return bool(NUMBERED.match(text.strip()) or begun(text))


def _nested(found: dict[int, int], blocks: Sequence[Block]) -> dict[int, int]:
    """Of two headings in a row at one level the second belongs to the first."""
    levels: dict[int, int] = {}
    for i in sorted(found):
        level = found[i]
        above = levels.get(i - 1)
        numbered = _is_numbered(blocks[i].text)
        levels[i] = min(above + 1, DEEPEST) if above is not None and level <= above and not numbered else level
    return levels


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text).casefold().strip()
