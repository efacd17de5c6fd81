"""A guard before any zip container (DOCX, PPTX, EPUB) is opened: what it really unpacks to is counted, not believed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from ingest.errors import Rejected

MAX_ENTRIES = 5000
MAX_INFLATED = 200 * 1000 * 1000
MAX_RATIO = 100
# Below this much text a high ratio harms nobody: short files of one repeated line have it too.
RATIO_FROM = 8 * 1000 * 1000
CHUNK, STEP = 1 << 14, 1 << 20
CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
LOCAL_HEADER = struct.Struct("<4s22xHH")
ARCHIVES = (LOCAL, b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
# Office keeps the data behind a chart as a workbook here; it is never opened.
EMBEDDED = "embeddings"

DAMAGED = "The archive in it is damaged or cut short; fetch it again from where it came."
BOMB = "It unpacks to far more than a document holds; save it anew from the program that made it."


def check_archive(data: bytes) -> None:
    """Let a harmless zip container pass. Raises Rejected with reason and hint.

    Refused are over 5,000 entries, over 200 MB or 100 times its size once inflated (counted while inflating), entries
    that overlap, are encrypted, are archives themselves, or have names that lead out of a folder.
    """
    entries = _entries(data)
    total = 0
    for info, packed in zip(entries, _packed(data, entries), strict=True):
        _check_entry(info)
        total += _inflated(info, packed, MAX_INFLATED - total)


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    """The entries by their place in the file."""
    if data.count(CENTRAL) > MAX_ENTRIES:
        raise Rejected("too many entries", f"The limit is {MAX_ENTRIES:,} files in one document; save it anew.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sorted(archive.infolist(), key=lambda info: info.header_offset)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, OSError, struct.error) as error:
        raise Rejected("corrupt", DAMAGED) from error


def _packed(data: bytes, entries: list[zipfile.ZipInfo]) -> Iterator[memoryview]:
    """The stored bytes of each entry, none of which two entries share."""
    free = 0
    for info in entries:
        if info.header_offset < free:
            raise Rejected("zip bomb", BOMB)  # one stretch of bytes that several entries unpack
        header = data[info.header_offset : info.header_offset + LOCAL_HEADER.size]
        if len(header) < LOCAL_HEADER.size or not header.startswith(LOCAL):
            raise Rejected("corrupt", DAMAGED)
        _, name, extra = LOCAL_HEADER.unpack(header)
        start = info.header_offset + LOCAL_HEADER.size + name + extra
        free = start + info.compress_size
        if free > len(data):
            raise Rejected("corrupt", DAMAGED)
        yield memoryview(data)[start:free]


def _check_entry(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 1:
        raise Rejected("encrypted", "It needs a password; save a copy without one.")
    name = info.orig_filename.replace("\\", "/")
    if "\0" in name or name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        raise Rejected(
            "unsafe names", "A file inside it is named to land elsewhere; save it anew in a trusted program."
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Rejected(
            "corrupt", "It is packed in a way documents are not; save it anew from the program that made it."
        )
    if info.file_size > MAX_INFLATED:
        raise Rejected("zip bomb", BOMB)


def _inflated(info: zipfile.ZipInfo, packed: memoryview, left: int) -> int:
    """How many bytes the entry unpacks to; stops with Rejected at the first sign of too many."""
    if info.compress_type == zipfile.ZIP_STORED:
        _check_nested(info, bytes(packed[:8]))
        return len(packed)
    size = 0
    for piece, taken in _pieces(packed):
        if size == 0:
            _check_nested(info, piece[:8])
        size += len(piece)
        if size > left or (size > RATIO_FROM and size > MAX_RATIO * taken):
            raise Rejected("zip bomb", BOMB)
    if size > info.file_size:
        raise Rejected("corrupt", DAMAGED)
    return size


def _pieces(packed: memoryview) -> Iterator[tuple[bytes, int]]:
    """(inflated bytes, at most 1 MiB at a time; packed bytes used up so far)."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for start in range(0, len(packed), CHUNK):
            waiting: bytes | memoryview = packed[start : start + CHUNK]
            while waiting and not inflater.eof:
                piece = inflater.decompress(waiting, STEP)
                waiting = inflater.unconsumed_tail
                yield piece, max(1, start + CHUNK - len(waiting))
    except zlib.error as error:
        raise Rejected("corrupt", DAMAGED) from error


def _check_nested(info: zipfile.ZipInfo, head: bytes) -> None:
    if head.startswith(ARCHIVES) and EMBEDDED not in PurePosixPath(info.filename).parts:
        raise Rejected("nested archive", "There is an archive inside it; unpack that and ingest its documents.")
