"""Line numbers in the margin of bills, drafts and transcripts: they count lines and are no text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ingest.blocks import Dropped
from ingest.readers.pages.words import Page, Word, pieces_of, rows_of
from retrieval.text.sentences import is_unfinished

REASON = "line numbers of the margin"
# Fewer numbers could be anything: figures of a text, a short list.
MIN_NUMBERS = 4
MAX_DIGITS = 3
# Most numbers count on, and so many lines go on with the sentence of the line before: items of a list do not.
COUNTING, GOING_ON = 0.8, 0.25
# A line that reaches this share of the widest one is full: what follows it may be the same sentence.
FULL = 0.75
SLACK = 3.0


class _Numbered(NamedTuple):
    """A row of words that has a number at its edge: its place on the page from the top, the number, the rest."""

    row: int
    number: Word
    text: str

    @property
    def value(self) -> int:
        return int(self.number.text)


def without_line_numbers(pages: Sequence[Page]) -> tuple[list[Page], tuple[Dropped, ...]]:
    """The pages without the numbers that count their lines at either edge, and what was left out of each."""
    kept: list[Page] = []
    dropped: list[Dropped] = []
    for page in pages:
        gone = _line_numbers(page.words)
        if gone:
            dropped.append(Dropped(" ".join(word.text for word in gone), REASON))
            numbers = {id(word) for word in gone}
            page = replace(page, words=tuple(word for word in page.words if id(word) not in numbers))
        kept.append(page)
    return kept, tuple(dropped)


def _line_numbers(words: Sequence[Word]) -> list[Word]:
    rows = [
        sorted((word for piece in row for word in piece.words), key=lambda word: word.x0)
        for row in rows_of(pieces_of(words))
    ]
    for edge in (0, -1):
        found = list(_aligned([*_numbered(rows, edge)]))
        if len(found) >= MIN_NUMBERS and _counts(found) and _goes_on(rows, found, edge):
            return [each.number for each in found]
    return []


def _numbered(rows: Sequence[Sequence[Word]], edge: int) -> Iterator[_Numbered]:
    """The rows that begin (edge 0) or end (edge -1) with a bare number and hold more than that."""
    for place, row in enumerate(rows):
        number = row[edge]
        if len(row) > 1 and number.text.isascii() and number.text.isdigit() and len(number.text) <= MAX_DIGITS:
            yield _Numbered(place, number, _text(row, edge))


def _text(row: Sequence[Word], edge: int) -> str:
    return " ".join(word.text for word in (row[1:] if edge == 0 else row[:-1]))


def _aligned(found: Sequence[_Numbered]) -> Iterator[_Numbered]:
    """Those whose numbers begin, or end, below one another."""
    if found:
        left, right = median(each.number.x0 for each in found), median(each.number.x1 for each in found)
        for each in found:
            if abs(each.number.x0 - left) <= SLACK or abs(each.number.x1 - right) <= SLACK:
                yield each


def _counts(found: Sequence[_Numbered]) -> bool:
    """Whether the numbers grow by one a number, or by as many as there are lines between two of them."""
    steps = [(later.value - one.value, later.row - one.row) for one, later in pairwise(found)]
    return sum(value in (1, rows) for value, rows in steps) >= COUNTING * len(steps)


def _goes_on(rows: Sequence[Sequence[Word]], found: Sequence[_Numbered], edge: int) -> bool:
    """Whether enough of the numbered lines go on, in lower case, with the sentence of a full line before."""
    full = FULL * max(row[-1].x1 for row in rows)
    numbered = {each.row: each.text for each in found}
    going_on = [
        each
        for each in found
        if each.text[:1].islower()
        and each.row > 0
        and rows[each.row - 1][-1].x1 >= full
        and is_unfinished(numbered.get(each.row - 1) or _text(rows[each.row - 1], edge))
    ]
    return len(going_on) >= GOING_ON * len(found)
