"""The rows of one sheet as blocks: what stands above a table is its title, and a row carries the headers above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from ingest.blocks import Block
from ingest.errors import MAX_PIECES, too_many_parts
from ingest.headings import MAX_WORDS
from ingest.tables import YEAR, Cell, header_rows, rows_of

# More words than this label no column.
MOST_OF_A_HEADER = 20


class Row(NamedTuple):
    """A row that holds something: its number in the sheet, its cells. `apart`: an empty row stands before it."""

    number: int
    cells: tuple[Cell, ...]
    apart: bool = False

    @property
    def filled(self) -> list[Cell]:
        """The cells that hold text."""
        return [cell for cell in self.cells if cell.text]


class _Table:
    """The rows under one header; the header rows themselves come first."""

    def __init__(self, rows: Sequence[Row], headers: int) -> None:
        self.rows, self.headers = list(rows), headers


def sheet_blocks(rows: Sequence[Row], sheet: str | None = None) -> Iterator[Block]:
    """The blocks of a sheet; each row has its place ("Conditions, row 4"). Raises Rejected for too many cells."""
    if sum(len(row.cells) for row in rows) > MAX_PIECES:
        raise too_many_parts()
    if rows and all(len(row.filled) == 1 for row in rows):  # a list, with nothing for a title to stand above
        yield _block(_Table(rows, 0), sheet)
        return
    table: _Table | None = None
    for region in _regions(rows):
        titles = _titles(region)
        body = region[len(titles) :]
        head = _header(body)
        begins = bool(head) and (bool(titles) or _has_values_below(body[len(head) :]))
        if table is not None and body and not begins:  # the table goes on below an empty row
            table.rows += region
            continue
        if table is not None:
            yield _block(table, sheet)
        if table is not None and not body:  # what stands below a table is no title
            yield _block(_Table(region, 0), sheet)
        else:
            yield from _title_blocks(titles)
        table = _Table([*head, *body[len(head) :]], len(head)) if body else None
    if table is not None:
        yield _block(table, sheet)


def _regions(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows between empty ones."""
    found: list[list[Row]] = []
    for row in rows:
        if row.apart or not found:
            found.append([])
        found[-1].append(row)
    return found


def _titles(region: Sequence[Row]) -> list[Row]:
    """The first rows of a region that say one thing alone, above wider ones or with nothing below them."""
    return list(takewhile(lambda row: len(row.filled) == 1, region))


def _title_blocks(titles: Sequence[Row]) -> Iterator[Block]:
    """The first as a heading where it is short, the others as text."""
    for index, row in enumerate(titles):
        text = row.filled[0].text
        is_heading = index == 0 and len(text.split()) <= MAX_WORDS and not text.endswith(".")
        yield Block(text, None, None, "heading", 2) if is_heading else Block(text)


def _header(rows: Sequence[Row]) -> list[Row]:
    """The header rows above a table, with what their cells span."""
    if len(rows) < 2 or len(rows[0].filled) < 2 or not _are_headers(rows[0].filled):
        return []
    head = [rows[0]]
    for count in range(1, len(rows) - 1):
        above = head[-1]._replace(cells=_grouped(head[-1].cells, rows[count].cells))
        cells = [row.cells for row in (*head[:-1], above, rows[count], rows[count + 1])]
        if header_rows(cells, count) <= count:
            break
        head[-1:] = [above, rows[count]]
    return head


def _are_headers(cells: Sequence[Cell]) -> bool:
    """Whether every cell names something, each something else, and none is a value."""
    texts = [cell.text for cell in cells]
    return len(set(texts)) == len(texts) and all(_is_name(text) for text in texts)


def _is_name(text: str) -> bool:
    if YEAR.fullmatch(text):
        return True
    first = next((c for c in text if c.isalnum()), "")
    return first.isalpha() and len(text.split()) <= MOST_OF_A_HEADER and not text.endswith(".")


def _grouped(above: Sequence[Cell], below: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a header row, each over the empty ones to its right that have something below them.

    Both rows are given column by column but for cells that span some.
    """
    filled = {column for column, cell in _columns(below) if cell.text}
    found: list[Cell] = []
    for column, cell in _columns(above):
        if found and found[-1].text and not cell.text and not cell.goes_on and column in filled:
            found[-1] = found[-1]._replace(columns=found[-1].columns + cell.columns)
        else:
            found.append(cell)
    return tuple(found)


def _columns(cells: Sequence[Cell]) -> Iterator[tuple[int, Cell]]:
    column = 0
    for cell in cells:
        yield column, cell
        column += cell.columns


def _has_values_below(rows: Sequence[Row]) -> bool:
    """Whether some column below a header holds numbers or dates."""
    return any(cell.text[:1].isdigit() for row in rows for cell in row.filled)


def _block(table: _Table, sheet: str | None) -> Block:
    lines, headers = rows_of([row.cells for row in table.rows], table.headers)
    places = (f"{sheet}, row {row.number}" if sheet else f"row {row.number}" for row in table.rows)
    return Block("\n".join(lines), None, None, "table", headers, places=tuple(places))
