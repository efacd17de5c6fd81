"""Bytes to text: byte order mark, then the pattern of zero bytes, then strict UTF-8, then Windows-1252."""

from __future__ import annotations

import codecs
import re

from ingest.errors import Rejected

MARKS = (
    # UTF-32 LE begins with the mark of UTF-16 LE and so comes first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 4096
MAX_CONTROL_SHARE = 0.01
# Control characters that set no text, and the mark of what could not be decoded.
WRONG = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")


def decode(data: bytes, declared: str | None = None) -> str:
    """The text; `declared` is the encoding its container names, believed where it fits.

    Raises Rejected when more than 1 % of it is control or replacement characters.
    """
    text = _declared(data, declared) if declared else None
    if text is None:
        text = _decode(data)
    if len(WRONG.findall(text)) > MAX_CONTROL_SHARE * len(text):
        raise Rejected("control characters", "It does not look like text; save it as UTF-8 text or as PDF.")
    return text


def has_mark(data: bytes) -> bool:
    """Whether a byte order mark says what the encoding is."""
    return data.startswith(tuple(mark for mark, _ in MARKS))


def _declared(data: bytes, encoding: str) -> str | None:
    if has_mark(data):
        return None
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return None


def _decode(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    wide = _wide_encoding(data[:SAMPLE])
    if wide is not None:
        return data.decode(wide, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a mark: Latin text has a zero in every other byte."""
    pairs = len(sample) // 2
    if pairs == 0:
        return None
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.1 * pairs:
        return "utf-16-be"
    return None
