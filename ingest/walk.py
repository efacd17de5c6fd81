"""Finding files below what was named, without following a link or waiting on a device."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import PathMissing, Rejected, metadata_unreadable
from ingest.look_alikes import is_metadata, resembles_metadata, without_document
from ingest.readers.beside import ORIGINAL, finders_without_document, holds_finders
from ingest.readers.files import file_type


@dataclass(slots=True)
class Found:
    """The readable kinds of file below a path, and what cannot be taken. `unseen` folders could not be listed."""

    files: list[Path] = field(default_factory=list)
    rejected: list[tuple[Path, Rejected]] = field(default_factory=list)
    unseen: list[Path] = field(default_factory=list)


def scope_of(path: Path) -> Path:
    """The absolute place of a named path; links to folders are followed, links to files are not. Raises PathMissing."""
    if not path.is_symlink() or path.is_dir():
        try:
            return path.resolve(strict=True)
        except OSError as error:
            raise PathMissing(path) from error
    return path.parent.resolve() / path.name


def find(scope: Path) -> Found:
    """Everything below `scope` in a fixed order. Hidden ones, metadata and finders are passed over."""
    found = Found()
    for path in _candidates(scope, found):
        try:
            _check(path)
            found.files.append(path)
        except Rejected as rejected:
            found.rejected.append((path, rejected))
    return found


def _candidates(scope: Path, found: Found) -> Iterator[Path]:
    if not scope.is_dir() or scope.is_symlink():
        yield scope
        return

    def unseen(error: OSError) -> None:
        folder = Path(error.filename)
        found.unseen.append(folder)
        found.rejected.append(
            (folder, Rejected("not readable", "This account may not list it; change its permissions."))
        )

    for folder, folders, names in os.walk(scope, followlinks=False, onerror=unseen):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        alone = [*without_document(names), *finders_without_document(names)]
        found.rejected += [(Path(folder) / name, _without_document()) for name in alone]
        for name in sorted([*names, *links]):
            if not (name.startswith(".") or is_metadata(name) or holds_finders(name) or name.endswith(ORIGINAL)):
                yield Path(folder) / name


def _check(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise Rejected("not readable", "It went away while the folder was read; ingest again.") from error
    if stat.S_ISLNK(mode):
        raise Rejected("symbolic link", "Links are not followed; name the file it points to.")
    if not stat.S_ISREG(mode):
        raise Rejected("not a regular file", "Name a file or a folder; pipes, sockets and devices are not read.")
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise Rejected("file name", "Its name is not UTF-8; rename it.") from error
    if resembles_metadata(path.name):
        raise metadata_unreadable("It is named like a metadata file; rename it to _meta.yaml or NAME.meta.yaml.")
    if holds_finders(path.name):
        raise Rejected("finders, no document", "They are read with the document that lies beside them; name that one.")
    file_type(path)


def _without_document() -> Rejected:
    return Rejected("no such document", "No document of this name lies beside it; rename or remove it.")
