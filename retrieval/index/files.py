"""Where generations lie: folders of this machine, collections of a Chroma server."""

from __future__ import annotations

import contextlib
from pathlib import Path

from retrieval.index.dense import ChromaFolder, ChromaIndex, ChromaServer
from retrieval.ports import Vectors

ASIDE = ".aside-"
SWEPT = ".swept-"


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

    def change_dense(self, place: Path, gone: list[str], ids: list[str], vectors: Vectors) -> None:
        """Take out and put in vectors in the folder `place`, which no reader has yet. Raises IndexDamaged."""
        ChromaFolder().change(place, gone, ids, vectors)

    def open_dense(self, place: Path, generation: str) -> ChromaIndex:
        """Open the vectors of a generation. Raises IndexGone, IndexDamaged, IndexUnavailable."""
        if self.server:
            return self.server.open(collection(generation))
        return ChromaFolder().open(place)

    def drop(self, generation: str) -> None:
        """Delete what the server holds of a generation; folders are swept apart."""
        if self.server:
            self.server.drop(collection(generation))

    def set_aside(self, folder: Path, mark: str) -> Path:
        """Move `folder` out of the way, under a name that nobody opens."""
        target = folder.with_name(f"{SWEPT}{folder.name.lstrip('.')}-{mark}")
        with contextlib.suppress(FileNotFoundError):
            folder.rename(target)
        return target
