"""Generations on a real Chroma server: a collection each, shared by every machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from retrieval.corpus.passages import Scope
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.errors import IndexDamaged, IndexGone
from retrieval.index.dense import ChromaFolder, ChromaServer
from retrieval.index.files import collection
from retrieval.index.generations import AGAIN, Generations
from retrieval.search.retriever import HybridRetriever
from tests.support.chroma_server import Server
from tests.support.clock import ManualClock
from tests.support.corpus import WordEmbedder, orders, rule, store

VECTORS = np.eye(8, dtype=np.float32)
IDS = [f"p{number}" for number in range(8)]


def test_a_collection_is_filled_found_and_dropped(chroma_server: Server) -> None:
    chroma = ChromaServer(chroma_server.url)
    chroma.create("proviso-one", IDS, VECTORS)
    index = chroma.open("proviso-one")

    assert index.count() == 8
    assert index.search(VECTORS[3], 1) == [("p3", pytest.approx(1.0, abs=1e-5))]

    chroma.create("proviso-one", IDS[:4], VECTORS[:4])  # in place of what a killed builder left
    assert chroma.open("proviso-one").count() == 4
    chroma.drop("proviso-one")
    chroma.drop("proviso-one")
    with pytest.raises(IndexGone):
        chroma.open("proviso-one")
    with pytest.raises(IndexGone):
        index.search(VECTORS[3], 1)


def test_machines_share_a_collection_and_sweep_it_once_it_is_left(
    chroma_server: Server, sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    embedder, corpus = WordEmbedder(), Corpus(sqlite_database)
    store(corpus, clock, *orders(0, 40))

    def machine(name: str) -> Generations:
        return Generations(sqlite_database, tmp_path / name, embedder, clock, chroma_url=chroma_server.url)

    one, two = machine("one"), machine("two")
    first = one.build()
    for generations in (one, two):
        hits = HybridRetriever(generations, embedder).search("order 17").hits
        assert hits[0].passage.text == rule(17)
        assert hits[0].dense is not None
        scope = Scope(sources=frozenset({hits[-1].passage.source.source_id}))
        within = HybridRetriever(generations, embedder).search("order 17", 8, scope).hits
        assert {hit.passage.source for hit in within} == {hits[-1].passage.source}
        assert len(within) == 8

    store(corpus, clock, *orders(100, 40, content="2"))
    one.build()
    assert HybridRetriever(two, embedder).search("order 117").hits[0].passage.text == rule(117)
    one.sweep(clock.advance(timedelta(hours=2)))
    with pytest.raises(IndexGone):
        ChromaServer(chroma_server.url).open(collection(first.id))


def test_a_collection_that_was_lost_is_made_again(
    chroma_server: Server, sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    embedder = WordEmbedder()
    store(Corpus(sqlite_database), clock, *orders(0, 40))
    generations = Generations(sqlite_database, tmp_path / "home", embedder, clock, chroma_url=chroma_server.url)
    retriever = HybridRetriever(generations, embedder)
    report = generations.build()
    assert retriever.search("order 17").hits[0].dense is not None
    ChromaServer(chroma_server.url).drop(collection(report.id))

    assert retriever.search("order 17").hits[0].dense is not None


def test_while_the_server_is_away_words_answer_and_its_return_is_noticed(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    (tmp_path / "data").mkdir()
    server = Server(tmp_path / "data")
    server.start()
    embedder = WordEmbedder()
    store(Corpus(sqlite_database), clock, *orders(0, 40))
    generations = Generations(sqlite_database, tmp_path / "home", embedder, clock, chroma_url=server.url)
    retriever = HybridRetriever(generations, embedder)
    try:
        generations.build()
        assert retriever.search("order 17").hits[0].dense is not None
        server.stop()
        for _ in range(2):
            hits = retriever.search("order 17").hits
            assert hits[0].passage.text == rule(17)
            assert hits[0].dense is None
        store(Corpus(sqlite_database), clock, *orders(100, 40, content="2"))
        generations.build()
        server.start()
        clock.advance(AGAIN)
        assert retriever.search("order 117").hits[0].dense is not None
    finally:
        server.stop()


def test_a_folder_that_is_no_index_is_damaged_and_an_empty_one_gone(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"nonsense" * 1000)

    with pytest.raises(IndexDamaged):
        ChromaFolder().open(tmp_path)
    with pytest.raises(IndexGone):
        ChromaFolder().open(tmp_path / "empty")


def test_more_vectors_than_one_batch_are_all_found(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(2100, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"p{number}" for number in range(2100)]
    ChromaFolder().create(tmp_path, ids, vectors)
    index = ChromaFolder().open(tmp_path)

    found = [index.search(vector, 100) for vector in vectors[::100]]
    assert [hits[0][0] for hits in found] == ids[::100]
    assert {len(hits) for hits in found} == {100}
    assert index.count() == 2100
    index.close()
