"""Opening a file without following links, waiting on devices, or trusting its name."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ingest.errors import Rejected

MAX_BYTES = 50 * 1024 * 1024
READ_TRIES = 3
EXTENSIONS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown", ".pdf": "pdf", ".docx": "docx",
    ".pptx": "pptx", ".xlsx": "xlsx", ".xlsm": "xlsx", ".csv": "csv", ".tsv": "csv", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".eml": "eml", ".epub": "epub",
}  # fmt: skip
# What the first bytes of each kind must say it is; text has no mark of its own, and HTML need not have one.
EXPECTED: dict[str, tuple[str | None, ...]] = {
    "pdf": ("PDF",), "docx": ("zip or Office",), "pptx": ("zip or Office",), "xlsx": ("zip or Office",),
    "epub": ("zip or Office",), "html": ("HTML", None), "eml": (None,), "csv": (None,), "text": (None,),
    "markdown": (None,),
}  # fmt: skip
# An Office file with a password is packed into an old Office file, where this names it (UTF-16).
LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")

# First bytes of what is not what its name says. Zip covers DOCX, XLSX, EPUB and ODT.
MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "zip or Office"),
    (b"\xd0\xcf\x11\xe0", "old Office"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "program"),
    (b"7z\xbc\xaf\x27\x1c", "7-zip"),
    (b"SQLite format 3", "database"),
)


def file_type(path: Path) -> str:
    """What kind of document it is, by the extension: a key of EXPECTED. Raises Rejected for any other."""
    found = EXTENSIONS.get(path.suffix.lower())
    if found is None:
        raise Rejected(
            "unsupported type",
            "Save it as PDF, .docx, .pptx, .xlsx, .csv, .html, .epub, .eml, .md or plain text (.txt).",
        )
    return found


def read_bytes(path: Path, *, most: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file, the same before and after reading. Raises Rejected with the reason."""
    for _ in range(READ_TRIES):
        data = _read_once(path, most)
        if data is not None:
            return data
    raise Rejected("changed while read", "Wait until nothing writes to it, then ingest again.")


def check_type(data: bytes, kind: str) -> None:
    """Hold the first bytes against what the extension promised. Raises Rejected when they disagree."""
    if not data:
        raise Rejected("empty", "The file has no bytes; copy it again from where it came.")
    sniffed = sniff(data)
    if sniffed in EXPECTED[kind]:
        return
    if sniffed == "old Office" and kind in ("docx", "pptx", "xlsx") and LOCKED_OFFICE in data:
        raise Rejected("encrypted", "It needs a password; save a copy without one.")
    named = "as text" if kind in ("text", "markdown", "csv") else f".{kind}"
    if sniffed is None and not _is_text(data):
        what = "a PDF" if kind == "pdf" else f"a .{kind} file"
        raise Rejected("corrupt", f"It does not begin like {what}; fetch it again from where it came.")
    raise Rejected("type mismatch", f"It is named {named} but is {sniffed or 'plain text'}; rename it to what it is.")


def sniff(data: bytes) -> str | None:
    """What the first bytes say the file is; None for text or something unknown."""
    head = data[:1024]
    for magic, name in MAGIC:
        if head.startswith(magic):
            return name
    # Some writers put a line of their own before the header; viewers allow 1024 bytes.
    if b"%PDF-" in head and b"\0" not in head[: head.index(b"%PDF-")]:
        before = head[: head.index(b"%PDF-")]
        if not before.strip() or not _is_text(before):
            return "PDF"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "HTML" if start.startswith((b"<!doctype html", b"<html")) else None


def _is_text(data: bytes) -> bool:
    head = data[:1024]
    odd = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head)
    return odd * 50 <= len(head)


def _read_once(path: Path, most: int) -> bytes | None:
    try:
        # Never wait for the other end of a pipe, and never leave the folder by a link.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _refusal(error) from error
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        os.close(descriptor)
        raise Rejected("not a regular file", "Name a file or a folder; pipes, sockets and devices are not read.")
    with os.fdopen(descriptor, "rb") as file:
        if before.st_size > most:
            raise too_large()
        data = file.read(most + 1)
        after = os.fstat(file.fileno())
    if len(data) > most:
        raise too_large()
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and len(data) == after.st_size
    return data if same else None


def too_large() -> Rejected:
    """The rejection of a file above the size limit."""
    return Rejected("too large", f"The limit is {MAX_BYTES // 1024**2} MB a file; split it into parts.")


def _refusal(error: OSError) -> Rejected:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return Rejected("symbolic link", "Links are not followed; name the file it points to.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Rejected("not readable", "This account may not read it; change its permissions.")
    if error.errno == errno.ENXIO:
        return Rejected("not a regular file", "Name a file or a folder; pipes, sockets and devices are not read.")
    return Rejected("not readable", f"The system says: {os.strerror(error.errno or 0)}.")
