"""One file to a Reading: safe opening, type by first bytes, the reader for it, and the metadata beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from ingest.blocks import Reading
from ingest.readers.encodings import decode
from ingest.readers.files import check_type, content_hash, file_type, metadata_beside, read_bytes
from ingest.readers.metadata import beside, of_folder, settled

# Front matter is written for us, like the files beside a document; what other formats hold comes from a program.
WITH_FRONT_MATTER = frozenset({"text", "markdown"})


def read(path: Path) -> Reading:
    """The document at `path`. Raises Rejected with reason and hint; only its metadata files are opened beside it.

    What is nearer to the document decides: the file beside it, front matter, the folder's file, the format's own.
    """
    kind = file_type(path)
    data = read_bytes(path)
    check_type(data, kind)
    reading = _reader(kind)(data)
    folder, own = metadata_beside(path)
    of_all = of_folder(decode(folder)) if folder else {}
    layers = (of_all, reading.metadata) if kind in WITH_FRONT_MATTER else (reading.metadata, of_all)
    metadata, warnings = settled({**layers[0], **layers[1], **(beside(decode(own)) if own else {})})
    return dataclasses.replace(
        reading,
        metadata=metadata,
        warnings=(*reading.warnings, *warnings),
        content_hash=content_hash(data, folder, own),
    )


def prepare(path: Path) -> None:
    """Load the reader for files like `path`, so that forked children find it loaded. Raises Rejected for no kind."""
    _reader(file_type(path))


def _reader(kind: str) -> Callable[[bytes], Reading]:
    """The function that reads a kind. Parsers are heavy, and a folder seldom has every kind."""
    found: Callable[[bytes], Reading] = getattr(import_module(f"ingest.readers.{kind}"), f"read_{kind}")
    return found
