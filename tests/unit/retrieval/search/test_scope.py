"""A scope bounds both legs without losing what lies within it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.migrations import upgrade
from retrieval.corpus.passages import EVERYTHING, Scope, Source
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.index.generations import Generations
from retrieval.index.members import EXACT_MOST, Members
from retrieval.ports import Vectors
from retrieval.search.glossary import Entry, Glossary
from retrieval.search.parts import PARTS
from retrieval.search.retriever import HybridRetriever
from tests.support.clock import ManualClock
from tests.support.corpus import WordEmbedder, document, rule, store

YEARS = ("2016-07-09", "2019", "May 2021", None)
KINDS = ("policy", "guidance")
COUNT = 240
DOCUMENTS = tuple(
    document(
        f"{part}.md",
        *(rule(number) for number in range(part * 6, part * 6 + 6)),
        "What every keeper has in common.",
        title="Orders",
        authority=KINDS[part % 2],
        **({"published": year} if (year := YEARS[part % 4]) else {}),
        **({"audience": "board"} if part % 5 == 0 else {}),
    )
    for part in range(COUNT // 6)
)
SOURCES = [each.source for each in DOCUMENTS]


EMBEDDER = WordEmbedder()


class RandomEmbedder:
    """Unit vectors without any order, the hardest case of a neighbour graph."""

    recipe, dimensions = "random+fp32", 32

    def embed(self, texts: Sequence[str]) -> Vectors:
        seeds = (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts)
        rows = np.stack([np.random.default_rng(seed).normal(size=self.dimensions) for seed in seeds])
        vectors: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return vectors


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> HybridRetriever:
    home = tmp_path_factory.mktemp("scoped")
    database, clock, embedder = Database(f"sqlite:///{home / 'scope.db'}"), ManualClock(), WordEmbedder()
    upgrade(database)
    store(Corpus(database), clock, *DOCUMENTS)
    generations = Generations(database, home, embedder, clock)
    generations.build()
    return HybridRetriever(generations, embedder)


SCOPES = st.builds(
    Scope,
    sources=st.sets(st.sampled_from([source.source_id for source in SOURCES]), max_size=3).map(frozenset),
    authorities=st.sets(st.sampled_from(KINDS), max_size=1).map(frozenset),
    since=st.sampled_from([None, "2016", "2019-05", "2021-01-01"]),
    until=st.sampled_from([None, "2016-12", "2020", "2021"]),
    audiences=st.sampled_from([None, frozenset[str](), frozenset({"board"})]),
)


@settings(deadline=None, max_examples=30)
@given(SCOPES, st.integers(0, COUNT - 1), st.integers(1, 30))
def test_as_many_as_there_are_within_come_back_and_none_from_without(
    retriever: HybridRetriever, scope: Scope, number: int, k: int
) -> None:
    within = {source.source_id for source in SOURCES if scope.admits(source)}
    hits = retriever.search(rule(number), k, scope).hits

    assert {hit.passage.source.source_id for hit in hits} <= within
    assert len(hits) == min(k, 7 * len(within))


@settings(deadline=None, max_examples=30)
@given(SCOPES, st.integers(0, COUNT - 1), st.sampled_from([0, EXACT_MOST]))
def test_what_is_nearest_within_is_what_an_exhaustive_search_leaves_when_filtered(
    retriever: HybridRetriever, scope: Scope, number: int, exact_most: int
) -> None:
    generation = retriever._generations.current()
    assert generation is not None
    assert generation.dense is not None
    members = Members(generation._database, generation.id, generation.lexical.ids, exact_most=exact_most)
    vector = EMBEDDER.embed([rule(number)])[0]
    passages = generation.passages(list(generation.lexical.ids))
    texts = {p.indexed_text for p in passages.values() if scope.admits(p.source)}
    exhaustive = sorted((EMBEDDER.embed([text])[0] @ vector for text in texts), reverse=True)[:20]

    found = members.nearest(generation.dense, vector, 20, members._select(scope))

    assert all(scope.admits(passages[id_].source) for id_, _ in found)
    assert [cosine for _, cosine in found] == pytest.approx(exhaustive, abs=1e-4)


def test_filtered_neighbours_of_many_vectors_are_ninety_nine_of_a_hundred_of_the_exact_ones(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    numbers = iter(range(10_000))
    store(
        Corpus(sqlite_database),
        clock,
        *(
            document(f"{part}.md", *(f"word{next(numbers)}" for _ in range(60)), authority=KINDS[part % 2])
            for part in range(40)
        ),
    )
    embedder = RandomEmbedder()
    generations = Generations(sqlite_database, tmp_path, embedder, clock)
    generations.build()
    opened = generations.current()
    assert opened is not None
    assert opened.dense is not None
    graph, each = (Members(sqlite_database, opened.id, opened.lexical.ids, exact_most=most) for most in (100, 10_000))
    half = Scope(authorities=frozenset({"policy"}))
    shares = []
    for query in range(25):
        vector = embedder.embed([f"query{query}"])[0]
        exact = {id_ for id_, _ in each.nearest(opened.dense, vector, 50, each._select(half))}
        found = {id_ for id_, _ in graph.nearest(opened.dense, vector, 50, graph._select(half))}
        assert len(found) == 50
        shares.append(len(exact & found) / 50)
    assert np.mean(shares) >= 0.99


def test_passages_of_equal_text_are_all_found_by_its_meaning(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    tarred = "Ropes are tarred in winter."
    documents = [document(f"{n}.md", tarred, *map(rule, range(n, n + 5)), title="Same") for n in range(3)]
    store(Corpus(sqlite_database), clock, *documents)
    generations = Generations(sqlite_database, tmp_path, EMBEDDER, clock)
    generations.build()
    hits = HybridRetriever(generations, EMBEDDER).lacking(frozenset({"lexical"})).search("Same tarred ropes", 3).hits

    assert {hit.passage.source.path for hit in hits} == {"0.md", "1.md", "2.md"}
    assert len({hit.score for hit in hits}) == 1


def test_dates_of_unlike_precision_are_compared_as_far_as_both_go() -> None:
    dated = {published: Source("a", "a", published=published) for published in ("2020", "2020-05", "2020-05-31")}

    assert all(Scope(since="2020-05-31").admits(source) for source in dated.values())
    assert all(Scope(until="2020-05-31").admits(source) for source in dated.values())
    assert [Scope(since="2020-06").admits(source) for source in dated.values()] == [True, False, False]
    assert Scope(since="2016", until="2016").admits(Source("a", "a", published="9 July 2016"))
    assert not Scope(since="1900").admits(Source("a", "a"))
    assert EVERYTHING.admits(Source("a", "a"))


def test_a_digest_is_a_kind_of_text_too() -> None:
    ours = Source("a", "a", kind="digest", authority="commentary")

    assert [Scope(authorities=frozenset({kind})).admits(ours) for kind in ("digest", "commentary", "policy")] == [
        True,
        True,
        False,
    ]


def test_readers_see_what_is_for_everybody_and_for_them() -> None:
    ours, theirs, anybodys = (Source("a", "a", audience=audience) for audience in ("board", "crew", None))
    board = Scope(audiences=frozenset({"board"}))

    assert [board.admits(source) for source in (ours, theirs, anybodys)] == [True, False, True]
    assert [EVERYTHING.admits(source) for source in (ours, theirs, anybodys)] == [True, True, True]


def test_whoever_states_no_scope_sees_what_has_no_label_alone(retriever: HybridRetriever) -> None:
    labelled = next(source for source in SOURCES if source.audience)
    said = rule(SOURCES.index(labelled) * 6)
    [secret] = retriever.search(said, 1, EVERYTHING).hits

    assert secret.passage.source == labelled
    assert [hit for hit in retriever.search(said, 300).hits if hit.passage.source.audience] == []
    assert retriever.passage(secret.passage.passage_id) is None
    assert retriever.passage(secret.passage.passage_id, EVERYTHING) == secret.passage
    assert retriever.passage(secret.passage.passage_id, Scope(audiences=frozenset({"board"}))) == secret.passage


def test_words_of_a_labelled_text_weigh_as_words_that_nobody_wrote(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    texts = [document(f"{n}.md", rule(n)) for n in range(4)]
    store(Corpus(sqlite_database), clock, *texts, document("b.md", "The tribunal sits.", audience="board"))
    generations = Generations(sqlite_database, tmp_path, None, clock)
    generations.build()
    retriever = HybridRetriever(generations, None)

    terms = retriever.search("the tribunal of nobody").terms
    assert terms["tribun"] == terms["nobodi"]
    known = retriever.search("the tribunal of nobody", scope=EVERYTHING).terms
    assert known["tribun"] < known["nobodi"]


def test_a_label_holds_as_soon_as_it_was_read_though_the_index_is_older(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    corpus = Corpus(sqlite_database)
    store(corpus, clock, document("a.md", "The tribunal sits."), document("b.md", "The tribunal rises."))
    generations = Generations(sqlite_database, tmp_path, None, clock)
    generations.build()
    retriever = HybridRetriever(generations, None)
    found = {hit.passage.source.path: hit.passage for hit in retriever.search("tribunal").hits}
    store(corpus, clock, document("a.md", "The tribunal sits.", audience="board", content="2"))

    assert [hit.passage.source.path for hit in retriever.search("tribunal").hits] == ["b.md"]
    assert retriever.passage(found["a.md"].passage_id) is None
    assert retriever.passage(found["b.md"].passage_id) == found["b.md"]


def test_a_passage_whose_source_was_removed_is_shown_to_nobody(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    corpus, given_ = Corpus(sqlite_database), document("a.md", "The tribunal sits.")
    store(corpus, clock, given_)
    generations = Generations(sqlite_database, tmp_path, None, clock)
    generations.build()
    retriever = HybridRetriever(generations, None)
    [hit] = retriever.search("tribunal").hits
    corpus.remove(given_.source.source_id)

    assert retriever.passage(hit.passage.passage_id) is None


def test_a_search_for_a_short_form_finds_the_long_one_unless_the_glossary_is_left_out(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    given_ = document("a.md", "The harbour orders board meets at noon.", "Ropes are tarred in winter.")
    store(Corpus(sqlite_database), clock, given_)
    generations = Generations(sqlite_database, tmp_path, None, clock)
    generations.build()
    whole = HybridRetriever(generations, None, glossary=Glossary([Entry(("HOB", "harbour orders board"))]))

    [hit] = whole.search("When does the HOB gather?").hits
    assert hit.passage.text == "The harbour orders board meets at noon."
    assert whole.lacking(frozenset({"glossary"})).search("When does the HOB gather?").hits == ()


@pytest.mark.parametrize("part", PARTS)
def test_each_part_can_be_left_out(retriever: HybridRetriever, part: str) -> None:
    hits = retriever.lacking(frozenset({part})).search(f"{rule(17)} {rule(18)}", 5).hits

    assert len(hits) == 5
    assert all((hit.dense is None) >= (part == "dense") for hit in hits)
    assert all(hit.lexical is None for hit in hits) is (part == "lexical")


def test_a_part_that_is_none_is_refused(retriever: HybridRetriever) -> None:
    with pytest.raises(ValueError, match="magic: not among dense, lexical"):
        retriever.lacking(frozenset({"magic"}))
