"""The metadata files of a document: in the folders around it, and beside it. One that cannot be read keeps it out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import Rejected, metadata_unreadable
from ingest.readers.encodings import decode
from ingest.readers.files import read_bytes

FOLDER_STEM, OWN_STEM = "_meta", ".meta"
# `NAME.finders.yaml`: wordings under which places of the document beside it are found.
FINDERS_STEM = ".finders"
# `NAME.original.json`: hashes of the wording of a digest's original.
ORIGINAL = ".original.json"
ENDINGS = (".yaml", ".yml")
# A record of a dozen short values; reading YAML of megabytes takes minutes.
MAX_METADATA = 64 * 1024
MAX_FINDERS = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """A metadata file: its folder and name, and its bytes."""

    name: str
    data: bytes

    @property
    def text(self) -> str:
        """The bytes decoded. Raises Rejected when they are no text."""
        try:
            return decode(self.data)
        except Rejected as rejected:
            raise metadata_unreadable(f"{self.name} is not text; save it as UTF-8.") from rejected


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in `_meta.yaml` of the folders around a document, and in files of its own; the farthest first.
    `finders` are its files of finders.
    """

    folders: tuple[MetadataFile, ...] = ()
    own: tuple[MetadataFile, ...] = ()
    finders: tuple[MetadataFile, ...] = ()

    def digest(self) -> str:
        """12 hexadecimal digits that change when any of the files does; none when there is no file."""
        if not (self.folders or self.own or self.finders):
            return ""
        # Without finders the digest is what it was before there were any: nothing is read again for them.
        each = (self.folders, self.own, *([self.finders] if self.finders else []))
        layers = (b"".join(hashlib.sha256(file.data).digest() for file in files) for files in each)
        return hashlib.sha256(b"".join(hashlib.sha256(layer).digest() for layer in layers)).hexdigest()[:12]


def holds_finders(name: str) -> bool:
    """Whether a file of this name holds finders, in whatever case it is written."""
    return name.casefold().endswith(tuple(f"{FINDERS_STEM}{ending}" for ending in ENDINGS))


def finders_without_document(names: Sequence[str]) -> list[str]:
    """Of the `names` in a folder, the files of finders beside which no document lies."""
    known = {part for name in names if not holds_finders(name) for part in (name, Path(name).stem)}
    stems = ((name, name[: name.casefold().rindex(FINDERS_STEM)]) for name in names if holds_finders(name))
    return [name for name, stem in stems if stem not in known]


def metadata_beside(path: Path) -> Beside:
    """The metadata files that hold for the document at `path`. Raises Rejected when one of them cannot be read."""
    place = path.absolute()
    around = [_only(folder, FOLDER_STEM) for folder in reversed(place.parents)]
    own = [_only(place.parent, f"{stem}{OWN_STEM}") for stem in dict.fromkeys((place.stem, place.name))]
    finders = [file for stem in dict.fromkeys((place.stem, place.name)) for file in _finders(place.parent, stem)]
    folders, records = (tuple(file for file in files if file is not None) for files in (around, own))
    return Beside(folders, records, tuple(finders))


def both_hold(one: str, other: str) -> Rejected:
    """The rejection of a document for which two metadata files hold where one must."""
    return metadata_unreadable(f"{one} and {other} both hold for it; keep one of them.")


def content_hash(data: bytes, beside: Beside) -> str:
    """SHA-256 of the document, 64 hexadecimal digits; before it and a colon 12 of its metadata, where it has any.

    What is decided of a document follows its bytes, wherever they are moved and whatever metadata they meet there.
    """
    return ":".join(filter(None, (beside.digest(), hashlib.sha256(data).hexdigest())))


def fingerprint(path: Path) -> str:
    """The content hash of a file and its metadata, without parsing either. Raises Rejected."""
    beside = metadata_beside(path)
    return content_hash(read_bytes(path), beside)


def _only(folder: Path, stem: str) -> MetadataFile | None:
    """The one file with this stem; None when there is none. Raises Rejected when there are two."""
    there = list(_there(folder, stem))
    if len(there) > 1 and not there[0].samefile(there[1]):
        raise both_hold(_name(there[0]), there[1].name)
    return _read(there[0]) if there else None


def _there(folder: Path, stem: str) -> Iterator[Path]:
    return (file for ending in ENDINGS if os.path.lexists(file := folder / f"{stem}{ending}"))


def _finders(folder: Path, stem: str) -> Iterator[MetadataFile]:
    """The files of finders with this stem; one that cannot be read is empty, for a document is whole without it."""
    for file in _there(folder, f"{stem}{FINDERS_STEM}"):
        try:
            yield MetadataFile(_name(file), read_bytes(file, most=MAX_FINDERS))
        except Rejected:
            yield MetadataFile(_name(file), b"")


def _read(file: Path) -> MetadataFile:
    try:
        data = read_bytes(file, most=MAX_METADATA)
    except Rejected as rejected:
        way_out = f"put a plain file of at most {MAX_METADATA // 1024} KB there, or remove it"
        raise metadata_unreadable(f"{_name(file)} cannot be read ({rejected.reason}); {way_out}.") from rejected
    return MetadataFile(_name(file), data)


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"
