"""Embeddings cached in SQL: a text is embedded once by a recipe, whatever becomes of the indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from sqlalchemy import select

from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import VectorRow
from retrieval.database import Database, dialect_insert
from retrieval.ports import Embedder, Vectors

# Embedded and committed together: what a killed builder had done by then is not done again.
BATCH = 64

Progress = Callable[[int, int], None]


def cached(database: Database, recipe: str, hashes: Sequence[str]) -> dict[str, bytes]:
    """Text hash to stored vector, for those there are."""
    found: dict[str, bytes] = {}
    with database.read() as session:
        for part in chunks(hashes):
            query = select(VectorRow.text_hash, VectorRow.vector).where(
                VectorRow.recipe == recipe, VectorRow.text_hash.in_(part)
            )
            found.update((row.text_hash, row.vector) for row in session.execute(query))
    return found


def gathered(
    database: Database,
    embedder: Embedder | None,
    recipe: str,
    hashes: Sequence[str],
    texts: Mapping[str, str],
    *,
    progress: Progress | None = None,
) -> Vectors | None:
    """The vectors of these text hashes in order, those not yet stored embedded (`texts` maps hashes to texts) and
    stored now; None when not all can be had.

    `progress` is told how many of how many are there. Raises what the embedder raises; what was done is kept.
    """
    found = cached(database, recipe, hashes)
    missing = [text_hash for text_hash in dict.fromkeys(hashes) if text_hash not in found]
    total = len(found) + len(missing)
    if progress:
        progress(len(found), total)
    if missing:
        if embedder is None or embedder.recipe != recipe or not texts.keys() >= set(missing):
            return None
        for made in _embedded(database, embedder, missing, texts):
            found |= made
            if progress:
                progress(len(found), total)
    return from_bytes([found[text_hash] for text_hash in hashes])


def _embedded(
    database: Database, embedder: Embedder, hashes: Sequence[str], texts: Mapping[str, str]
) -> Iterator[dict[str, bytes]]:
    """Embed and store these, part by part."""
    for start in range(0, len(hashes), BATCH):
        part = hashes[start : start + BATCH]
        vectors = embedder.embed([texts[text_hash] for text_hash in part])
        made = {text_hash: to_bytes(vector) for text_hash, vector in zip(part, vectors, strict=True)}
        store_vectors(database, embedder.recipe, made)
        yield made


def to_bytes(vector: Vectors) -> bytes:
    """A vector as it is stored: little-endian float32."""
    return np.asarray(vector, dtype="<f4").tobytes()


def from_bytes(stored: Sequence[bytes]) -> Vectors:
    """Stored vectors as the rows of one matrix."""
    return np.frombuffer(b"".join(stored), dtype="<f4").astype(np.float32, copy=False).reshape(len(stored), -1)


def store_vectors(database: Database, recipe: str, made: Mapping[str, bytes]) -> None:
    """Keep these (hash to stored vector); those already there stay."""
    rows = [{"text_hash": text_hash, "recipe": recipe, "vector": vector} for text_hash, vector in made.items()]
    with database.write() as session:
        session.execute(dialect_insert(session, VectorRow).on_conflict_do_nothing(), rows)
