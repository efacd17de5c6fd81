"""PDF, page-true: columns in stream order, headings by font size, running headers dropped. The only user of pdfium."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.blocks import Reading
from ingest.errors import Rejected
from ingest.readers.metadata import known_fields
from ingest.readers.page_layout import Glyph, Line, blocks_of, lines_of
from ingest.readers.text import MAX_CHARACTERS

MAX_PAGES = 2000
SIZE_EVERY = 4
# A scan carries at most a stamp or a page number as text.
SCAN_CHARACTERS, SCAN_SHARE = 20, 0.8
NOT_A_TITLE = re.compile(r"^(untitled|microsoft \w+ - .*|.*\.(docx?|rtf|indd|qxd|tex|pptx?|pdf))$", re.IGNORECASE)

NOT_AN_AUTHOR = re.compile(r"^\W*(anonymous|unknown|unspecified|user|admin(istrator)?|owner)\W*$", re.IGNORECASE)


def read_pdf(data: bytes) -> Reading:
    """The blocks of a PDF, with pages and without paragraph numbers. Raises Rejected with the reason."""
    document = _open(data)
    try:
        pages = list(_pages(document))
        metadata = _metadata(document)
    finally:
        document.close()
    _check_not_scanned(pages)
    blocks, dropped = blocks_of(pages)
    if not blocks:
        raise Rejected("no text", "It holds no text (a scan?); run text recognition on it first.")
    headed = any(block.kind == "heading" for block in blocks)
    return Reading(blocks, metadata, dropped, marked=headed)


def _open(data: bytes) -> Any:
    corrupt = Rejected("corrupt", "The PDF is damaged or cut short; fetch it again from where it came.")
    try:
        document = pdfium.PdfDocument(data)
        count = len(document)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Rejected("encrypted", "It needs a password; save a copy without one.") from error
        raise corrupt from error
    if count == 0:
        raise corrupt
    if count > MAX_PAGES:
        raise Rejected("too large", f"The limit is {MAX_PAGES} pages a document; split it into parts.")
    return document


def _pages(document: Any) -> Iterator[list[Line]]:
    characters = 0
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage()
        except pdfium.PdfiumError as error:
            raise Rejected("corrupt", f"Page {number + 1} cannot be read; fetch the PDF again.") from error
        lines = lines_of(_glyphs(text, text.count_chars()))
        text.close()
        page.close()
        characters += sum(len(line.text) for line in lines)
        if characters > MAX_CHARACTERS:
            raise Rejected("too large", "The limit is 5 million characters a document; split it into parts.")
        yield lines


def _glyphs(text: Any, count: int) -> Iterator[Glyph]:
    """Every character with its size and place; a line ends where pdfium put a line feed.

    Asking costs more than reading, so size and place are asked at the start of a line and around digits (they may be
    footnote marks) and, for the size, every few characters; in between they hold on.
    """
    x, y = ctypes.c_double(), ctypes.c_double()
    size, ask = 0.0, True
    for index, character in enumerate(_characters(text, count)):
        digit = "0" <= character <= "9"
        if ask or digit:
            raw.FPDFText_GetCharOrigin(text.raw, index, ctypes.byref(x), ctypes.byref(y))
        if ask or digit or index % SIZE_EVERY == 0:
            size = raw.FPDFText_GetFontSize(text.raw, index)
        ask = digit or character in "\r\n" or (ask and character.isspace())
        yield Glyph(character, size, x.value, y.value)


def _characters(text: Any, count: int) -> Iterator[str]:
    """One character an index. The whole text at once is faster, but leaves out what has no code."""
    whole = text.get_text_range()
    if len(whole) == count:
        return (_character(ord(character)) for character in whole)
    return (_character(raw.FPDFText_GetUnicode(text.raw, index)) for index in range(count))


def _character(code: int) -> str:
    # pdfium gives 2 (or the last code of the plane) for a hyphen that breaks a word at the end of a line.
    if code in (0x02, 0xFFFE, 0xAD):
        return "\u00ad"
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\ufffd"
    return chr(code)


def _metadata(document: Any) -> dict[str, str]:
    given = document.get_metadata_dict(skip_empty=True)
    found = known_fields({"title": given.get("Title", ""), "author": given.get("Author", "")})
    if NOT_A_TITLE.match(found.get("title", "")):
        del found["title"]
    if NOT_AN_AUTHOR.match(found.get("author", "")):
        del found["author"]
    return found


def _check_not_scanned(pages: list[list[Line]]) -> None:
    bare = sum(sum(len(line.text) for line in page) < SCAN_CHARACTERS for page in pages)
    if bare > SCAN_SHARE * len(pages):
        raise Rejected("no text", "It looks scanned: run text recognition (OCR) on it first.")
