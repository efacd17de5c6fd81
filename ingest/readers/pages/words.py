"""Words with their places, and the pieces and lines they make. Lengths are points; y grows upwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# A gap wider than this share of the font size parts pieces: columns, cells, a number from its item.
PIECE_GAP, BASELINE = 0.8, 0.45
MARK_RATIO = 0.8
BOLD_SHARE = 0.9
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Word(NamedTuple):
    """What stands between two spaces, or a part of it where digits have a style of their own (`glued`)."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    glued: bool = False


class Table(NamedTuple):
    """Rows of cells; `headers` of the first rows name the columns."""

    rows: tuple[tuple[str, ...], ...]
    headers: int = 0


class Rule(NamedTuple):
    """A straight line drawn on the page, level or upright."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one baseline that no wide gap parts; or a whole table."""

    words: tuple[Word, ...]
    x0: float
    x1: float
    y: float
    size: float
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a column as it is read; or a whole table, cells parted by tabs and rows by line feeds."""

    text: str
    size: float
    x0: float
    y: float
    x1: float = 0.0
    bold: bool = False
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The upright words of a page in stream order, the rules drawn on it, and the text that stands sideways."""

    words: tuple[Word, ...]
    rules: tuple[Rule, ...] = ()
    sideways: tuple[tuple[Word, ...], ...] = ()
    slanted: str = ""


def pieces_of(words: Iterable[Word]) -> list[Piece]:
    """The pieces of words in stream order."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and _goes_on(runs[-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [piece(run) for run in runs]


def piece(words: Sequence[Word]) -> Piece:
    """One piece of `words`, at least one."""
    size = main_size(words)
    base = next(word.y for word in words if round(word.size, 1) == size)
    return Piece(tuple(words), min(w.x0 for w in words), max(w.x1 for w in words), base, size)


def _goes_on(run: Sequence[Word], word: Word) -> bool:
    last = run[-1]
    if word.glued:
        return True
    size = max(last.size, word.size)
    raised = abs(word.y - last.y) > BASELINE * size and abs(word.y - run[0].y) > BASELINE * size
    return not raised and -0.5 * size < word.x0 - last.x1 < PIECE_GAP * size


def main_size(words: Iterable[Word]) -> float:
    """The font size most characters have."""
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word.size, 1)] += len(word.text)
    return max(sizes, key=lambda size: (sizes[size], size))


def rows_of(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces by baseline from the top, each row from the left."""
    row: list[Piece] = []
    anchor: Piece | None = None  # the largest of the row: its baseline is the row's
    for found in sorted(pieces, key=lambda p: (-p.y, p.x0)):
        if anchor is not None and not _same_row(anchor, found):
            yield sorted(row, key=lambda p: p.x0)
            row, anchor = [], None
        row.append(found)
        anchor = found if anchor is None or found.size > anchor.size else anchor
    if row:
        yield sorted(row, key=lambda p: p.x0)


def _same_row(anchor: Piece, found: Piece) -> bool:
    if found.table or anchor.table:
        return False
    return anchor.y - found.y <= BASELINE * max(anchor.size, found.size)


def line_of(row: Sequence[Piece]) -> Line:
    """The pieces of a row read as one line."""
    if row[0].table:
        return table_line(row[0].table, row[0])
    words = [word for found in row for word in found.words]
    whole = piece(words)
    inked = sum(len(word.text) for word in words)
    bold = sum(len(word.text) for word in words if word.bold) >= BOLD_SHARE * inked
    return Line(text_of(words), whole.size, whole.x0, whole.y, whole.x1, bold)


def table_line(table: Table, at: Piece) -> Line:
    """The table as one line that stands where `at` does."""
    text = "\n".join("\t".join(row) for row in table.rows)
    return Line(text, at.size, at.x0, at.y, at.x1, table=table)


def text_of(words: Sequence[Word]) -> str:
    """The words with spaces between; raised small digits become superscripts and join what they follow."""
    whole = piece(words)
    parts: list[str] = []
    for word in words:
        text, mark = word.text, _is_mark(word, whole)
        if mark:
            text = text.translate(SUPERSCRIPTS)
        if parts and not word.glued and not (mark and parts[-1][-1:] != " "):
            parts.append(" ")
        parts.append(text)
    return "".join(parts)


def _is_mark(word: Word, whole: Piece) -> bool:
    """Whether a word is digits, raised and small: a footnote mark, or the number of a footnote."""
    return word.text.isascii() and word.text.isdigit() and word.size < MARK_RATIO * whole.size and word.y > whole.y
