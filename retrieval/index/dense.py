"""Nearest neighbours in Chroma, embedded in a generation's folder or on a server. The only file that knows chromadb.

Chroma gets ids and vectors alone: texts, and whatever is known of them, live in SQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IndexDamaged, IndexGone, IndexUnavailable
from retrieval.ports import Ranked, Vectors

COLLECTION = "passages"
# A candidate list of 100 falls to a recall of .97 at 500,000 vectors; top-100 searches need more than 100 besides.
EF_SEARCH = 200
BATCH = 2000
IDS_AT_ONCE = 20_000
LEAST_SYNC, MOST_SYNC = 2, 1000
_AT_ONCE = {"sync_threshold": LEAST_SYNC, "batch_size": LEAST_SYNC}
_SQLITE = "chroma.sqlite3"
# A folder holds one collection, in Chroma's default tenant and database.
_OPEN_SEGMENTS = 16
_PLACE = ("default_tenant", "default_database")

# Chroma shares one system a folder between clients, and neither opening nor closing it is guarded by Chroma.
_opening = threading.Lock()


class ChromaIndex:
    """One sealed collection. Safe to use from several threads."""

    def __init__(self, collection: Any, close: Callable[[], None]) -> None:
        self._collection = collection
        self._close = close

    def search(self, vector: Vectors, k: int) -> Ranked:
        """Passage ids and cosines, best first. Raises IndexGone, IndexDamaged."""
        with _chroma_errors():
            query = vector.reshape(1, -1)
            found = self._collection.query(query_embeddings=query, n_results=k, include=["distances"])
        [ids], [distances] = found["ids"], found["distances"]
        return [(id_, 1.0 - distance) for id_, distance in zip(ids, distances, strict=True)]

    def count(self) -> int:
        """How many vectors there are. Raises IndexGone, IndexDamaged."""
        with _chroma_errors():
            return int(self._collection.count())

    def close(self) -> None:
        """Give memory and files back."""
        self._close()


class ChromaFolder:
    """Chroma embedded: each generation has a folder of its own."""

    def create(self, folder: Path, ids: list[str], vectors: Vectors) -> None:
        """Fill `folder` and close it, everything written down. Raises IndexDamaged."""
        with _chroma_errors(), _client(folder) as client:
            _fill(client, COLLECTION, ids, vectors)

    def change(self, folder: Path, gone: list[str], ids: list[str], vectors: Vectors) -> None:
        """Take `gone` out, put `ids` in and close `folder`, everything written down. Raises IndexDamaged."""
        if not gone and not ids:
            return
        with _chroma_errors():
            # Written down at every batch; it holds from the next opening on.
            with _client(folder) as client:
                client.get_collection(COLLECTION, embedding_function=None).modify(configuration={"hnsw": _AT_ONCE})
            with _client(folder) as client:
                collection = client.get_collection(COLLECTION, embedding_function=None)
                for rows in _batches(len(gone), client):
                    collection.delete(ids=[gone[row] for row in rows])
                _upsert(client, collection, ids, vectors)

    def open(self, folder: Path) -> ChromaIndex:
        """The collection in `folder`. Raises IndexGone, IndexDamaged."""
        with _chroma_errors():
            collection = _Sealed(folder)
        return ChromaIndex(collection, collection.close)


class _Sealed:
    """The collection of a sealed folder, read through Chroma's engine alone, which chromadb calls the same way.

    `import chromadb` costs half a second, most of it embedding functions and servers that are not used here, and a
    single question must not pay for it. chromadb is pinned, and a test holds this to what its client finds.
    """

    def __init__(self, folder: Path) -> None:
        import chromadb_rust_bindings as engine  # type: ignore[import-untyped]  # compiled, without stubs

        if not (folder / _SQLITE).exists():
            raise IndexGone
        sqlite = engine.SqliteDBConfig(
            hash_type=engine.MigrationHash.MD5,
            migration_mode=engine.MigrationMode.Validate,
            url=str(folder / _SQLITE),
        )
        self._engine = engine.Bindings(
            allow_reset=False, sqlite_db_config=sqlite, persist_path=str(folder), hnsw_cache_size=_OPEN_SEGMENTS
        )
        self._id = str(self._engine.get_collection(COLLECTION, *_PLACE).id)

    def query(self, *, query_embeddings: Vectors, n_results: int, include: list[str]) -> dict[str, Any]:
        found = self._engine.query(self._id, None, query_embeddings, n_results, None, None, include, *_PLACE)
        return {"ids": found.ids, "distances": found.distances}

    def count(self) -> int:
        return int(self._engine.count(self._id, *_PLACE))

    def close(self) -> None:
        del self._engine


class ChromaServer:
    """Chroma as a server: each generation is a collection of its own."""

    def __init__(self, url: str) -> None:
        self._url = url

    def create(self, name: str, ids: list[str], vectors: Vectors) -> None:
        """Fill the collection `name`, in place of what a killed builder may have left. Raises IndexDamaged."""
        self.drop(name)
        with _chroma_errors(), _client(self._url) as client:
            _fill(client, name, ids, vectors)

    def open(self, name: str) -> ChromaIndex:
        """The collection `name`. Raises IndexGone, IndexDamaged."""
        with _chroma_errors():
            client = _connect(self._url)
            try:
                collection = client.get_collection(name, embedding_function=None)
            except BaseException:
                _close(client)
                raise
        return ChromaIndex(collection, lambda: _close(client))

    def ids(self, name: str) -> list[str]:
        """What the collection `name` holds. Raises IndexGone, IndexDamaged, IndexUnavailable."""
        found: list[str] = []
        with _chroma_errors(), _client(self._url) as client:
            collection = client.get_collection(name, embedding_function=None)
            while part := collection.get(include=[], limit=IDS_AT_ONCE, offset=len(found))["ids"]:
                found += part
        return list(dict.fromkeys(found))

    def answers(self) -> bool:
        """Whether the server can be reached now."""
        try:
            with _chroma_errors(), _client(self._url):
                return True
        except (IndexUnavailable, IndexDamaged, IndexGone):
            return False

    def drop(self, name: str) -> None:
        """Delete the collection if it is there."""
        from chromadb.errors import NotFoundError

        with _chroma_errors(), _client(self._url) as client:
            try:
                client.delete_collection(name)
            except NotFoundError:
                return


def _fill(client: Any, name: str, ids: list[str], vectors: Vectors) -> None:
    # Written down at the last batch, whatever the count: a reader then finds files that opening does not change.
    sync = max(LEAST_SYNC, min(MOST_SYNC, len(ids)))
    hnsw = {"space": "cosine", "ef_search": EF_SEARCH, "sync_threshold": sync, "batch_size": min(100, sync)}
    collection = client.create_collection(name, embedding_function=None, configuration={"hnsw": hnsw})
    _upsert(client, collection, ids, vectors)


def _upsert(client: Any, collection: Any, ids: list[str], vectors: Vectors) -> None:
    for rows in _batches(len(ids), client):
        collection.upsert(ids=[ids[row] for row in rows], embeddings=vectors[rows])


def _batches(count: int, client: Any) -> list[NDArray[np.intp]]:
    """Rows below `count`, in even parts that Chroma takes at once."""
    parts = -(-count // min(BATCH, client.get_max_batch_size()))
    return np.array_split(np.arange(count), parts) if parts else []


@contextmanager
def _client(place: Path | str) -> Iterator[Any]:
    client = _connect(place)
    try:
        yield client
    finally:
        _close(client)


def _connect(place: Path | str) -> Any:
    """A client for a folder, or for the server at an address."""
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    with _opening:
        if isinstance(place, Path):
            return chromadb.PersistentClient(str(place), settings=settings)
        parts = urlsplit(place)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 8000)
        return chromadb.HttpClient(host=parts.hostname or "localhost", port=port, ssl=secure, settings=settings)


def _close(client: Any) -> None:
    with _opening:
        client.close()


@contextmanager
def _chroma_errors() -> Iterator[None]:
    """Chroma's errors as ours. Its Rust side panics with a BaseException, so nearly everything is caught."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, IndexGone, IndexDamaged, IndexUnavailable):
        raise
    except BaseException as error:
        if type(error).__name__ == "NotFoundError":
            raise IndexGone from error
        if _is_of_the_network(error):
            raise IndexUnavailable from error
        raise IndexDamaged(f"The vector index failed ({type(error).__name__}).") from error


def _is_of_the_network(error: BaseException) -> bool:
    import httpx

    # The client turns a refused connection into a ValueError whose cause tells more than its text.
    chain = (error, error.__cause__, error.__context__)
    return any(isinstance(link, httpx.TransportError | httpx.HTTPStatusError) for link in chain)
