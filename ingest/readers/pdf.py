"""PDF, page-true: words with places, rules and metadata out of pdfium; what they mean is decided in `pages`."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.blocks import Reading
from ingest.errors import Rejected
from ingest.readers.pages.layout import blocks_of
from ingest.readers.pages.words import Page, Rule, Word
from ingest.readers.pdf_metadata import metadata_of
from ingest.readers.text import MAX_CHARACTERS

MAX_PAGES = 2000
RESTRICTED = "restricted by an owner password; read as every viewer shows it"
# A scan carries at most a stamp or a page number as text.
SCAN_CHARACTERS, SCAN_SHARE = 20, 0.8
# Drawings have more objects and segments than any table.
MAX_OBJECTS, MAX_SEGMENTS, LEVEL = 5000, 1200, 1.0
BOLD_WEIGHT, FORCE_BOLD = 600, 1 << 18
BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
HYPHEN = "\u00ad"
# pdfium gives 2 (or the last code of the plane) for a hyphen that breaks a word at the end of a line.
TOKEN = re.compile(rf"[^\s\x02\ufffe{HYPHEN}]+[\x02\ufffe{HYPHEN}]?|[\x02\ufffe{HYPHEN}]")
DIGITS = re.compile(r"[0-9]+")
CHARACTERS = str.maketrans(
    {"\x02": HYPHEN, "\ufffe": HYPHEN}
    # Bullets of the Symbol and Wingdings fonts, and ligatures.
    | dict.fromkeys("\uf0a7\uf0b7\uf0d8\uf06f\uf0fc", "•")
    | dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
)


class _Style(NamedTuple):
    """How a text object is set: size in points, weight, and the direction it runs in, in degrees."""

    size: float
    bold: bool
    turn: int


def read_pdf(data: bytes) -> Reading:
    """The blocks of a PDF, with pages and without paragraph numbers. Raises Rejected with the reason."""
    document = _open(data)
    try:
        pages, warnings = _pages(document)
        metadata = metadata_of(data, document.get_metadata_dict(skip_empty=True))
        if raw.FPDF_GetSecurityHandlerRevision(document.raw) >= 0:
            warnings = (*warnings, RESTRICTED)
    finally:
        document.close()
    blocks, dropped = blocks_of(pages)
    if not blocks:
        raise Rejected("no text", "It holds no text (a scan?); run text recognition on it first.")
    headed = any(block.kind == "heading" for block in blocks)
    return Reading(blocks, metadata, dropped, marked=headed, warnings=warnings)


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
    return document


def _pages(document: Any) -> tuple[list[Page], tuple[str, ...]]:
    """The pages up to the limits, and what is to be said of them. Raises Rejected for scans and damaged pages."""
    count = len(document)
    pages: list[Page] = []
    characters = bare = 0
    pictures: list[int] = []
    for number in range(min(count, MAX_PAGES)):
        page, found, pictured = _read_page(document, number)
        pages.append(page)
        characters += found
        if found < SCAN_CHARACTERS:
            bare += 1
            pictures += [number + 1] if pictured else []
        if characters > MAX_CHARACTERS:
            break
    if bare > SCAN_SHARE * len(pages):
        raise Rejected("no text", "It looks scanned: run text recognition (OCR) on it first.")
    warnings = [unread(pictures)] if pictures else []
    if len(pages) < count:
        warnings.append(f"only the first {len(pages):,} of its {count:,} pages were read; split it into parts")
    return pages, tuple(warnings)


def unread(pages: Sequence[int]) -> str:
    """What is said of pages that are pictures: their numbers, runs as "2-4", and the next step."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][-1] + 1 == page:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    named = ", ".join(f"{run[0]:,}-{run[-1]:,}" if len(run) > 1 else f"{run[0]:,}" for run in runs)
    subject = (
        f"page {named} holds a picture and no text" if len(pages) == 1 else f"pages {named} hold pictures and no text"
    )
    return f"{subject}; run text recognition (OCR) on the document to have all of it"


def _read_page(document: Any, number: int) -> tuple[Page, int, bool]:
    """The page, how many characters it has, and whether it shows a picture."""
    try:
        page = document[number]
        text = page.get_textpage()
    except pdfium.PdfiumError as error:
        raise Rejected("corrupt", f"Page {number + 1} cannot be read; fetch the PDF again.") from error
    try:
        words = list(_TextPage(text).words())
        found = sum(len(word.text) for _, word in words)
        return _page(words, _rules(page)), found, found < SCAN_CHARACTERS and _has_picture(page)
    finally:
        text.close()
        page.close()


def _page(words: list[tuple[int, Word]], rules: list[Rule]) -> Page:
    """The words that run in the direction most of them have are the page; the others stand sideways or aslant."""
    by_turn: dict[int, list[Word]] = {}
    for turn, word in words:
        by_turn.setdefault(turn, []).append(word)
    upright = max((turn for turn in by_turn if turn >= 0), key=lambda turn: len(by_turn[turn]), default=0)
    slanted = " ".join(word.text for word in by_turn.pop(-1, []))
    main = tuple(by_turn.pop(upright, []))
    return Page(main, tuple(_turned(rule, upright) for rule in rules), tuple(map(tuple, by_turn.values())), slanted)


class _TextPage:
    """The characters of one page. Asking pdfium costs more than reading, so words are asked for and not characters."""

    def __init__(self, text: Any) -> None:
        self._text = text
        self._styles: dict[int, _Style] = {}
        self._style = _Style(0.0, bold=False, turn=0)
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box = [ctypes.c_double() for _ in range(4)]
        self._matrix, self._flags = raw.FS_MATRIX(), ctypes.c_int()
        self._name = ctypes.create_string_buffer(64)

    def words(self) -> Iterator[tuple[int, Word]]:
        """(direction, word with its place in that direction), in stream order."""
        whole = self._whole()
        for found in TOKEN.finditer(whole):
            glued = False
            for start, end in self._parts(whole, *found.span()):
                yield self._word(whole[start:end], start, end, glued=glued)
                glued = True

    def _whole(self) -> str:
        """One character an index. The whole text at once is faster, but leaves out what has no code."""
        count = self._text.count_chars()
        whole: str = self._text.get_text_range()
        if len(whole) == count:
            return whole
        return "".join(_character(raw.FPDFText_GetUnicode(self._text.raw, index)) for index in range(count))

    def _parts(self, whole: str, start: int, end: int) -> list[tuple[int, int]]:
        """The word, parted where digits are set apart from what is beside them: they may be a footnote mark."""
        if DIGITS.search(whole, start, end) is None:
            return [(start, end)]
        edges = [cut for digits in DIGITS.finditer(whole, start, end) for cut in digits.span() if start < cut < end]
        cuts = [cut for cut in edges if self._object(cut - 1) != self._object(cut)]
        return list(zip([start, *cuts], [*cuts, end], strict=True))

    def _word(self, text: str, start: int, end: int, *, glued: bool) -> tuple[int, Word]:
        style = self._style_at(start)
        raw.FPDFText_GetCharOrigin(self._text.raw, start, self._x, self._y)
        left, right, bottom, top = self._box
        raw.FPDFText_GetCharBox(self._text.raw, end - 1, left, right, bottom, top)
        if style.turn == 0:  # nearly always, and a page has many words
            x, x1 = self._x.value, max(self._x.value, right.value)
            return 0, Word(text.translate(CHARACTERS), x, x1, self._y.value, style.size, style.bold, glued)
        x, y = _point(self._x.value, self._y.value, style.turn)
        corners = (_point(left.value, bottom.value, style.turn), _point(right.value, top.value, style.turn))
        x1 = max(x, corners[0][0], corners[1][0])
        return style.turn, Word(text.translate(CHARACTERS), x, x1, y, style.size, style.bold, glued)

    def _object(self, index: int) -> int:
        """The text object a character belongs to, as a number; 0 for one that pdfium made up."""
        found = raw.FPDFText_GetTextObject(self._text.raw, index)
        return ctypes.cast(found, ctypes.c_void_p).value or 0

    def _style_at(self, index: int) -> _Style:
        key = self._object(index)
        if key and key not in self._styles:
            self._styles[key] = self._ask_style(index)
        # What pdfium made up is set like what comes before it.
        self._style = self._styles.get(key, self._style)
        return self._style

    def _ask_style(self, index: int) -> _Style:
        raw.FPDFText_GetMatrix(self._text.raw, index, self._matrix)
        a, b, c, d = self._matrix.a, self._matrix.b, self._matrix.c, self._matrix.d
        # The nominal size is before scaling; many programs set everything in size 1 and scale.
        size = abs(raw.FPDFText_GetFontSize(self._text.raw, index)) * math.hypot(c, d)
        length = raw.FPDFText_GetFontInfo(self._text.raw, index, self._name, len(self._name), self._flags)
        named = bool(length and BOLD_NAME.search(self._name.value))
        weight = raw.FPDFText_GetFontWeight(self._text.raw, index)
        degrees = math.degrees(math.atan2(b, a)) % 360
        turn = round(degrees / 90) * 90
        turn = turn % 360 if abs(degrees - turn) < 5 else -1
        return _Style(round(size, 1), named or bool(self._flags.value & FORCE_BOLD) or weight >= BOLD_WEIGHT, turn)


def _character(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\ufffd"
    return chr(code)


def _point(x: float, y: float, turn: int) -> tuple[float, float]:
    """A point in a page turned so that text of that direction runs to the right."""
    return {90: (y, -x), 180: (-x, -y), 270: (-y, x)}.get(turn, (x, y))


def _turned(rule: Rule, turn: int) -> Rule:
    (ax, ay), (bx, by) = _point(rule.x0, rule.y0, turn), _point(rule.x1, rule.y1, turn)
    return Rule(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _rules(page: Any) -> list[Rule]:
    """The straight level and upright lines drawn on the page; none when it has more than tables need."""
    count = raw.FPDFPage_CountObjects(page.raw)
    rules: list[Rule] = []
    if count > MAX_OBJECTS:
        return rules
    for index in range(count):
        found = raw.FPDFPage_GetObject(page.raw, index)
        if raw.FPDFPageObj_GetType(found) == raw.FPDF_PAGEOBJ_PATH:
            rules += _segments(found)
            if len(rules) > MAX_SEGMENTS:
                return []
    return rules


def _has_picture(page: Any) -> bool:
    """Whether the page shows an image, in a form or by itself."""
    kinds = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
    objects = min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)
    return any(raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, index)) in kinds for index in range(objects))


def _segments(path: Any) -> Iterator[Rule]:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = (0.0, 0.0)
    for index in range(min(raw.FPDFPath_CountSegments(path), MAX_SEGMENTS + 1)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield from _straight(last, point)
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield from _straight(last, first)


def _straight(a: tuple[float, float], b: tuple[float, float]) -> Iterator[Rule]:
    if abs(a[0] - b[0]) <= LEVEL or abs(a[1] - b[1]) <= LEVEL:
        yield Rule(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
