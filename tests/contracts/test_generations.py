"""Index generations, on both databases: built aside, published whole, made again from SQL, swept when unread."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from retrieval.corpus.passages import EVERYTHING
from retrieval.corpus.sources import Corpus
from retrieval.corpus.tables import GenerationRow, MemberRow, PassageRow, PointerRow, VectorRow, VersionRow
from retrieval.database import Database
from retrieval.embedding.local import RECIPE
from retrieval.errors import EmbeddingUnavailable, IndexBusy, IndexDamaged
from retrieval.index import dense, opening
from retrieval.index.generations import Generations
from retrieval.index.manifest import NAME as MANIFEST
from retrieval.index.publishing import begin, plan
from retrieval.locks import build_lock
from retrieval.ports import Vectors
from retrieval.search.retriever import HybridRetriever
from tests.support.clock import ManualClock
from tests.support.corpus import WordEmbedder, document, orders, rule, store

Make = Callable[..., Generations]


@pytest.fixture
def corpus(database: Database, clock: ManualClock) -> Corpus:
    corpus = Corpus(database)
    store(corpus, clock, *orders(0, 40))
    return corpus


@pytest.fixture
def make(database: Database, clock: ManualClock, tmp_path: Path) -> Make:
    def make(embedder: WordEmbedder | None = None, home: str = "home", **options: object) -> Generations:
        return Generations(database, tmp_path / home, embedder, clock, **options)  # type: ignore[arg-type]

    return make


def folders(generations: Generations) -> list[str]:
    return sorted(path.name for path in generations.folder("x").parent.iterdir())


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def texts_found(generations: Generations, query: str, embedder: WordEmbedder | None = None) -> list[str]:
    return [hit.passage.text for hit in HybridRetriever(generations, embedder).search(query, 3).hits]


def test_before_anything_was_built_nothing_is_found(make: Make, database: Database) -> None:
    assert make().current() is None
    assert HybridRetriever(make(), None).search("ferry").hits == ()
    assert HybridRetriever(make(), None).passage("x") is None


def test_what_was_built_answers_with_both_legs(make: Make, corpus: Corpus) -> None:
    embedder = WordEmbedder()
    generations = make(embedder)
    report = generations.build()

    results = HybridRetriever(generations, embedder).search("inspect the lantern, order 2", 5)

    assert report.passages == 40
    assert results.generation == report.id
    assert results.hits[0].passage.text == rule(2)
    assert results.hits[0].dense is not None
    assert results.hits[0].lexical is not None
    assert len(results.hits) == 5
    assert set(results.terms) == {"inspect", "lantern", "order"}


def test_without_an_embedder_words_alone_answer_and_say_so(make: Make, corpus: Corpus) -> None:
    generations = make()
    generations.build()

    results = HybridRetriever(generations, None).search("order 17")

    assert results.hits[0].passage.text == rule(17)
    assert {hit.dense for hit in results.hits} == {None}


def test_an_index_made_by_another_model_is_searched_by_words(make: Make, corpus: Corpus) -> None:
    make(WordEmbedder()).build()
    other = WordEmbedder(recipe="other")
    generations = make(other)

    results = HybridRetriever(generations, other).search("order 17")

    assert results.hits[0].passage.text == rule(17)
    assert results.hits[0].dense is None
    generations.build()
    assert HybridRetriever(generations, other).search("order 17").hits[0].dense is not None


def test_the_same_weights_in_another_precision_share_an_index(make: Make, corpus: Corpus) -> None:
    make(WordEmbedder()).build()
    exact = WordEmbedder(recipe="words+fp32")

    assert HybridRetriever(make(exact), exact).search("order 17").hits[0].dense is not None


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_the_index_of_an_earlier_local_model_answers_until_every_passage_has_a_new_vector(
    make: Make, corpus: Corpus, precision: str
) -> None:
    make(WordEmbedder(recipe=f"all-MiniLM-L6-v2@53aa51172d14+{precision}")).build()
    present, asking = WordEmbedder(recipe=RECIPE), WordEmbedder(recipe=RECIPE)
    generations, reader = make(present), make(asking)
    searched_while_embedding: list[float | None] = []

    def search(_done: int, _total: int) -> None:
        hit = HybridRetriever(reader, asking).search("order 17").hits[0]
        searched_while_embedding.append(hit.dense)

    before = generations.current()
    report = generations.build(search)

    assert before is not None
    assert report.id != before.id
    assert len(searched_while_embedding) >= 2
    assert None not in searched_while_embedding
    assert len(present.embedded) == report.passages
    assert HybridRetriever(reader, asking).search("order 17").hits[0].dense is not None


def test_an_unchanged_corpus_keeps_its_generation_and_embeds_nothing(make: Make, corpus: Corpus) -> None:
    first = make(WordEmbedder()).build()
    embedder = WordEmbedder()

    assert make(embedder).build().id == first.id
    assert embedder.embedded == []


def test_a_change_embeds_only_what_is_new_and_readers_move_on(
    make: Make, corpus: Corpus, clock: ManualClock, database: Database
) -> None:
    embedder = WordEmbedder()
    generations, reader = make(embedder), make(embedder)
    first = generations.build()
    before = reader.current()
    embedder.embedded.clear()
    store(corpus, clock, document("new.md", "A brand new rule about kelp."))
    progress: list[tuple[int, int]] = []

    second = generations.build(lambda done, total: progress.append((done, total)))

    assert embedder.embedded == ["Orders new.md\nA brand new rule about kelp."]
    assert progress == [(40, 41), (41, 41)]
    assert second.id != first.id
    after = reader.current()
    assert before is not None
    assert after is not None
    assert (before.id, after.id) == (first.id, second.id)
    assert before.lexical.search("kelp", 5) == []
    assert texts_found(reader, "kelp", embedder)[0] == "A brand new rule about kelp."


def test_a_removed_source_is_not_found_and_a_reader_underway_still_reads_it(
    make: Make, corpus: Corpus, clock: ManualClock
) -> None:
    generations = make()
    generations.build()
    underway = generations.current()
    assert underway is not None
    [(passage_id, _)] = underway.lexical.search("17", 1)
    for summary in corpus.sources():
        corpus.remove(summary.source.source_id)
    generations.build()

    assert texts_found(generations, "order 17") == []
    passage = underway.passage(passage_id, EVERYTHING)
    assert passage is not None
    assert passage.text == rule(17)


def test_a_labelled_source_is_neither_found_nor_listed_for_everybody(
    make: Make, corpus: Corpus, clock: ManualClock
) -> None:
    store(corpus, clock, document("secret.md", "The tribunal sits.", audience="board"))
    generations = make(WordEmbedder())
    generations.build()
    retriever = HybridRetriever(generations, WordEmbedder())

    assert "secret.md" not in [hit.passage.source.path for hit in retriever.search("tribunal", 100).hits]
    assert [hit.passage.source.path for hit in retriever.search("tribunal", 1, EVERYTHING).hits] == ["secret.md"]
    assert "secret.md" not in [summary.source.path for summary in corpus.sources()]
    assert "secret.md" in [summary.source.path for summary in corpus.sources(EVERYTHING)]


def test_a_withdrawn_source_leaves_the_index_and_a_superseded_one_is_marked(make: Make, corpus: Corpus) -> None:
    generations = make()
    generations.build()
    first, second, *_ = corpus.sources()
    corpus.withdraw(first.source.source_id)
    corpus.supersede(second.source.source_id)
    generations.build()

    hits = HybridRetriever(generations, None).search("keeper order harbour board", 40).hits

    assert len(hits) == 32
    assert {h.passage.source.status for h in hits if h.passage.source.source_id == second.source.source_id} == {
        "superseded"
    }
    assert {h.passage.source.status for h in hits if h.passage.source.source_id != second.source.source_id} == {None}


def test_each_passage_knows_what_stands_before_and_after_it(make: Make, database: Database, clock: ManualClock) -> None:
    store(Corpus(database), clock, document("a.md", rule(1), rule(2), rule(3)), document("b.md", rule(4)))
    generations = make()
    generations.build()
    retriever = HybridRetriever(generations, None)
    found = {hit.passage.text: hit.passage for hit in retriever.search("order").hits}

    near = [retriever.beside(found[rule(n)]) for n in (1, 2, 3, 4)]

    assert near == [
        (None, found[rule(2)]),
        (found[rule(1)], found[rule(3)]),
        (found[rule(2)], None),
        (None, None),
    ]
    assert retriever.beside(replace(found[rule(2)], passage_id="gone-1")) == (None, None)


def test_a_digest_gives_way_to_its_original(make: Make, database: Database, clock: ManualClock) -> None:
    corpus = Corpus(database)
    digest = document("digest.md", "In short: kelp is cut.", kind="digest", digest_of="The Kelp Code (1999)")
    generations = make()
    store(corpus, clock, digest)
    generations.build()
    assert texts_found(generations, "kelp") == ["In short: kelp is cut."]

    store(corpus, clock, document("original.md", "Kelp shall be cut.", title="THE KELP CODE, 1999"))
    generations.build()
    assert texts_found(generations, "kelp") == ["Kelp shall be cut."]


def test_a_machine_that_lacks_the_generation_makes_it_from_sql_without_embedding(
    make: Make, corpus: Corpus, caplog: pytest.LogCaptureFixture
) -> None:
    report = make(WordEmbedder()).build()
    embedder = WordEmbedder()
    elsewhere = make(embedder, home="elsewhere")

    opened = elsewhere.current()

    assert opened is not None
    assert opened.id == report.id
    assert opened.dense is not None
    assert embedder.embedded == []
    assert caplog.messages == []  # as after a restore: nothing is wrong with what is here
    assert texts_found(elsewhere, "order 17", embedder)[0] == rule(17)


@pytest.mark.parametrize("damage", ["empty vectors", "cut vectors", "lexical", "manifest", "gone", "sqlite"])
def test_a_damaged_index_is_noticed_at_start_and_made_again(make: Make, corpus: Corpus, damage: str) -> None:
    embedder = WordEmbedder()
    folder = make(embedder).folder(make(embedder).build().id)
    _damage(folder, damage)

    generations = make(embedder)

    assert texts_found(generations, "order 17", embedder)[0] == rule(17)
    assert HybridRetriever(generations, embedder).search("order 17").hits[0].dense is not None


def _damage(folder: Path, damage: str) -> None:
    [level0] = folder.glob("chroma-*/*/data_level0.bin")
    if damage == "gone":
        shutil.rmtree(folder)
    elif damage == "empty vectors":
        level0.write_bytes(b"")
    elif damage == "cut vectors":
        level0.write_bytes(level0.read_bytes()[: level0.stat().st_size // 2])
    elif damage == "lexical":
        (folder / "lexical" / "data.csc.index.npy").write_bytes(b"nonsense")
    elif damage == "manifest":
        (folder / MANIFEST).write_text("{")
    elif damage == "sqlite":
        level0.parents[1].joinpath("chroma.sqlite3").write_bytes(b"nonsense" * 100)


def test_an_index_that_breaks_while_others_read_it_is_made_again_beside_them(
    make: Make, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = WordEmbedder()
    generations = make(embedder)
    generations.build()
    held = generations.current()
    assert held is not None
    assert held.dense is not None
    _damage(generations.folder(held.id), "cut vectors")
    monkeypatch.setattr(held.dense, "search", _broken)
    retriever = HybridRetriever(generations, embedder)

    assert retriever.search("order 17").hits[0].dense is None
    again = retriever.search("order 17").hits[0]

    assert again.passage.text == rule(17)
    assert again.dense is not None
    assert generations.current() is not held


def _broken(_vector: object, _k: int) -> list[tuple[str, float]]:
    raise IndexDamaged


def test_threads_asking_while_a_generation_is_published_all_get_an_answer(
    make: Make, corpus: Corpus, clock: ManualClock
) -> None:
    embedder = WordEmbedder()
    generations, builder = make(embedder), make(embedder)
    builder.build()
    retriever = HybridRetriever(generations, embedder)
    done = threading.Event()

    def ask() -> set[str]:
        seen = set()
        while not done.is_set():
            results = retriever.search("order 17", 3)
            assert results.hits[0].passage.text == rule(17)
            seen.add(results.generation)
        return seen

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        published = [builder.build().id]
        for number in range(2):
            store(corpus, clock, document(f"new-{number}.md", f"A brand new rule about kelp {number}."))
            published.append(builder.build().id)
        retriever.search("order 17")
        done.set()
        seen = set().union(*(answers.result() for answers in asking))
    assert seen <= set(published)
    assert published[-1] == retriever.search("order 17").generation


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_builders_on_several_machines_take_turns(
    make: Make, corpus: Corpus, clock: ManualClock, database: Database
) -> None:
    machines = [make(WordEmbedder(), home=name) for name in ("one", "two", "three")]
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda machine: machine.build(), machines))

    assert len({report.id for report in reports}) == 1
    assert count(database, GenerationRow) == 1
    for machine in machines:
        assert texts_found(machine, "order 17")[0] == rule(17)


def test_a_build_that_fails_leaves_the_generation_before_it_answering(
    make: Make, corpus: Corpus, clock: ManualClock, database: Database
) -> None:
    embedder = WordEmbedder()
    generations = make(embedder)
    first = generations.build()
    store(corpus, clock, document("new.md", "A brand new rule about kelp."))

    class Down(WordEmbedder):
        def embed(self, texts: object) -> Vectors:
            raise EmbeddingUnavailable

    with pytest.raises(EmbeddingUnavailable):
        make(Down()).build()

    opened = generations.current()
    assert opened is not None
    assert opened.id == first.id
    assert count(database, GenerationRow) == 1
    assert generations.build().passages == 41


def test_an_embedder_that_fails_at_a_question_leaves_words_to_answer(make: Make, corpus: Corpus) -> None:
    generations = make(WordEmbedder())
    generations.build()

    class Down(WordEmbedder):
        def embed(self, texts: object) -> Vectors:
            raise EmbeddingUnavailable

    results = HybridRetriever(generations, Down()).search("order 17")
    assert results.hits[0].passage.text == rule(17)
    assert results.hits[0].dense is None


def test_a_published_generation_is_never_written_again(make: Make, corpus: Corpus) -> None:
    embedder = WordEmbedder()
    generations = make(embedder)
    folder = generations.folder(generations.build().id)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.name.startswith("chroma.sqlite3")}

    for _ in range(3):
        texts_found(make(embedder), "order 17", embedder)

    assert before == {
        p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.name.startswith("chroma.sqlite3")
    }


def test_what_a_killed_builder_left_is_swept(
    make: Make, corpus: Corpus, clock: ManualClock, database: Database
) -> None:
    generations = make()
    report = generations.build()
    with database.write() as session:
        begin(session, "killed", plan(session, None), clock.now())
    (generations.folder("x").parent / ".aside-killed").mkdir()

    generations.sweep(clock.now())

    assert folders(generations) == [report.id]
    assert count(database, GenerationRow) == 1
    assert count(database, MemberRow) == 5


def test_folders_are_swept_once_no_reader_holds_them_and_sql_after_the_grace(
    make: Make, corpus: Corpus, clock: ManualClock, database: Database
) -> None:
    generations, reader = make(WordEmbedder()), make(WordEmbedder())
    first = generations.build()
    held = reader.current()
    assert held is not None
    store(corpus, clock, *orders(100, 40, content="2"))
    second = generations.build()
    assert folders(generations) == sorted([first.id, second.id])
    assert [hit for hit, _ in held.lexical.search("17", 1)] != []

    del held
    reader.current()
    gc.collect()
    generations.sweep(clock.now())
    assert folders(generations) == [second.id]
    assert count(database, PassageRow) == 80
    assert count(database, VectorRow) == 80

    generations.sweep(clock.advance(timedelta(hours=2)))
    assert count(database, GenerationRow) == 1
    assert count(database, VersionRow) == 10  # what nothing refers to may be part of an ingest under way
    generations.sweep(clock.advance(timedelta(days=1)))
    assert count(database, VersionRow) == 5
    assert count(database, PassageRow) == 40
    assert count(database, VectorRow) == 40
    assert texts_found(generations, "order 117", WordEmbedder())[0] == rule(117)


def test_a_generation_dropped_while_chroma_is_busy_is_closed_later(make: Make, corpus: Corpus) -> None:
    generations = make(WordEmbedder())
    generations.build()
    held = generations.current()
    generations.discard(held)  # type: ignore[arg-type]
    with dense._opening:  # as when the garbage collector runs while this thread opens another index
        del held
        gc.collect()
        assert len(opening._retired) == 1
    generations.current()
    assert len(opening._retired) == 0


def test_a_sweep_leaves_everything_alone_while_somebody_builds(
    make: Make, corpus: Corpus, clock: ManualClock, database: Database
) -> None:
    generations = make()
    generations.build()
    aside = generations.folder("x").parent / ".aside-now"
    aside.mkdir()
    with build_lock(database, aside.parents[1] / "index.lock", 0):
        generations.sweep(clock.now())
        assert aside.exists()
    generations.sweep(clock.now())
    assert not aside.exists()


def test_a_builder_that_lost_its_lock_does_not_publish_over_another(
    make: Make, corpus: Corpus, clock: ManualClock, database: Database
) -> None:
    generations = make()
    first = generations.build()
    store(corpus, clock, document("new.md", "A brand new rule about kelp."))

    def meanwhile(done: int, _total: int) -> None:
        if done:
            return
        with database.write() as session:
            session.add(
                GenerationRow(generation_id="other", state="ready", fingerprint="f", passages=0, created_at=clock.now())
            )
            session.flush()
            session.execute(update(PointerRow).values(generation_id="other"))

    with pytest.raises(IndexBusy):
        make(WordEmbedder()).build(meanwhile)
    with database.read() as session:
        assert session.scalar(select(PointerRow.generation_id)) == "other"
    assert first.id != "other"


def test_an_index_that_does_not_find_its_own_passages_is_never_published(
    make: Make, corpus: Corpus, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retrieval.index.dense import ChromaFolder

    create = ChromaFolder.create
    monkeypatch.setattr(
        ChromaFolder, "create", lambda self, folder, ids, vectors: create(self, folder, ids[::-1], vectors)
    )
    with pytest.raises(IndexDamaged, match="found 0 of 40 passages by themselves"):
        make(WordEmbedder()).build()
    assert count(database, PointerRow) == 0
    assert count(database, GenerationRow) == 0


def test_an_empty_corpus_has_an_index_that_finds_nothing(make: Make, database: Database) -> None:
    embedder = WordEmbedder()
    generations = make(embedder)

    assert generations.build().passages == 0
    assert texts_found(generations, "anything", embedder) == []


def test_many_copies_of_one_text_do_not_fail_the_probe(make: Make, database: Database, clock: ManualClock) -> None:
    store(
        Corpus(database),
        clock,
        *(document(f"copy-{n}.md", rule(1), title="Copy", author=f"Clerk {n}") for n in range(30)),
    )

    assert make(WordEmbedder()).build().passages == 30
