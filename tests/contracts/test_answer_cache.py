"""Selections are kept without a question or a text, go with their generation, and name sentences there are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from retrieval.answers.questions import understand
from retrieval.corpus.passages import Scope
from retrieval.corpus.tables import GenerationRow
from retrieval.database import Database
from retrieval.model.cache import AGE, AnswerCache
from retrieval.model.tables import CachedRow, SecretRow
from retrieval.ports import Selected, Selection
from retrieval.types import Turn
from tests.support.clock import ManualClock
from tests.support.guidance import PASSAGES

ASKED = understand("How often must ammunition stores be counted?")
CHOSEN = Selection((Selected(1, PASSAGES[1], 0), Selected(2, PASSAGES[2], 3)))


@pytest.fixture
def cache(database: Database, clock: ManualClock) -> AnswerCache:
    with database.write() as session:
        for name in ("g1", "g2"):
            row = GenerationRow(generation_id=name, state="ready", recipe=None, fingerprint=name, passages=1)
            row.created_at = clock.now()
            session.add(row)
    return AnswerCache(database, clock)


def test_the_key_holds_all_that_an_answer_depends_on_and_not_who_asks(cache: AnswerCache) -> None:
    key = cache.key(ASKED, "g1", "m")
    follow_up = understand("And who does it?", [Turn("user", "How are stores counted?")])
    others = [
        cache.key(understand("How often must arms be counted?"), "g1", "m"),
        cache.key(ASKED, "g2", "m"),
        cache.key(ASKED, "g1", "other"),
        cache.key(replace(ASKED, scope=Scope(audiences=frozenset({"legal"}))), "g1", "m"),
        cache.key(replace(ASKED, scope=Scope(sources=frozenset({"a", "b"}))), "g1", "m"),
        cache.key(follow_up, "g1", "m"),
        cache.key(understand("And who does it?", [Turn("user", "How are prisons visited?")]), "g1", "m"),
    ]
    assert len({key, *others}) == 8
    said = [Turn("user", "How are stores counted?"), Turn("assistant", "By a joint team.")]
    assert cache.key(understand("And who does it?", said), "g1", "m") not in others
    assert cache.key(replace(ASKED, asker="somebody"), "g1", "m") == key
    assert cache.key(understand("how often  must ammunition stores be COUNTED?"), "g1", "m") == key


def test_replicas_share_one_secret_and_without_it_the_key_tells_nothing(
    cache: AnswerCache, database: Database, clock: ManualClock
) -> None:
    key = cache.key(ASKED, "g1", "m")
    assert AnswerCache(database, clock, new_secret=lambda: b"another").key(ASKED, "g1", "m") == key
    with database.write() as session:
        secret = session.scalars(select(SecretRow)).one()
        assert len(secret.secret) == 32
        secret.secret = b"rotated"
    assert AnswerCache(database, clock).key(ASKED, "g1", "m") != key


def test_what_is_kept_is_found_until_it_is_old(cache: AnswerCache, database: Database, clock: ManualClock) -> None:
    assert cache.find("k", PASSAGES) is None
    cache.keep("k", "g1", Selection())
    assert cache.find("k", PASSAGES) == Selection()
    cache.keep("k", "g1", CHOSEN)
    assert cache.find("k", PASSAGES) == CHOSEN
    with database.read() as session:
        (row,) = session.scalars(select(CachedRow))
    assert set(row.__table__.columns.keys()) == {"key", "generation_id", "chosen", "stored_at"}
    assert row.chosen == [[1, "h2", 0], [2, "h3", 3]]
    clock.advance(AGE)
    assert cache.find("k", PASSAGES) is None
    cache.sweep(clock.now())
    with database.read() as session:
        assert session.scalars(select(CachedRow)).all() == []


def test_an_answer_goes_with_its_generation(cache: AnswerCache, database: Database) -> None:
    cache.keep("k1", "g1", CHOSEN)
    cache.keep("k2", "g2", CHOSEN)
    cache.keep("k3", "gone", CHOSEN)
    with database.write() as session:
        session.delete(session.get(GenerationRow, "g1"))
    assert [cache.find(key, PASSAGES) for key in ("k1", "k2", "k3")] == [None, CHOSEN, None]


def test_a_kept_selection_is_made_of_the_passages_of_this_request_or_is_not_used(cache: AnswerCache) -> None:
    cache.keep("k", "g1", CHOSEN)
    assert cache.find("k", PASSAGES) == CHOSEN
    assert cache.find("k", PASSAGES[:2]) is None
    for position in (len(PASSAGES[1].sentences), -1):
        cache.keep("k", "g1", Selection((Selected(1, PASSAGES[1], position),)))
        assert cache.find("k", PASSAGES) is None
