"""A small change is applied to a copy of the generation before it; what the probe refuses is built anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.index import manifest as manifests
from retrieval.index.dense import ChromaFolder
from retrieval.index.generations import Generations
from retrieval.ports import Vectors
from retrieval.search.retriever import HybridRetriever
from tests.support.clock import ManualClock
from tests.support.corpus import WordEmbedder, document, orders, rule, store

QUERIES = ("order 17", "inspect the lantern at monday", "kelp", "keeper of the harbour board", rule(3))


class Workshop:
    """Generations of one database, and how often all vectors were written anew."""

    def __init__(self, database: Database, home: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database, self.clock = database, clock
        self.corpus, self.embedder = Corpus(database), WordEmbedder()
        self.home, self.created = home, 0
        self.generations = Generations(database, home / "here", self.embedder, clock)
        create = ChromaFolder.create

        def counted(folder: ChromaFolder, place: Path, ids: list[str], vectors: Vectors) -> None:
            self.created += 1
            create(folder, place, ids, vectors)

        monkeypatch.setattr(ChromaFolder, "create", counted)

    def build(self, *documents: object, removed: tuple[str, ...] = ()) -> Path:
        store(self.corpus, self.clock, *documents, removed=removed)  # type: ignore[arg-type]
        return self.generations.folder(self.generations.build().id)

    def answers(self, generations: Generations) -> list[list[tuple[str, float, float | None]]]:
        retriever = HybridRetriever(generations, self.embedder)
        found = [retriever.search(query, 60).hits for query in QUERIES]
        return [
            [(h.passage.passage_id, round(h.score, 4), h.dense and round(h.dense, 4)) for h in hits] for hits in found
        ]

    def answers_as_one_built_anew(self) -> bool:
        """Whether this machine's answers are those of a machine that has made the same generation from SQL alone."""
        shutil.rmtree(self.home / "elsewhere", ignore_errors=True)
        elsewhere = Generations(self.database, self.home / "elsewhere", self.embedder, self.clock)
        return self.answers(self.generations) == self.answers(elsewhere)


@pytest.fixture
def shop(database: Database, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    workshop = Workshop(database, tmp_path, clock, monkeypatch)
    workshop.build(*orders(0, 40))
    assert workshop.created == 1
    return workshop


@pytest.fixture
def one_shop(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> Workshop:
    """As `shop`, for what no database has a part in."""
    workshop = Workshop(sqlite_database, tmp_path, clock, monkeypatch)
    workshop.build(*orders(0, 40))
    return workshop


KELP = document("new.md", "A brand new rule about kelp.")


def test_what_is_added_is_applied_to_a_copy(shop: Workshop) -> None:
    folder = shop.build(KELP)

    assert shop.created == 1
    manifest = manifests.read(folder)
    assert (manifest.passages, manifest.vectors, manifest.drift) == (41, 41, 1)
    assert shop.answers_as_one_built_anew()


def test_changes_upon_changes_answer_as_one_built_anew(shop: Workshop) -> None:
    [one, *_] = orders(0, 40)
    steps: list[Callable[[], object]] = [
        lambda: shop.build(KELP),
        lambda: shop.build(document("new.md", "A brand new rule about kelp.", "And one about eels.", content="2")),
        lambda: shop.build(removed=(KELP.source.source_id,)),
        lambda: shop.corpus.withdraw(one.source.source_id),
        lambda: shop.corpus.restore(one.source.source_id),
        lambda: shop.corpus.supersede(one.source.source_id),
    ]
    for step in steps:
        step()
        shop.generations.build()
        assert shop.answers_as_one_built_anew()


def test_a_decision_alone_writes_no_vector(one_shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChromaFolder, "create", None)
    one_shop.corpus.supersede(orders(0, 40)[0].source.source_id)
    one_shop.generations.build()
    hits = HybridRetriever(one_shop.generations, one_shop.embedder).search(rule(0), 3).hits
    assert hits[0].passage.source.status == "superseded"


def test_a_text_keeps_its_vector_when_the_passage_that_stood_for_it_goes(shop: Workshop) -> None:
    shop.build(document("a.md", "Twice said.", title="T"), document("b.md", "Twice said.", title="T", content="2"))
    gone = [s.source.source_id for s in shop.corpus.sources() if s.source.path == "a.md"]
    shop.build(removed=tuple(gone))

    assert shop.created == 1
    hit = HybridRetriever(shop.generations, shop.embedder).search("twice said", 1).hits[0]
    assert (hit.passage.source.path, hit.dense is not None) == ("b.md", True)


def test_much_change_is_built_anew(one_shop: Workshop) -> None:
    one_shop.build(*orders(100, 40, content="2"))
    assert one_shop.created == 2


def test_many_small_changes_are_built_anew_in_the_end(one_shop: Workshop) -> None:
    drifts = [manifests.read(one_shop.build(document(f"{n}.md", f"Rule {n} of kelp."))).drift for n in range(12)]
    assert drifts == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert one_shop.created == 2


@pytest.mark.parametrize(
    "damage",
    [
        "data_level0.bin",
        "chroma.sqlite3",
        "lexical/data.csc.index.npy",
        "places/data.csc.index.npy",
        "points.json",
    ],
)
def test_a_damaged_copy_is_not_built_upon(one_shop: Workshop, damage: str) -> None:
    [file] = one_shop.generations.folder(one_shop.generations.build().id).rglob(damage)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    one_shop.build(KELP)

    assert one_shop.created == 2
    assert one_shop.answers_as_one_built_anew()


@pytest.mark.parametrize("fault", ["nothing written", "half written", "wrong vectors"])
def test_a_change_that_was_not_taken_up_is_found_by_the_probe(
    one_shop: Workshop, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    change = ChromaFolder.change

    def faulty(folder: ChromaFolder, place: Path, gone: list[str], ids: list[str], vectors: Vectors) -> None:
        if fault == "half written":
            change(folder, place, gone, ids[:1], vectors[:1])
        elif fault == "wrong vectors":
            change(folder, place, gone, ids, vectors[::-1])

    monkeypatch.setattr(ChromaFolder, "change", faulty)
    one_shop.build(document("new.md", *(f"{rule(500 + n)}" for n in range(6))))

    assert one_shop.created == 2
    assert one_shop.answers_as_one_built_anew()


def test_a_folder_that_lacks_the_generation_before_builds_anew(one_shop: Workshop) -> None:
    shutil.rmtree(one_shop.generations.folder(one_shop.generations.build().id))
    one_shop.build(KELP)
    assert one_shop.created == 2
    assert one_shop.answers_as_one_built_anew()


def test_another_machine_applies_the_change_to_the_generation_it_has(shop: Workshop) -> None:
    other = Generations(shop.database, shop.home / "other", shop.embedder, shop.clock)
    other.current()
    made = shop.created
    shop.build(KELP)

    assert (
        HybridRetriever(other, shop.embedder).search("kelp", 1).hits[0].passage.text == "A brand new rule about kelp."
    )
    assert shop.created == made
