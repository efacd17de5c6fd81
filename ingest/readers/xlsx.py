"""Workbooks: each sheet that can be seen, row by row with its headers; formulas count as the value they last had."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string

from ingest.blocks import Block, Dropped, Reading
from ingest.errors import MAX_PIECES, Rejected
from ingest.readers.archives import check_archive
from ingest.readers.metadata import as_author, as_title, known_fields
from ingest.readers.sheets.grid import sheet_blocks
from ingest.readers.sheets.workbook import Sheet
from ingest.readers.text import check_length, no_text

# Cells that are only formatted count as well: they cost their reader as much.
MAX_CELLS, MAX_ROWS, MAX_STYLES = 2 * MAX_PIECES, 200_000, 65_000
# Each value is read with its header.
MAX_VALUES = MAX_PIECES // 2
VALUE = re.compile(rb"<(?:v|is)[ >]")
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
MERGED = re.compile(rb"<mergeCell\b[^<>]*?ref=[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
# A formula that nothing has computed yet.
UNCOMPUTED = re.compile(rb"<f\b[^<>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>\s*|<v>\s*</v>\s*)?</c>")
# "Sheet1", and what it is in other languages: names nobody gave.
UNNAMED = re.compile(r"[^\W\d_]+\d{1,2}|Sheet")
TOO_MANY = (
    f"The limit is {MAX_VALUES:,} values in {MAX_CELLS:,} cells and {MAX_ROWS:,} rows a workbook; split it into parts."
)
CORRUPT = "The workbook is damaged; open it in Excel or LibreOffice and save it anew as .xlsx."


def read_xlsx(data: bytes) -> Reading:
    """The sheets in order. Hidden sheets, rows and columns are left out. Raises Rejected with the reason."""
    check_archive(data)
    uncomputed = _check_size(data)
    book = _open(data)
    sheets = [Sheet(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    blocks = tuple(block for sheet in sheets for block in _blocks(sheet, alone=len(sheets) == 1))
    if not any(block.kind != "heading" for block in blocks):
        raise no_text()
    check_length(block.text for block in blocks)
    dropped = [item for sheet in sheets for item in sheet.dropped]
    for hidden in (sheet for sheet in book.worksheets if sheet.sheet_state != "visible"):
        dropped += (Dropped(text, "hidden sheet") for text in Sheet(hidden).texts())
    properties = book.properties
    metadata = known_fields({"title": as_title(properties.title), "author": as_author(properties.creator)})
    return Reading(blocks, metadata, tuple(dropped), marked=True, warnings=_warnings(uncomputed))


def _blocks(sheet: Sheet, *, alone: bool) -> Iterator[Block]:
    """A sheet under its name, where somebody gave it one."""
    rows = list(sheet.rows())
    if rows and not (alone and UNNAMED.fullmatch(sheet.name)):
        yield Block(sheet.name, None, None, "heading", 1)
    yield from sheet_blocks(rows, sheet.name)


def _warnings(uncomputed: int) -> tuple[str, ...]:
    if not uncomputed:
        return ()
    cells = "cell holds a formula" if uncomputed == 1 else "cells hold a formula"
    return (f"{uncomputed:,} {cells} without a value and were not read; open and save it in Excel or LibreOffice.",)


def _check_size(data: bytes) -> int:
    """How many formulas have no value. Raises Rejected for more rows, cells or styles than are read in good time."""
    cells = rows = values = uncomputed = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            part = archive.read(name)
            if DOCTYPE.search(part):
                raise Rejected("corrupt", CORRUPT)
            if name == "xl/styles.xml" and part.count(b"<xf") > MAX_STYLES:
                raise Rejected("too many styles", f"The limit is {MAX_STYLES:,} a workbook; save it anew as .xlsx.")
            if not SHEET.fullmatch(name):
                continue
            cells += part.count(b"<c ") + part.count(b"<c>") + sum(map(_area, MERGED.findall(part)))
            rows += part.count(b"<row")
            values += sum(1 for _ in VALUE.finditer(part))
            if cells > MAX_CELLS or rows > MAX_ROWS or values > MAX_VALUES:
                raise Rejected("too many cells", TOO_MANY)
            uncomputed += len(UNCOMPUTED.findall(part))
    return uncomputed


def _area(found: tuple[bytes, bytes, bytes, bytes]) -> int:
    """How many cells a merged one takes."""
    left, top, right, bottom = (text.decode() for text in found)
    columns: int = column_index_from_string(right) - column_index_from_string(left)
    return (abs(columns) + 1) * (abs(int(bottom) - int(top)) + 1)


def _open(data: bytes) -> Any:
    try:
        return openpyxl.load_workbook(io.BytesIO(data), data_only=True, rich_text=True, keep_links=False)
    except Exception as error:  # whatever a damaged package trips over
        if isinstance(error, MemoryError):
            raise
        raise Rejected("corrupt", CORRUPT) from error
