"""Embeddings cached in SQL: a text is embedded once by a recipe, whatever becomes of the indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from sqlalchemy import select

from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import VectorRow, table_of
from retrieval.database import Database
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


def embed_missing(
    database: Database, embedder: Embedder, texts: Mapping[str, str], progress: Progress | None = None
) -> dict[str, bytes]:
    """Text hash to vector for every one of `texts` (hash to text), those not yet stored embedded and stored now.

    `progress` is told how many of how many are there. Raises what the embedder raises; what was done is kept.
    """
    found = cached(database, embedder.recipe, list(texts))
    missing = [text_hash for text_hash in texts if text_hash not in found]
    if progress:
        progress(len(found), len(texts))
    for start in range(0, len(missing), BATCH):
        part = missing[start : start + BATCH]
        vectors = embedder.embed([texts[text_hash] for text_hash in part])
        made = {text_hash: to_bytes(vector) for text_hash, vector in zip(part, vectors, strict=True)}
        store_vectors(database, embedder.recipe, made)
        found |= made
        if progress:
            progress(len(found), len(texts))
    return found


def to_bytes(vector: Vectors) -> bytes:
    """A vector as it is stored: little-endian float32."""
    return np.asarray(vector, dtype="<f4").tobytes()


def from_bytes(stored: Sequence[bytes]) -> Vectors:
    """Stored vectors as the rows of one matrix."""
    return np.frombuffer(b"".join(stored), dtype="<f4").astype(np.float32, copy=False).reshape(len(stored), -1)


def store_vectors(database: Database, recipe: str, made: Mapping[str, bytes]) -> None:
    """Keep these (hash to stored vector); those already there stay."""
    rows = [{"text_hash": text_hash, "recipe": recipe, "vector": vector} for text_hash, vector in made.items()]
    insert = database.insert(table_of(VectorRow)).on_conflict_do_nothing()
    with database.write() as session:
        session.execute(insert, rows)
