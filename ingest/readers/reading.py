"""One file to a Reading: safe opening, type by magic bytes, the reader for it, and the metadata beside it.

Loads every parser; a process that only asks whether files changed uses `ingest.readers.files`.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ingest.blocks import Reading
from ingest.readers.encodings import decode
from ingest.readers.files import check_type, content_hash, file_type, metadata_file, read_bytes
from ingest.readers.markdown import read_markdown
from ingest.readers.metadata import beside
from ingest.readers.pdf import read_pdf
from ingest.readers.text import read_text

READERS = {"text": read_text, "markdown": read_markdown, "pdf": read_pdf}


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
