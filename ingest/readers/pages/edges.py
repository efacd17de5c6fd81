"""Running headers, footers and page numbers: lines at the edge of a page that stand there on most pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.blocks import Dropped
from ingest.readers.pages.words import Line, Piece, line_of, rows_of

SHARE, MIN_PAGES, DEPTH = 0.6, 3, 3
SLOT = 6.0
LARGE = 1.12
# In longer lines a number is part of what is said.
MAX_WORDS = 12
ROMAN = re.compile(r"\b[ivxlc]{1,7}\b")
PAGE_NUMBER = re.compile(r"\W*(?:page|p\.)?\s*(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)


_Slot = tuple[bool, int]
_Place = tuple[_Slot, str]


class _Edge(NamedTuple):
    """A row near the top or the foot of a page, where it stands and what repeats of it."""

    pieces: Sequence[Piece]
    text: str
    slot: _Slot
    shape: str


def without_running(pages: Sequence[Sequence[Piece]], body: float) -> tuple[list[list[Piece]], tuple[Dropped, ...]]:
    """The pieces of each page without its running headers and footers, and what was left out.

    A place at the edge is a running header's when over 60 % of the pages have there a line that other pages have there
    too, numbers aside; at least three must. So a header that names the chapter goes, and a heading that comes twice
    stays. `body` is the size of running text.
    """
    edges = [list(_edges(page, body)) for page in pages]
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
        side = [edge for edge in edges if edge.slot[0] == top]
        for edge in side if top else reversed(side):
            reason = _reason(edge, number, running)
            if reason is None:
                break
            yield edge, reason


def _reason(edge: _Edge, number: int, running: set[_Place]) -> str | None:
    if any(((edge.slot[0], edge.slot[1] + off), edge.shape) in running for off in (-1, 0, 1)):
        return "running header"
    found = PAGE_NUMBER.fullmatch(edge.text)
    return "page number" if found and int(found[1]) == number else None


def _edges(page: Sequence[Piece], body: float) -> Iterator[_Edge]:
    rows = list(rows_of(page))
    for top, part in ((True, rows[:DEPTH]), (False, rows[max(DEPTH, len(rows) - DEPTH) :])):
        for row in part:
            if not row[0].table:
                line = line_of(row)
                yield _Edge(row, line.text, (top, round(line.y / SLOT)), _shape(line, body))


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
    if line.size >= LARGE * body or (line.bold and line.size >= body) or len(text.split()) > MAX_WORDS:
        return text
    bare = ROMAN.sub("#", text) if ROMAN.fullmatch(text.strip("-–— .")) else text
    return re.sub(r"\d+", "#", bare)
