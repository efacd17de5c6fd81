"""Where generations lie: folders of this machine, collections of a Chroma server."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from retrieval.errors import IndexDamaged, IndexGone
from retrieval.index.dense import ChromaFolder, ChromaServer
from retrieval.index.layered import Layer, Layered
from retrieval.ports import VectorIndex, Vectors

ASIDE = ".aside-"
SWEPT = ".swept-"
_SQLITE = "chroma.sqlite3"


def collection(generation: str) -> str:
    """The name of a generation's collection on a Chroma server."""
    return f"proviso-{generation}"


class IndexFiles:
    """Where generations lie: folders below `root`, and collections of a Chroma server when there is one."""

    def __init__(self, root: Path, chroma_url: str | None = None) -> None:
        self.root = root
        self.server = ChromaServer(chroma_url) if chroma_url else None

    def folder(self, generation: str) -> Path:
        """The folder of a generation on this machine."""
        return self.root / generation

    def create_dense(self, place: Path, generation: str, ids: list[str], vectors: Vectors) -> None:
        """Write the vectors of a generation: to `place`, or to the server."""
        if self.server:
            self.server.create(collection(generation), ids, vectors)
        else:
            ChromaFolder().create(place, ids, vectors)

    def copy_dense(self, source: Path, place: Path) -> None:
        """Copy the vectors of a sealed folder; those on a server stay where they are. Raises IndexDamaged."""
        if self.server is None:
            _copy(source, place)

    def change_dense(self, place: Path, gone: list[str], ids: list[str], vectors: Vectors) -> None:
        """Take out and put in vectors in the folder `place`, which no reader has yet. Raises IndexDamaged.

        With a server, `place` gets what differs from a collection there.
        """
        if self.server is None:
            ChromaFolder().change(place, gone, ids, vectors)
        elif gone or ids:
            Layer(frozenset(gone), ids, vectors).write(place)

    def open_dense(self, place: Path, base: str) -> VectorIndex:
        """Open the vectors in `place`, or the collection of the generation `base` with what lies in `place` beside it.

        Raises IndexGone, IndexDamaged, IndexUnavailable.
        """
        if self.server is None:
            return ChromaFolder().open(place)
        if (place / _SQLITE).exists():
            raise IndexGone  # written before there was a server
        layer = Layer.read(place) if place.exists() else None
        sealed = self.server.open(collection(base))
        return Layered(sealed, layer) if layer else sealed

    def accept_vectors(self) -> bool:
        """Whether vectors can be written now: to a server that answers, or to this machine."""
        return self.server is None or self.server.answers()

    def drop(self, generation: str) -> None:
        """Delete what the server holds of a generation; folders are swept apart."""
        if self.server:
            self.server.drop(collection(generation))

    def set_aside(self, folder: Path, mark: str) -> Path:
        """Move `folder` out of the way, under a name that nobody opens."""
        target = folder.with_name(f"{SWEPT}{folder.name.lstrip('.')}-{mark}")
        with suppress(FileNotFoundError):
            folder.rename(target)
        return target


def _copy(source: Path, target: Path) -> None:
    """Copy a folder of vectors. Readers that open it may touch its SQLite file meanwhile."""
    try:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{_SQLITE}*"))
        address = f"{(source / _SQLITE).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as one, closing(sqlite3.connect(target / _SQLITE)) as other:
            one.backup(other)
    except (OSError, sqlite3.Error) as error:
        raise IndexDamaged(f"The vector index cannot be copied ({type(error).__name__}).") from error
