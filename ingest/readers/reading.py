"""One file to a Reading: safe opening, type by first bytes, the reader for it, and the metadata beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from ingest.blocks import Reading
from ingest.readers.beside import Beside, both_hold, content_hash, metadata_beside
from ingest.readers.files import check_type, file_type, read_bytes
from ingest.readers.metadata import of_document, of_folder, settled

# Front matter is written for us, like the files beside a document; what other formats hold comes from a program.
WITH_FRONT_MATTER = frozenset({"text", "markdown"})


def read(path: Path) -> Reading:
    """The document at `path`. Raises Rejected with reason and hint; only its metadata files are opened beside it.

    Field by field what is nearer to the document decides: the files beside it, front matter, its folder, the folders
    around that, and last what the format itself holds.
    """
    kind = file_type(path)
    beside = metadata_beside(path)
    data = read_bytes(path)
    check_type(data, kind)
    reading = _reader(kind)(data)
    layers = _layers(beside, reading.metadata, nearer_than_folders=kind in WITH_FRONT_MATTER)
    metadata, warnings = settled({name: value for layer in layers for name, value in layer.items()})
    return dataclasses.replace(
        reading,
        metadata=metadata,
        warnings=(*reading.warnings, *warnings),
        content_hash=content_hash(data, beside),
        finders=tuple((file.name, file.text) for file in beside.finders),
    )


def audience_beside(path: Path) -> str | None:
    """The audience that the metadata files around the document at `path` give it. Raises Rejected."""
    layers = _layers(metadata_beside(path), {}, nearer_than_folders=True)
    return next((layer["audience"] for layer in reversed(layers) if "audience" in layer), None)


def _layers(beside: Beside, own: Mapping[str, str], *, nearer_than_folders: bool) -> list[Mapping[str, str]]:
    """What each place says of a document, the farthest first; `own` is what stands in the document itself.

    Raises Rejected when two files beside the document give it different audiences.
    """
    around = [of_folder(file.name, file.text) for file in beside.folders]
    written = [of_document(file.name, file.text) for file in beside.own]
    audiences = [layer["audience"] for layer in written if "audience" in layer]
    if len(set(audiences)) > 1:
        raise both_hold(beside.own[0].name, Path(beside.own[1].name).name)
    return [*around, own, *written] if nearer_than_folders else [own, *around, *written]


def prepare(path: Path) -> None:
    """Load the reader for files like `path`, so that forked children find it loaded. Raises Rejected for no kind."""
    _reader(file_type(path))


def _reader(kind: str) -> Callable[[bytes], Reading]:
    """The function that reads a kind. Parsers are heavy, and a folder seldom has every kind."""
    found: Callable[[bytes], Reading] = getattr(import_module(f"ingest.readers.{kind}"), f"read_{kind}")
    return found
