"""From the characters of pages to blocks: lines, paragraphs by gap and size, headings, running headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ingest.blocks import Block, Dropped
from ingest.readers.text import kind_of

HEADER_SHARE, HEADER_PAGES, HEADER_LINES = 0.6, 4, 2
HEADING_RATIO, HEADING_WORDS = 1.12, 20
NOTE_RATIO = 0.9
MARK_RATIO = 0.8
GAP_RATIO = 1.35
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Glyph(NamedTuple):
    """One character, its font size and its origin on the page in points."""

    character: str
    size: float
    x: float
    y: float


class Line(NamedTuple):
    """One line: its text, the font size most of it has, and where it begins."""

    text: str
    size: float
    x: float
    y: float


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines of one page in stream order; raised small digits become superscripts."""
    lines: list[Line] = []
    run: list[Glyph] = []
    for glyph in glyphs:
        if glyph.character in "\r\n":
            lines += _line(run)
            run = []
        else:
            run.append(glyph)
    return lines + _line(run)


def _line(run: Sequence[Glyph]) -> list[Line]:
    inked = [glyph for glyph in run if not glyph.character.isspace()]
    if not inked:
        return []
    sizes = Counter(round(glyph.size, 1) for glyph in inked)
    size = max(sizes, key=lambda found: (sizes[found], found))
    base = next(glyph.y for glyph in inked if round(glyph.size, 1) == size)
    text = "".join(
        glyph.character.translate(SUPERSCRIPTS)
        if "0" <= glyph.character <= "9" and glyph.size < MARK_RATIO * size and glyph.y > base
        else glyph.character
        for glyph in run
    )
    return [Line(text.strip(), size, inked[0].x, base)]


def blocks_of(pages: Sequence[Sequence[Line]]) -> tuple[tuple[Block, ...], tuple[Dropped, ...]]:
    """The blocks of all pages, and the running headers and footers left out."""
    repeated = _repeated(pages)
    dropped: list[Dropped] = []
    kept: list[list[Line]] = []
    for page in pages:
        edges = set(_edges(page))
        running = [i for i in edges if _shape(page[i].text) in repeated]
        dropped += [Dropped(page[i].text, "running header") for i in sorted(running)]
        kept.append([line for i, line in enumerate(page) if i not in running])
    body = _body_size(kept)
    levels = _levels(kept, body)
    blocks = [
        block
        for number, lines in enumerate(kept, 1)
        for group in _groups(lines)
        for block in [_block(group, number, body, levels)]
    ]
    return tuple(blocks), tuple(dropped)


def _edges(page: Sequence[Line]) -> Iterator[int]:
    """The positions of the first and last lines of a page, by height."""
    order = sorted(range(len(page)), key=lambda i: page[i].y)
    yield from order[:HEADER_LINES]
    yield from order[-HEADER_LINES:]


def _repeated(pages: Sequence[Sequence[Line]]) -> set[str]:
    """The shapes of lines that stand at the edge of more than 60 % of at least 4 pages."""
    if len(pages) < HEADER_PAGES:
        return set()
    seen = Counter(shape for page in pages for shape in {_shape(page[i].text) for i in _edges(page)})
    return {shape for shape, count in seen.items() if count > HEADER_SHARE * len(pages)}


def _shape(text: str) -> str:
    """The text with numbers alike, so that "page 3" and "page 4" repeat."""
    return " ".join(re.sub(r"\d+", "#", text).casefold().split())


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _levels(pages: Sequence[Sequence[Line]], body: float) -> dict[float, int]:
    """Font size to heading level: the largest is 1."""
    sizes = sorted({line.size for page in pages for line in page if line.size >= HEADING_RATIO * body}, reverse=True)
    return {size: min(rank, 6) for rank, size in enumerate(sizes, 1)}


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that stand together: same size, no wider gap than the lines before, no jump to another column."""
    group: list[Line] = []
    gap = 0.0
    for line in lines:
        if group and _parts(group, line, gap):
            yield group
            group, gap = [], 0.0
        if group:
            gap = group[-1].y - line.y
        group.append(line)
    if group:
        yield group


def _parts(group: Sequence[Line], line: Line, gap: float) -> bool:
    last = group[-1]
    step = last.y - line.y
    if abs(line.size - last.size) > 0.3 or step < -0.5 * line.size:
        return True
    usual = gap if gap > 0 else 1.3 * line.size
    return step > GAP_RATIO * usual


def _block(group: Sequence[Line], page: int, body: float, levels: dict[float, int]) -> Block:
    text = "\n".join(line.text for line in group)
    size = group[0].size
    if size in levels and len(text.split()) <= HEADING_WORDS and not text.rstrip().endswith((".", ",", ";")):
        return Block(" ".join(text.split()), None, page, "heading", levels[size])
    if size <= NOTE_RATIO * body and re.match(r"[⁰¹²³⁴-⁹]|\d{1,3}[\s.)]", text):
        return Block(text, None, page, "note")
    return Block(text, None, page, kind_of(text))
