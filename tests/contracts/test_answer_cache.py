"""Answers are kept without their questions, go with their generation, and are verified again on the way out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from retrieval.answers.questions import understand
from retrieval.corpus.passages import Scope
from retrieval.corpus.tables import GenerationRow
from retrieval.database import Database
from retrieval.model.cache import AGE, AnswerCache, for_this_request
from retrieval.model.grounding import CitedQuote, Stated
from retrieval.model.tables import CachedRow, SecretRow
from retrieval.types import Turn
from tests.support.clock import ManualClock
from tests.support.guidance import PASSAGES

ASKED = understand("How often must ammunition stores be counted?")
CLAIMS = [Stated(text="Every 90 days.", citations=[CitedQuote(passage="h2", quote="must be counted every 90 days")])]


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
    assert cache.find("k") is None
    cache.keep("k", "g1", [])
    cache.keep("k", "g1", CLAIMS)
    assert cache.find("k") == CLAIMS
    with database.read() as session:
        (row,) = session.scalars(select(CachedRow))
    assert set(row.__table__.columns.keys()) == {"key", "generation_id", "claims", "stored_at"}
    clock.advance(AGE)
    assert cache.find("k") is None
    cache.sweep(clock.now())
    with database.read() as session:
        assert session.scalars(select(CachedRow)).all() == []


def test_an_answer_goes_with_its_generation(cache: AnswerCache, database: Database) -> None:
    cache.keep("k1", "g1", CLAIMS)
    cache.keep("k2", "g2", CLAIMS)
    cache.keep("k3", "gone", CLAIMS)
    with database.write() as session:
        session.delete(session.get(GenerationRow, "g1"))
    assert [cache.find(key) for key in ("k1", "k2", "k3")] == [None, CLAIMS, None]


def test_kept_claims_name_the_passages_of_this_request_or_are_not_used() -> None:
    offered = {"S1": PASSAGES[0], "S2": PASSAGES[1]}
    found = for_this_request(CLAIMS, offered)
    assert found is not None
    assert found.claims[0].citations[0].passage == "S2"
    assert for_this_request(CLAIMS, {"S1": PASSAGES[0]}) is None
