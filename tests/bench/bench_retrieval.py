"""Search against its floor: what embedding, BM25 and Chroma cost bare, in the same run. `EVAL=DIR` adds quality.

`python -m tests.bench.bench_retrieval [PASSAGES]`
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ingest.evaluation import index_collection, measure_search
from retrieval.corpus.records import text_hash
from retrieval.corpus.sources import Corpus, CorpusChange, Document
from retrieval.database import Base, Database
from retrieval.embedding.local import LocalEmbedder
from retrieval.index.generations import Generations
from retrieval.index.vectors import store_vectors
from retrieval.ports import Embedder, SystemClock
from retrieval.search.retriever import DEPTH, HybridRetriever
from tests.support.corpus import DEEDS, THINGS, TIMES, document, rule

PASSAGES, QUERIES, ROUNDS = 2000, 100, 3


def main(passages: int = PASSAGES) -> None:
    embedder = LocalEmbedder.load(threads=2)
    speed(passages, embedder)
    folder = os.environ.get("EVAL")
    for place in sorted(Path(folder).glob("**/corpus.jsonl")) if folder else ():
        quality(place.parent, embedder)


def speed(passages: int, embedder: LocalEmbedder) -> None:
    """p50 of one search, and of its parts bare, asked in turn so that both meet the same machine."""
    with tempfile.TemporaryDirectory() as home:
        generations = _look_alike(Path(home), passages, embedder)
        retriever = HybridRetriever(generations, embedder)
        started = time.perf_counter()
        opened = Generations(generations._database, Path(home), embedder, SystemClock()).current()
        ready = time.perf_counter() - started
        assert opened is not None
        assert opened.dense is not None
        bare_dense, bare_lexical = opened.dense._collection, opened.lexical._index  # type: ignore[attr-defined]

        def floor(query: str) -> None:
            vector = embedder.embed([query])
            bare_dense.query(query_embeddings=vector, n_results=DEPTH, include=["distances"])
            bare_lexical.retrieve([query.lower().split()], k=min(DEPTH, passages), show_progress=False)

        floor_ms, search_ms = _in_turn(floor, lambda query: retriever.search(query, 10))
    print(f"search, {passages} passages: p50 {search_ms:.2f} ms, floor {floor_ms:.2f} ms, x{search_ms / floor_ms:.2f}")
    print(f"open and probe a generation: {ready * 1000:.0f} ms")


def quality(folder: Path, embedder: LocalEmbedder) -> None:
    """The collection's figures through the product's own splitting and search."""
    with tempfile.TemporaryDirectory() as home:
        database, clock = _database(Path(home)), SystemClock()
        generations = Generations(database, Path(home), embedder, clock)
        collection, passages = index_collection(
            folder, Corpus(database), generations, clock=clock, count=embedder.count, progress=lambda *_: None
        )
        figures = measure_search(collection, HybridRetriever(generations, embedder)).figures() | {"passages": passages}
    told = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    print(f"{folder.name}: " + " ".join(f"{name} {value:.4g}" for name, value in told.items()))


def _in_turn(*functions: Callable[[str], object]) -> list[float]:
    chance = random.Random(7)
    taken: list[list[float]] = [[] for _ in functions]
    for number in range(QUERIES * ROUNDS):
        query = f"when must we {chance.choice(DEEDS)} the {chance.choice(THINGS)} at {chance.choice(TIMES)}, {number}?"
        for milliseconds, function in zip(taken, functions, strict=True):
            started = time.perf_counter()
            function(query)
            milliseconds.append((time.perf_counter() - started) * 1000)
    return [statistics.median(milliseconds) for milliseconds in taken]


def _look_alike(home: Path, passages: int, embedder: LocalEmbedder) -> Generations:
    """An index of generated rules; their vectors are drawn, not computed, because only their number matters here."""
    texts = [rule(number) + " " + " ".join(rule(number * 7 + n) for n in range(5)) for number in range(passages)]
    documents = [document(f"{n}.md", *texts[n : n + 100]) for n in range(0, passages, 100)]
    vectors = np.random.default_rng(1).normal(size=(passages, embedder.dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    database = _database(home)
    hashes = [text_hash(passage.indexed_text) for given in documents for passage in given.passages]
    store_vectors(database, embedder.recipe, {key: row.tobytes() for key, row in zip(hashes, vectors, strict=True)})
    return _index(home, documents, embedder, database)


def _index(home: Path, documents: list[Document], embedder: Embedder, database: Database) -> Generations:
    clock = SystemClock()
    Corpus(database).apply(CorpusChange(tuple(documents)), clock.now())
    generations = Generations(database, home, embedder, clock)
    started = time.perf_counter()
    report = generations.build()
    print(f"built {report.passages} passages in {time.perf_counter() - started:.1f} s")
    return generations


def _database(home: Path) -> Database:
    database = Database(f"sqlite:///{home / 'bench.db'}")
    Base.metadata.create_all(database.engine)
    return database


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
