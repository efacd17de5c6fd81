"""Running headers, footers and page numbers: lines at the edge of a page that stand there on most pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ingest.blocks import Dropped
from ingest.readers.pages.words import Line, Piece, line_of, rows_of

SHARE, MIN_PAGES, DEPTH = 0.6, 3, 3
SLOT = 6.0
LARGE = 1.12
# On two pages once could be chance: only what stands at the same point, apart from the text, is a running line.
SAME_POINT, APART = 2.0, 1.5
# In longer lines a number is part of what is said.
MAX_WORDS = 12
ROMAN = re.compile(r"\b[ivxlc]{1,7}\b")
PAGE_NUMBER = re.compile(r"\W*(?:page|p\.)?\s*(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)


_Slot = tuple[bool, int]
_Place = tuple[_Slot, str]


class _Edge(NamedTuple):
    """A row near the top or the foot of a page, where it stands, what repeats of it, and the gap to the text."""

    pieces: Sequence[Piece]
    line: Line
    slot: _Slot
    shape: str
    gap: float

    @property
    def text(self) -> str:
        return self.line.text


def without_running(pages: Sequence[Sequence[Piece]], body: float) -> tuple[list[list[Piece]], tuple[Dropped, ...]]:
    """The pieces of each page without its running headers and footers, and what was left out.

    A place at the edge is a running header's when over 60 % of the pages have there a line that other pages have there
    too, numbers aside; at least three must. So a header that names the chapter goes, and a heading that comes twice
    stays. Of two pages both must have it at the same point, apart from the text and not in a heading's type. `body` is
    the size of running text.
    """
    edges = [list(_edges(page, body)) for page in pages]
    if len(edges) + 1 == MIN_PAGES:
        gaps = [gap for page in pages for gap in _gaps(list(rows_of(page)))]
        running = _on_both(edges[0], edges[1], body, APART * median([body, *gaps]))
    else:
        running = _running(edges)
    dropped: list[Dropped] = []
    kept: list[list[Piece]] = []
    for number, (page, found) in enumerate(zip(pages, edges, strict=True), 1):
        gone: set[int] = set()
        for edge, reason in _leaving(found, number, running):
            dropped.append(Dropped(edge.text, reason))
            gone |= {id(piece) for piece in edge.pieces}
        kept.append([piece for piece in page if id(piece) not in gone])
    if sum(map(bool, kept)) < (1 - SHARE) * sum(map(bool, pages)):
        return [list(page) for page in pages], ()  # the same form again and again, and no header of anything
    return kept, tuple(dropped)


def _leaving(edges: Sequence[_Edge], number: int, running: set[_Place]) -> Iterator[tuple[_Edge, str]]:
    """The running lines from the edge inwards: none lies behind a line that stays."""
    for top in (True, False):
        for edge in _inwards(edges, top):
            reason = _reason(edge, number, running)
            if reason is None:
                break
            yield edge, reason


def _inwards(edges: Sequence[_Edge], top: bool) -> list[_Edge]:
    side = [edge for edge in edges if edge.slot[0] == top]
    return side if top else side[::-1]


def _reason(edge: _Edge, number: int, running: set[_Place]) -> str | None:
    if any(((edge.slot[0], edge.slot[1] + off), edge.shape) in running for off in (-1, 0, 1)):
        return "running header"
    found = PAGE_NUMBER.fullmatch(edge.text)
    return "page number" if found and int(found[1]) == number else None


def _edges(page: Sequence[Piece], body: float) -> Iterator[_Edge]:
    rows = list(rows_of(page))
    gaps = _gaps(rows)
    for top, part in ((True, range(len(rows))[:DEPTH]), (False, range(len(rows))[DEPTH:][-DEPTH:])):
        for i in part:
            if not rows[i][0].table:
                line, inwards = line_of(rows[i]), i if top else i - 1
                gap = gaps[inwards] if inwards < len(gaps) else 0.0
                yield _Edge(rows[i], line, (top, round(line.y / SLOT)), _shape(line, body), gap)


def _gaps(rows: Sequence[Sequence[Piece]]) -> list[float]:
    """How far each row is from the next."""
    return [above - below for above, below in pairwise(max(piece.y for piece in row) for row in rows)]


def _on_both(one: Sequence[_Edge], other: Sequence[_Edge], body: float, apart: float) -> set[_Place]:
    """(place, shape) of the lines at the edge of both of two pages, inwards to the last that `apart` sets off."""
    found: set[_Place] = set()
    for top in (True, False):
        both: list[_Edge] = []
        for edge, twin in zip(_inwards(one, top), _inwards(other, top), strict=False):
            if not _same(edge.line, twin.line) or edge.shape != twin.shape or _is_heading(edge.line, body):
                break
            both += [edge, twin]
            if min(edge.gap, twin.gap) > apart:
                found |= {(edge.slot, edge.shape) for edge in both}
    return found


def _same(one: Line, other: Line) -> bool:
    """Whether two lines stand at the same point in the same type."""
    apart = max(abs(one.x0 - other.x0), abs(one.y - other.y))
    return apart <= SAME_POINT and (one.size, one.bold) == (other.size, other.bold)


def _running(edges: Sequence[Sequence[_Edge]]) -> set[_Place]:
    """(place, shape) of every line that is a running header."""
    if len(edges) < MIN_PAGES:
        return set()
    counts = Counter(key for page in edges for key in {(edge.slot, edge.shape) for edge in page})
    repeated = {key for key, count in counts.items() if count >= 2}
    places = Counter(slot for page in edges for slot in {e.slot for e in page if (e.slot, e.shape) in repeated})
    needed = max(MIN_PAGES - 1, SHARE * len(edges))
    return {key for key in repeated if places[key[0]] > needed}


def _shape(line: Line, body: float) -> str:
    """The text with numbers alike, so that "page 3" and "page 4" repeat; in large type "Annex 3" is not "Annex 4"."""
    text = " ".join(line.text.casefold().split())
    if _is_heading(line, body) or len(text.split()) > MAX_WORDS:
        return text
    bare = ROMAN.sub("#", text) if ROMAN.fullmatch(text.strip("-–— .")) else text
    return re.sub(r"\d+", "#", bare)


def _is_heading(line: Line, body: float) -> bool:
    return line.size >= LARGE * body or (line.bold and line.size >= body)
