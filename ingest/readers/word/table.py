"""Tables of Word documents as rows of cells, with the rows that are headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lxml import etree

from ingest.readers.word.styles import Styles, is_bold, value_of
from ingest.readers.word.text import W, all_text, is_on, tag_of
from ingest.tables import Cell, are_labels, header_rows, rows_of

CONTAINERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml"})
FIRST_ROW = 0x20
PLAIN = frozenset({"auto", "ffffff"})

Read = Callable[[etree._Element], Sequence[str]]


def rows_in(table: etree._Element) -> list[etree._Element]:
    """The rows of a table that were not deleted."""
    return [row for row in _inside(table, "tr") if not is_deleted(row)]


def is_deleted(row: etree._Element) -> bool:
    """Whether a row was taken out with changes tracked."""
    return row.find(f"{W}trPr/{W}del") is not None


def deleted_text(table: etree._Element) -> Iterator[str]:
    """The text of each deleted row."""
    return (all_text(row) for row in _inside(table, "tr") if is_deleted(row))


def cells_in(row: etree._Element) -> list[etree._Element]:
    """The cells of a row."""
    return list(_inside(row, "tc"))


def table_lines(table: etree._Element, styles: Styles, read: Read) -> tuple[list[str], int]:
    """(the rows as a table block has them, how many of the first are headers); `read` gives a cell's paragraphs."""
    rows = rows_in(table)
    above: dict[int, tuple[str, ...]] = {}
    cells = [list(_cells(row, above, read)) for row in rows]
    return rows_of(cells, header_rows(cells, _first_headers(table, rows, cells, styles)))


def _cells(row: etree._Element, above: dict[int, tuple[str, ...]], read: Read) -> Iterator[Cell]:
    """The cells of a row; one that is merged with those above says what they say."""
    before = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
    if before:
        yield Cell((), before)
    column = before
    for cell in cells_in(row):
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        columns = _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1)
        goes_on = merge is not None and value_of(merge) != "restart"
        parts = above.get(column, ()) if goes_on else tuple(read(cell))
        above[column] = parts if merge is not None else ()
        yield Cell(parts, columns, goes_on=goes_on)
        column += columns


def _first_headers(
    table: etree._Element, rows: Sequence[etree._Element], cells: Sequence[Sequence[Cell]], styles: Styles
) -> int:
    """How many rows are marked as headers; else the first one where it holds labels and is set apart.

    It is when it alone is bold or shaded throughout, or when the table says so and has more than two columns.
    """
    marked = 0
    while marked < len(rows) and is_on(rows[marked].find(f"{W}trPr/{W}tblHeader")):
        marked += 1
    if marked or len(rows) < 2 or not are_labels(cells[0]):
        return marked
    if any(looks(rows[0]) and not looks(rows[1]) for looks in (_is_bold_row, _is_shaded)):
        return 1
    special = _first_row_is_special(table)
    return int(
        special
        and (_is_bold_row(rows[0]) or sum(cell.columns for cell in cells[0]) > 2 or styles.shows_first_row(table))
    )


def _is_bold_row(row: etree._Element) -> bool:
    return all(is_bold(p) for cell in cells_in(row) for p in cell.iter(f"{W}p") if all_text(p).strip())


def _is_shaded(row: etree._Element) -> bool:
    """Whether every cell has a colour behind it."""
    shades = [cell.find(f"{W}tcPr/{W}shd") for cell in cells_in(row)]
    return all(shade is not None and shade.get(f"{W}fill", "auto").lower() not in PLAIN for shade in shades)


def _first_row_is_special(table: etree._Element) -> bool:
    look = table.find(f"{W}tblPr/{W}tblLook")
    if look is None:
        return False
    if look.get(f"{W}firstRow") is not None:
        return look.get(f"{W}firstRow") in ("1", "true", "on")
    try:
        return bool(int(value_of(look) or "0", 16) & FIRST_ROW)
    except ValueError:
        return False


def _inside(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children of that name, those in content controls and insertions included."""
    for child in element:
        if tag_of(child) == name:
            yield child
        elif tag_of(child) in CONTAINERS:
            yield from _inside(child, name)


def _number(element: etree._Element | None, default: int) -> int:
    value = value_of(element)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else default
