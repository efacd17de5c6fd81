"""Tables: ruled ones cell by cell from the lines drawn, others row by row where pieces stand in columns.

pdfplumber finds ruled tables too, but parses the page a second time at 0.1 s each; the rules pdfium gives are enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ingest.readers.pages.words import (
    Line,
    Piece,
    Rule,
    Table,
    Word,
    line_of,
    pieces_of,
    rows_of,
    table_line,
    text_of,
)

SNAP, MIN_RULE, MAX_RULES = 3.0, 8.0, 400
# Words stand on their baseline; their middle lies about this share of their size above it.
MIDDLE = 0.3
# A borderless table: so many rows with a wide gap, their cells beginning (or ending) below each other.
MIN_TABLE_ROWS, CELL_SLACK, FULL_ROWS = 3, 6.0, 0.7
LABEL_CHARACTERS = 6
BROKEN = re.compile(r"(?<=[a-z])[-\u00ad]\n(?=[a-z])")


class Box(NamedTuple):
    """A stretch of the page."""

    x0: float
    y0: float
    x1: float
    y1: float


class _Grid(NamedTuple):
    """The rules of one table, with the heights of its rows from the foot and the cuts between its columns."""

    box: Box
    levels: tuple[float, ...]
    cuts: tuple[float, ...]
    uprights: tuple[Rule, ...]


def with_ruled_tables(words: Sequence[Word], rules: Sequence[Rule]) -> list[Piece]:
    """The pieces of a page; the words between the rules of a table are one piece."""
    grids = list(_grids(rules))
    inside: list[list[Word]] = [[] for _ in grids]
    outside: list[Word] = []
    for word in words:
        found = next((i for i, grid in enumerate(grids) if _holds(grid.box, word)), None)
        (outside if found is None else inside[found]).append(word)
    pieces = pieces_of(outside)
    for grid, held in zip(grids, inside, strict=True):
        if held:
            table = _ruled(grid, held)
            size = max(word.size for word in held)
            pieces.append(Piece((), grid.box.x0, grid.box.x1, grid.box.y1 - size, size, table))
    return pieces


def _holds(box: Box, word: Word) -> bool:
    return box.x0 - SNAP <= (word.x0 + word.x1) / 2 <= box.x1 + SNAP and box.y0 <= _middle(word) <= box.y1


def _middle(word: Word) -> float:
    return word.y + MIDDLE * word.size


def _grids(rules: Sequence[Rule]) -> Iterator[_Grid]:
    """Rules that touch each other and make at least two cells; more of them than a table has are a drawing."""
    if len(rules) > MAX_RULES:
        return
    for group in _touching([rule for rule in rules if rule.x1 - rule.x0 + rule.y1 - rule.y0 >= MIN_RULE]):
        uprights = tuple(rule for rule in group if not _is_level(rule))
        levels = _snapped(rule.y0 for rule in group if _is_level(rule))
        cuts = _snapped(rule.x0 for rule in uprights)
        if len(levels) >= 2 and len(cuts) >= 2 and len(levels) + len(cuts) > 4:
            yield _Grid(Box(cuts[0], levels[0], cuts[-1], levels[-1]), tuple(levels), tuple(cuts), uprights)


def _is_level(rule: Rule) -> bool:
    return rule.x1 - rule.x0 >= rule.y1 - rule.y0


def _touching(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    waiting = list(rules)
    while waiting:
        group, edge = list[Rule](), [waiting.pop()]
        while edge:
            rule = edge.pop()
            group.append(rule)
            edge += [other for other in waiting if _meet(rule, other)]
            waiting = [other for other in waiting if not _meet(rule, other)]
        yield group


def _meet(a: Rule, b: Rule) -> bool:
    across = a.x0 - SNAP <= b.x1 and b.x0 - SNAP <= a.x1
    return across and a.y0 - SNAP <= b.y1 and b.y0 - SNAP <= a.y1


def _snapped(values: Iterable[float]) -> list[float]:
    """The distinct ones, in order."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > SNAP:
            found.append(value)
    return found


def _ruled(grid: _Grid, words: Sequence[Word]) -> Table:
    """The rows from the top."""
    bands: list[list[Word]] = [[] for _ in grid.levels[1:]]
    for word in words:
        below = sum(level <= _middle(word) for level in grid.levels)
        bands[min(max(below, 1), len(bands)) - 1].append(word)
    rows: list[tuple[str, ...]] = []
    bold: list[bool] = []
    for held, (low, high) in reversed(list(zip(bands, pairwise(grid.levels), strict=True))):
        if held:
            rows += _band_rows(grid, held, (low + high) / 2)
            bold.append(all(word.bold for word in held))
    return Table(tuple(rows), _headers(bold))


def _headers(bold: Sequence[bool]) -> int:
    """1 when the first row alone is bold."""
    return int(len(bold) > 1 and bold[0] and not all(bold))


def _band_rows(grid: _Grid, words: Sequence[Word], height: float) -> Iterator[tuple[str, ...]]:
    """One row; or a row for each line of text, where the rules between rows were left out."""
    cuts = [cut for cut in grid.cuts if any(_stands(rule, cut, height) for rule in grid.uprights)] or [grid.cuts[0]]
    cells: dict[int, list[Word]] = {}
    for word in words:
        left = max((cut for cut in cuts if cut <= (word.x0 + word.x1) / 2), default=cuts[0])
        cells.setdefault(grid.cuts.index(left), []).append(word)
    lines = {column: list(rows_of(pieces_of(cell))) for column, cell in cells.items()}
    columns = range(max(1, len(grid.cuts) - 1))
    most = max(map(len, lines.values()))
    if most >= MIN_TABLE_ROWS and len(lines) >= 2 and min(map(len, lines.values())) >= FULL_ROWS * most:
        yield from _line_rows(lines, columns)
        return
    yield tuple(_cell_text(lines.get(column, ())) for column in columns)


def _line_rows(lines: dict[int, list[list[Piece]]], columns: range) -> Iterator[tuple[str, ...]]:
    places = {id(found): column for column, rows in lines.items() for row in rows for found in row}
    for row in rows_of(found for rows in lines.values() for cell in rows for found in cell):
        yield tuple(_cell_text([[found for found in row if places[id(found)] == column]]) for column in columns)


def _stands(rule: Rule, cut: float, height: float) -> bool:
    return abs(rule.x0 - cut) <= SNAP and rule.y0 - SNAP <= height <= rule.y1 + SNAP


def _cell_text(rows: Iterable[Sequence[Piece]]) -> str:
    """The lines of a cell as one; a word broken between two of them keeps a soft hyphen."""
    return _joined(text_of([word for found in row for word in found.words]) for row in rows if row)


def _joined(lines: Iterable[str]) -> str:
    return BROKEN.sub("\u00ad", "\n".join(lines)).replace("\n", " ")


def lines_of(region: Iterable[Piece]) -> Iterator[Line]:
    """The lines of a column from the top; rows whose cells stand below each other come together as a table."""
    waiting: list[list[Piece]] = []
    for row in rows_of(region):
        if waiting and not _same_table(waiting, row):
            yield from _flushed(waiting)
            waiting = []
        waiting.append(row)
    yield from _flushed(waiting)


def _same_table(rows: Sequence[Sequence[Piece]], row: Sequence[Piece]) -> bool:
    """Whether each piece of `row` stands below one of the rows before, and it is a row or the rest of one."""
    above = max(rows, key=len)
    if len(above) < 2 or row[0].table or rows[-1][-1].y - row[0].y > 3 * row[0].size:
        return False
    stands = all(min(_distance(a, b) for b in above) <= CELL_SLACK for a in row)
    return stands and (len(row) > 1 or _column(row[0], above) > 0)


def _distance(a: Piece, b: Piece) -> float:
    return min(abs(a.x0 - b.x0), abs(a.x1 - b.x1), abs(a.x0 + a.x1 - b.x0 - b.x1) / 2)


def _column(found: Piece, above: Sequence[Piece]) -> int:
    return min(range(len(above)), key=lambda i: _distance(found, above[i]))


def _flushed(rows: Sequence[Sequence[Piece]]) -> Iterator[Line]:
    wide = [row for row in rows if len(row) > 1]
    # A number or bullet before an item makes two pieces as well, but no table.
    if len(wide) < MIN_TABLE_ROWS or all(map(_is_item, wide)):
        yield from map(line_of, rows)
        return
    above = max(rows, key=len)
    cells: list[list[list[str]]] = []
    for row in rows:
        if not cells or _column(row[0], above) == 0:
            cells.append([[] for _ in above])
        for found in row:
            cells[-1][_column(found, above)].append(text_of(found.words))
    table = Table(
        tuple(tuple(_joined(cell) for cell in row) for row in cells), _headers([line_of(r).bold for r in rows])
    )
    yield table_line(table, rows[0][0])


def _is_item(row: Sequence[Piece]) -> bool:
    """Whether a row is an item after its number or bullet."""
    if len(row) != 2 or len(row[0].words) != 1 or len(row[0].words[0].text) > LABEL_CHARACTERS:
        return False
    bare = row[0].words[0].text.strip("()[].").lower()
    return not bare.isalpha() or len(bare) == 1 or set(bare) <= set("ivxl")
