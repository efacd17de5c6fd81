"""One file to a Reading: safe opening, type by magic bytes, the reader for it, and the metadata beside it."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

from ingest.blocks import Reading
from ingest.errors import Rejected
from ingest.readers.encodings import decode
from ingest.readers.files import check_type, file_type, read_bytes
from ingest.readers.markdown import read_markdown
from ingest.readers.metadata import beside
from ingest.readers.pdf import read_pdf
from ingest.readers.text import read_text

READERS = {"text": read_text, "markdown": read_markdown, "pdf": read_pdf}
META_SUFFIX = ".meta.yaml"


def read(path: Path) -> Reading:
    """The document at `path`. Raises Rejected with reason and hint; nothing else is opened but its metadata file."""
    kind = file_type(path)
    data = read_bytes(path)
    check_type(data, kind)
    reading = READERS[kind](data)
    sidecar = metadata_file(path)
    extra = read_bytes(sidecar) if sidecar else b""
    metadata = dict(reading.metadata) | (beside(decode(extra)) if extra else {})
    return dataclasses.replace(reading, metadata=metadata, content_hash=content_hash(data, extra))


def fingerprint(path: Path) -> str:
    """The content hash of a file and its metadata, without parsing either. Raises Rejected."""
    file_type(path)
    data = read_bytes(path)
    sidecar = metadata_file(path)
    return content_hash(data, read_bytes(sidecar) if sidecar else b"")


def metadata_file(path: Path) -> Path | None:
    """`NAME.ext.meta.yaml` or `NAME.meta.yaml` beside the file, where there is one."""
    for name in (path.name + META_SUFFIX, path.stem + META_SUFFIX):
        found = path.with_name(name)
        if found.is_file() and not found.is_symlink():
            return found
    return None


def content_hash(data: bytes, metadata: bytes) -> str:
    """SHA-256 over document and metadata, 64 hexadecimal digits."""
    digest = hashlib.sha256(hashlib.sha256(data).digest())
    digest.update(hashlib.sha256(metadata).digest() if metadata else b"")
    return digest.hexdigest()


__all__ = ["META_SUFFIX", "Rejected", "content_hash", "fingerprint", "metadata_file", "read"]
