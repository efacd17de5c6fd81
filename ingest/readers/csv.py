"""Comma-separated values, with whatever stands for the comma: rows with their headers."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from ingest.blocks import Reading
from ingest.errors import MAX_PIECES, Rejected, too_many_parts
from ingest.readers.encodings import decode
from ingest.readers.sheets.grid import Row, sheet_blocks
from ingest.readers.text import MAX_CHARACTERS, check_length, no_text
from ingest.tables import Cell

DELIMITERS = (",", ";", "\t", "|")
# Rows that tell which of them parts the values.
SAMPLE_ROWS = 50
# A last row that only a quotation mark left open can swallow.
END = "end"
CORRUPT = "A quotation mark in it is never closed, or a value has no end; save it anew as CSV."


def read_csv(data: bytes) -> Reading:
    """The rows of a file, each with its headers and its number. Raises Rejected with the reason."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    check_length([text])
    text, delimiter = _declared(text)
    delimiter = delimiter or delimiter_of(text)
    if text.count(delimiter) + text.count("\n") > MAX_PIECES:
        raise too_many_parts()
    blocks = tuple(sheet_blocks(list(_rows(text, delimiter))))
    if not blocks:
        raise no_text()
    return Reading(blocks, marked=any(block.kind == "heading" for block in blocks))


def delimiter_of(text: str) -> str:
    """What parts the values: what stands in most rows equally often, and makes the most columns then."""
    return max(DELIMITERS, key=lambda delimiter: _steadiness(text, delimiter))


def _steadiness(text: str, delimiter: str) -> tuple[int, int]:
    """(how many of the first rows have the commonest number of values above one, that number)."""
    widths: Counter[int] = Counter()
    for number, row in enumerate(_values(text, delimiter)):
        if number == SAMPLE_ROWS:
            break
        if len(row) > 1:
            widths[len(row)] += 1
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return rows, width


def _declared(text: str) -> tuple[str, str | None]:
    """The text without the line by which Excel is told the delimiter, and that delimiter."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first) == len("sep=;"):
        return rest, first[-1]
    return text, None


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    apart = False
    *rows, last = _values(f"{text}\n{END}", delimiter)
    if last != [END]:
        raise Rejected("corrupt", CORRUPT)
    for number, values in enumerate(rows, 1):
        cells = tuple(Cell(tuple(value.split("\n"))) for value in values)
        if any(cell.text for cell in cells):
            yield Row(number, cells, apart)
        apart = not any(cell.text for cell in cells)


def _values(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CHARACTERS)
    try:
        yield from csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, skipinitialspace=True)
    except csv.Error as error:
        raise Rejected("corrupt", CORRUPT) from error
