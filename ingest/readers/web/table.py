"""Tables of HTML as rows of cells; a table that only lays out a page is no table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from lxml import etree

from ingest.readers.web.rules import all_in, is_hidden, text_of, why_left_out
from ingest.readers.web.tree import local_name
from ingest.tables import Cell, header_rows, rows_of

PARTS = frozenset({"thead", "tbody", "tfoot", "tr", "colgroup", "col"})
CELLS = frozenset({"td", "th"})
NO_DATA = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "table", "form", "article", "section"})
HEADER = re.compile(r"(?<![\w-])(?:table-?)?head(?:er|ing)?(?:-?row)?(?![\w-])", re.IGNORECASE)
SHADE = re.compile(
    r"background(?:-color)?\s*:\s*(?!\s|none|transparent|inherit|initial|white|#fff(?:fff)?\b)", re.IGNORECASE
)

Read = Callable[[etree._Element], Sequence[str]]


def is_data_table(table: etree._Element) -> bool:
    """Whether a table holds rows of cells, and not the parts of a page."""
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return False
    if any(local_name(below) in NO_DATA for below in table.iterdescendants()):
        return False
    rows = [_cells(row) for row in _rows(table)]
    return any(len(cells) > 1 for cells in rows) and not _has_stray_text(table)


def table_rows(table: etree._Element, read: Read) -> tuple[list[str], int]:
    """(the rows as a table block has them, how many of the first are headers); `read` gives a cell's paragraphs."""
    rows = [row for row in _rows(table) if _cells(row)]
    headers = 0
    while headers < len(rows) and _is_header(rows[headers]):
        headers += 1
    if not headers and len(rows) > 1:
        headers = int(_is_shaded(rows[0]) and not _is_shaded(rows[1]))
    cells = [[_cell(cell, read) for cell in _cells(row)] for row in rows]
    return rows_of(cells, header_rows(cells, headers))


def left_out(table: etree._Element) -> Iterator[tuple[str, str]]:
    """(text, reason) of comments and scripts between the cells, and of what is hidden."""
    for element in _between_cells(table):
        name = local_name(element)
        if name in PARTS or name in CELLS:
            parent = element.getparent()
            if is_hidden(element) and (parent is None or not is_hidden(parent)):
                yield all_in(element), "hidden"
        elif name != "caption":
            yield all_in(element), why_left_out(element) or "markup"


def _rows(table: etree._Element) -> list[etree._Element]:
    parts = sorted(table, key=lambda part: {"thead": 0, "tfoot": 2}.get(local_name(part), 1))
    rows = (row for part in parts for row in ([part] if local_name(part) == "tr" else _children(part, "tr")))
    return [row for row in rows if not _is_unseen(row)]


def _is_unseen(row: etree._Element) -> bool:
    parent = row.getparent()
    return is_hidden(row) or (parent is not None and is_hidden(parent))


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if local_name(child) == name)


def _cells(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row if local_name(cell) in CELLS and not is_hidden(cell)]


def _cell(cell: etree._Element, read: Read) -> Cell:
    return Cell(tuple(read(cell)), _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: etree._Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 and int(value) else 1


def _is_header(row: etree._Element) -> bool:
    """In the table's head, named so, of header cells alone, or all in bold."""
    parent = row.getparent()
    if (parent is not None and local_name(parent) == "thead") or HEADER.search(row.get("class") or ""):
        return True
    filled = [cell for cell in _cells(row) if text_of(cell).strip()]
    return bool(filled) and all(_is_labelling(cell) or _is_bold(cell) for cell in filled)


def _is_labelling(cell: etree._Element) -> bool:
    scoped = (cell.get("scope") or "").lower() in ("col", "colgroup")
    return local_name(cell) == "th" or scoped or (cell.get("role") or "").lower() == "columnheader"


def _is_shaded(row: etree._Element) -> bool:
    """Whether a row, or every cell of it, has a colour behind it."""
    return _has_shade(row) or all(_has_shade(cell) for cell in _cells(row))


def _has_shade(element: etree._Element) -> bool:
    return SHADE.search(f"background:{element.get('bgcolor') or 'none'};{element.get('style') or ''}") is not None


def _is_bold(cell: etree._Element) -> bool:
    bold = "".join(text_of(below) for below in cell.iter() if local_name(below) in ("b", "strong"))
    return "".join(bold.split()) == "".join(text_of(cell).split())


def _has_stray_text(table: etree._Element) -> bool:
    """Whether text or elements stand between the cells, where they have no place."""
    if (table.text or "").strip():
        return True
    for element in _between_cells(table):
        name = local_name(element)
        if (element.tail or "").strip() or (name in PARTS and (element.text or "").strip()):
            return True
        known = name in PARTS or name in CELLS or name == "caption"
        if not known and text_of(element).strip() and why_left_out(element) is None:
            return True
    return False


def _between_cells(element: etree._Element) -> Iterator[etree._Element]:
    """What stands in a table outside its cells, the cells themselves included."""
    for child in element:
        yield child
        if local_name(child) in PARTS:
            yield from _between_cells(child)
