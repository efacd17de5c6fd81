"""A Chroma server that does not answer: words alone are searched, nothing breaks, and its return is noticed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.index.files import collection
from retrieval.index.generations import AGAIN, Generations
from retrieval.search.retriever import HybridRetriever
from retrieval.types import Hit
from tests.support.chroma_server import Server
from tests.support.clock import ManualClock
from tests.support.corpus import WordEmbedder, orders, rule, store

NOBODY = "http://127.0.0.1:1"
AWAY = "the Chroma server does not answer: words alone are searched until it does"


@pytest.fixture
def stopped_server(tmp_path: Path) -> Iterator[Server]:
    """A server that has not been started yet."""
    (tmp_path / "data").mkdir()
    server = Server(tmp_path / "data")
    yield server
    server.stop()


def first_hit(generations: Generations, query: str) -> Hit:
    return HybridRetriever(generations, WordEmbedder()).search(query).hits[0]


def test_a_first_index_is_built_of_words_alone_and_says_so_once(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    store(Corpus(sqlite_database), clock, *orders(0, 40))
    generations = Generations(sqlite_database, tmp_path / "home", WordEmbedder(), clock, chroma_url=NOBODY)

    report = generations.build()
    hits = [first_hit(generations, "order 17") for _ in range(3)]
    clock.advance(AGAIN)
    hits.append(first_hit(generations, "order 17"))

    assert report.passages == 40
    assert {(hit.passage.text, hit.dense) for hit in hits} == {(rule(17), None)}
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [AWAY]
    assert not any(record.exc_info for record in caplog.records)


def test_an_index_kept_on_this_machine_gives_way_to_words_alone(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    store(Corpus(sqlite_database), clock, *orders(0, 40))
    home = tmp_path / "home"
    Generations(sqlite_database, home, WordEmbedder(), clock).build()

    hit = first_hit(Generations(sqlite_database, home, WordEmbedder(), clock, chroma_url=NOBODY), "order 17")
    again = first_hit(Generations(sqlite_database, home, WordEmbedder(), clock), "order 17")

    assert (hit.passage.text, hit.dense) == (rule(17), None)
    assert again.passage.text == rule(17)
    assert again.dense is not None
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [AWAY]


def test_vectors_are_put_on_the_server_once_it_answers(
    stopped_server: Server, sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    store(Corpus(sqlite_database), clock, *orders(0, 40))
    url = stopped_server.url
    one = Generations(sqlite_database, tmp_path / "one", WordEmbedder(), clock, chroma_url=url)
    report = one.build()
    assert first_hit(one, "order 17").dense is None

    stopped_server.start()
    assert first_hit(one, "order 17").dense is None
    clock.advance(AGAIN)
    assert first_hit(one, "order 17").dense is not None
    assert stopped_server.collections() == {collection(report.id)}
    two = Generations(sqlite_database, tmp_path / "two", WordEmbedder(), clock, chroma_url=url)
    assert first_hit(two, "order 17").dense is not None


def test_building_an_unchanged_corpus_again_puts_the_vectors_on_a_server_that_answers(
    stopped_server: Server, sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    store(Corpus(sqlite_database), clock, *orders(0, 40))
    generations = Generations(sqlite_database, tmp_path / "home", WordEmbedder(), clock, chroma_url=stopped_server.url)
    report = generations.build()
    stopped_server.start()

    assert generations.build().id == report.id
    assert first_hit(generations, "order 17").dense is not None


def test_a_change_is_searched_by_words_while_the_server_is_away_and_by_meaning_after(
    stopped_server: Server, sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    corpus = Corpus(sqlite_database)
    store(corpus, clock, *orders(0, 40))
    generations = Generations(sqlite_database, tmp_path / "home", WordEmbedder(), clock, chroma_url=stopped_server.url)
    stopped_server.start()
    generations.build()
    stopped_server.stop()

    store(corpus, clock, *orders(100, 4, content="2"))
    generations.build()
    hit = first_hit(generations, "order 102")
    assert (hit.passage.text, hit.dense) == (rule(102), None)

    stopped_server.start()
    clock.advance(AGAIN)
    hit = first_hit(generations, "order 102")
    assert hit.passage.text == rule(102)
    assert hit.dense is not None


def test_sweeping_keeps_the_names_of_collections_it_cannot_delete(
    stopped_server: Server,
    sqlite_database: Database,
    tmp_path: Path,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    corpus = Corpus(sqlite_database)
    home, url = tmp_path / "home", stopped_server.url
    generations = Generations(sqlite_database, home, WordEmbedder(), clock, chroma_url=url)
    stopped_server.start()
    store(corpus, clock, *orders(0, 40))
    left = generations.build()
    store(corpus, clock, *orders(100, 40, content="2"))
    present = generations.build()
    stopped_server.stop()
    caplog.clear()

    generations.sweep(clock.advance(timedelta(hours=2)))
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in warnings] == [
        "collections on the Chroma server are not swept (IndexUnavailable): the next sweep tries again"
    ]
    assert warnings[0].exc_info is None
    assert not generations.folder(left.id).exists()

    stopped_server.start()
    generations.sweep(clock.now())
    assert stopped_server.collections() == {collection(present.id)}
