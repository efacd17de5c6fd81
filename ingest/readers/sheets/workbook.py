"""The cells of a worksheet as text: what is shown of it, by row, and what is left out because nobody can see it."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils import column_index_from_string

from ingest.blocks import Dropped
from ingest.readers.sheets.grid import Row
from ingest.tables import Cell

# A format of this many parts, all empty, shows nothing.
BLANK_FORMAT = re.compile(r";{2,3}")
LITERAL = re.compile(r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]|\\(.)|([€£$¥% ])')
PADDING = re.compile(r"[_*].")
DIGITS = re.compile(r"[0#?][0#?.,]*")
WHITE = "FFFFFF"
MAX_COLUMN = 16_384


class Sheet:
    """One sheet. `dropped` is filled while its rows are read."""

    def __init__(self, sheet: Any) -> None:
        self.name: str = " ".join(sheet.title.split())
        self.dropped: list[Dropped] = []
        self._sheet = sheet
        self._hidden = frozenset(_hidden_columns(sheet))
        self._merged = _merged(sheet)

    def texts(self) -> Iterator[str]:
        """The text of every cell, seen or not."""
        for cell in self._sheet._cells.values():
            if text := _text(cell):
                yield text

    def rows(self) -> Iterator[Row]:
        """The rows that hold text, column by column; a merged cell is said in each of its rows."""
        shown = self._shown()
        columns = sorted({column for cells in shown.values() for column in cells})
        last = 0
        for number in sorted(shown):
            between = range(last + 1, number)
            apart = last > 0 and any(not self._is_hidden_row(row) for row in between[:1000])
            yield Row(number, tuple(self._cells(shown[number], columns)), apart)
            last = number

    def _cells(self, found: dict[int, Cell], columns: list[int]) -> Iterator[Cell]:
        """The cells of one row; columns that a cell to the left spans are part of it."""
        until = 0
        for column in columns:
            if column < until:
                continue
            cell = found.get(column, Cell(()))
            until = column + cell.columns
            yield cell._replace(columns=sum(column <= other < until for other in columns) if cell.columns > 1 else 1)

    def _shown(self) -> dict[int, dict[int, Cell]]:
        """Row and column to what is seen there."""
        found: dict[int, dict[int, Cell]] = defaultdict(dict)
        for (row, column), cell in self._sheet._cells.items():
            text = _text(cell)
            if not text:
                continue
            reason = self._why_unseen(row, column, cell)
            seen, struck = _parts(cell, text) if reason is None else ("", text)
            if struck:
                self.dropped.append(Dropped(struck, reason or "deleted"))
            if seen.strip():
                rows, columns = self._merged.get((row, column), (1, 1))
                for below in range(rows):
                    if not (below and self._is_hidden_row(row + below)):
                        found[row + below][column] = Cell(tuple(seen.split("\n")), columns, goes_on=below > 0)
        return found

    def _why_unseen(self, row: int, column: int, cell: Any) -> str | None:
        if self._is_hidden_row(row):
            return "hidden row"
        if column in self._hidden:
            return "hidden column"
        return "hidden" if cell.has_style and _is_blank(cell) else None

    def _is_hidden_row(self, row: int) -> bool:
        found = self._sheet.row_dimensions.get(row)
        return found is not None and (bool(found.hidden) or found.height == 0)


def _hidden_columns(sheet: Any) -> Iterator[int]:
    for letter, column in sheet.column_dimensions.items():
        if column.hidden or (column.customWidth and column.width == 0):
            first = column.min or column_index_from_string(letter)
            yield from range(first, min(column.max or first, MAX_COLUMN) + 1)


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """The first cell of each merged range to its rows and columns; ranges far beyond the text are no tables."""
    used = max((row for row, _ in sheet._cells), default=0)
    return {
        (found.min_row, found.min_col): (
            min(found.max_row, used) - found.min_row + 1,
            found.max_col - found.min_col + 1,
        )
        for found in sheet.merged_cells.ranges
    }


def _parts(cell: Any, text: str) -> tuple[str, str]:
    """(what stands, what is struck through) of a cell."""
    if cell.has_style and cell.font is not None and cell.font.strike:
        return "", text
    if not isinstance(cell.value, CellRichText):
        return text, ""
    stands: list[str] = []
    struck: list[str] = []
    for part in cell.value:
        is_struck = isinstance(part, TextBlock) and part.font is not None and part.font.strike
        (struck if is_struck else stands).append(str(part))
    return "".join(stands), "".join(struck)


def _text(cell: Any) -> str:
    """What a cell shows: dates in the form 2027-03-01, numbers with their unit; "" for none and for an error."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return str(value).strip()


def _number(value: float, form: str) -> str:
    """A number as it is, with what its format writes before and behind it ("€ 2500", "25%")."""
    form = PADDING.sub("", form.partition(";")[0])
    digits = DIGITS.search(LITERAL.sub(lambda found: "\0" * len(found[0]), form))
    before, behind = ("", "") if digits is None else (form[: digits.start()], form[digits.end() :])
    shown = value * 100 if "%" in (_written(before) + _written(behind)) else value
    return f"{_written(before)}{shown:.12g}{_written(behind)}".strip()


def _written(form: str) -> str:
    """The literal text of a part of a format."""
    return "".join(next((text for text in found if text), "") for found in LITERAL.findall(form))


def _is_blank(cell: Any) -> bool:
    """Whether its format, or its colour on that of its ground, lets nothing be seen."""
    if BLANK_FORMAT.fullmatch(cell.number_format or ""):
        return True
    ink = _colour(cell.font.color) if cell.font is not None else None
    fill = cell.fill
    filled = fill is not None and fill.fill_type == "solid"
    ground = _colour(fill.fgColor) if filled else WHITE
    return ink is not None and ink == ground


def _colour(colour: Any) -> str | None:
    """A colour as six hexadecimal digits; None for one that only the theme knows, but for its white."""
    if colour is None:
        return None
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        return colour.rgb[-6:].upper()
    if colour.type == "theme" and colour.theme == 0 and not colour.tint:
        return WHITE
    return None
