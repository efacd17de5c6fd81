"""Finders are frozen with each generation, find on every database and back end alike, and change nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backup import read_backup, write_backup
from retrieval.corpus.finders import Anchor, AnchoredFinder, Finders, kept
from retrieval.corpus.passages import EVERYTHING, Passage, Scope, Sentence, Source, Span
from retrieval.corpus.records import source_id
from retrieval.corpus.sources import Corpus, Document
from retrieval.corpus.standing import same_title
from retrieval.corpus.storing import PassageFinder
from retrieval.database import Base, Database
from retrieval.errors import FinderRefused, IndexDamaged, SourceUnknown
from retrieval.index import manifest as manifests
from retrieval.index.files import IndexFiles
from retrieval.index.generations import Generations
from retrieval.index.lexical import FINDERS
from retrieval.index.opening import open_generation
from retrieval.search.retriever import HybridRetriever
from tests.support.clock import ManualClock
from tests.support.corpus import ROOT, WordEmbedder, document, orders, store

QUERIES = ("order 17", "inspect the lantern at monday", "kelp", "who looks after the boats at night")
LINE = "who looks after the boats at night"
ORDERS = orders(0, 40)
FIRST = ORDERS[0].source.source_id


class Harbour:
    """Machines that share a database, and a Chroma server where there is one."""

    def __init__(self, database: Database, home: Path, clock: ManualClock, chroma_url: str | None = None) -> None:
        self.database, self.home, self.clock, self.url = database, home, clock, chroma_url
        self.corpus, self.embedder, self.finders = Corpus(database), WordEmbedder(), Finders(database)
        self.one = self.machine("one")
        store(self.corpus, clock, *ORDERS)
        self.first = self.one.build().id

    def machine(self, name: str) -> Generations:
        return Generations(self.database, self.home / name, self.embedder, self.clock, chroma_url=self.url)

    def retriever(self, machine: Generations | None = None) -> HybridRetriever:
        return HybridRetriever(machine or self.one, self.embedder)

    def add(self, line: str = LINE, place: str = "par. 3", source: str = FIRST) -> str:
        anchor = self.finders.anchor(source, place, line)
        return self.finders.add(anchor, line, self.clock.now()).finder_id

    def build(self, *documents: Document) -> str:
        store(self.corpus, self.clock, *documents)
        self.clock.advance(timedelta(minutes=1))
        return self.one.build().id

    def answers(self, machine: Generations | None = None) -> list[list[tuple[str, float, tuple[str, ...]]]]:
        """What is found, with scores and the lines of each; equal scores in the order of ids."""
        found = [self.retriever(machine).search(query, 60).hits for query in QUERIES]
        return [
            sorted((h.passage.passage_id, round(h.score, 3), tuple(f.line for f in h.finders)) for h in hits)
            for hits in found
        ]

    def best(self, query: str = LINE, scope: Scope = EVERYTHING) -> Passage:
        return self.retriever().search(query, 5, scope).hits[0].passage


@pytest.fixture(params=["folder", "server"])
def harbour(request: pytest.FixtureRequest, database: Database, tmp_path: Path, clock: ManualClock) -> Harbour:
    url = request.getfixturevalue("chroma_server").url if request.param == "server" else None
    return Harbour(database, tmp_path, clock, url)


@pytest.fixture
def one_harbour(sqlite_database: Database, tmp_path: Path, clock: ManualClock) -> Harbour:
    """As `harbour`, for what no database and no server has a part in."""
    return Harbour(sqlite_database, tmp_path, clock)


def all_kept(database: Database) -> list[AnchoredFinder]:
    with database.read() as session:
        return kept(session)


def test_a_line_that_is_added_makes_a_generation_of_the_same_passages_that_finds_by_it(harbour: Harbour) -> None:
    embedded = len(harbour.embedder.embedded)
    harbour.add()
    second = harbour.build()

    assert second != harbour.first
    assert len(harbour.embedder.embedded) == embedded
    hit = harbour.retriever().search(LINE, 5).hits[0]
    assert (hit.passage.source.source_id, hit.passage.sentences[0].spans[0].paragraph) == (FIRST, 3)
    assert [(finder.position, finder.line) for finder in hit.finders] == [(0, LINE)]
    assert harbour.build() == second


def test_lines_applied_to_a_copy_and_lines_built_anew_find_alike(harbour: Harbour) -> None:
    first = harbour.add()
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: harbour.add("is kelp a danger", "par. 5"),
        lambda: harbour.finders.remove(first),
    ]
    for number, step in enumerate(steps):
        step()
        harbour.build(*([document("new.md", "A rule about kelp.")] if number == 1 else []))
        assert harbour.answers() == harbour.answers(harbour.machine(f"anew-{harbour.one.build().id}"))


def test_another_machine_finds_by_the_lines_the_generation_was_built_with(harbour: Harbour) -> None:
    kept = harbour.add()
    harbour.build()
    before = harbour.answers()
    harbour.finders.remove(kept)
    harbour.add("a later line that nobody has built with")

    assert harbour.answers(harbour.machine("two")) == before


def test_where_the_last_line_goes_the_index_is_as_it_was_without_any(harbour: Harbour) -> None:
    before = harbour.answers()
    kept = harbour.add()
    harbour.build()
    harbour.finders.remove(kept)
    last = harbour.build()

    assert not (harbour.one.folder(last) / FINDERS).exists()
    assert harbour.answers() == before


def test_what_counts_as_evidence_does_not_see_the_lines(one_harbour: Harbour) -> None:
    before = {query: one_harbour.retriever().search(query, 60) for query in QUERIES}
    one_harbour.add()
    one_harbour.build()
    for query, results in before.items():
        after = one_harbour.retriever().search(query, 60)
        assert after.terms == results.terms
        earlier = {hit.passage.passage_id: (hit.lexical, hit.dense) for hit in results.hits}
        again = {hit.passage.passage_id: (hit.lexical, hit.dense) for hit in after.hits}
        assert {id_: again[id_] for id_ in earlier if id_ in again} == {
            id_: found for id_, found in earlier.items() if id_ in again
        }


@pytest.mark.parametrize("damage", ["cut short", "removed"])
def test_a_damaged_index_of_finders_is_not_opened_and_made_again(one_harbour: Harbour, damage: str) -> None:
    one_harbour.add()
    last = one_harbour.build()
    before = one_harbour.answers()
    folder = one_harbour.one.folder(last) / FINDERS
    if damage == "removed":
        shutil.rmtree(folder)
    else:
        for file in folder.rglob("*.npy"):
            file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(IndexDamaged):
        open_generation(last, one_harbour.database, IndexFiles(one_harbour.home / "one" / "index", None), "words+int8")

    assert one_harbour.answers(one_harbour.machine("one")) == before


def test_the_lines_an_index_is_probed_with_are_not_those_of_the_last_change_alone(one_harbour: Harbour) -> None:
    for number in range(4):
        one_harbour.add(f"matter of old {number}", f"par. {number + 1}")
    one_harbour.build()
    one_harbour.add("a matter of today", "par. 6")
    asked = {line for line, _ in manifests.read(one_harbour.one.folder(one_harbour.build())).finders}

    assert asked == {"a matter of today", *(f"matter of old {number}" for number in range(4))}


def digest(name: str, audience: str | None, *lines: str) -> Document:
    """Sums up paragraph 3 of the first orders, and has `lines` of its own."""
    known = {"kind": "digest", "digest_of": ORDERS[0].source.title, "audience": audience, "title": f"Digest {name}"}
    source = Source(source_id(ROOT, name), name, **known)  # type: ignore[arg-type]
    sentence = Sentence((Span(f"Vessels need watching, says {name}.", 1),), locator="par. 3")
    finders = tuple(PassageFinder(0, 0, line) for line in lines)
    return Document(source, ROOT, "1", (Passage("draft", source, (sentence,)),), finders)


def test_a_digest_goes_on_finding_for_its_original_once_it_is_retired(harbour: Harbour) -> None:
    harbour.build(digest("ours.md", None, LINE))
    hit = harbour.retriever().search(LINE, 5).hits[0]

    assert (hit.passage.source.source_id, hit.passage.sentences[0].spans[0].paragraph) == (FIRST, 3)
    assert [finder.line for finder in hit.finders] == ["Vessels need watching, says ours.md.", LINE]


def test_the_lines_of_a_labelled_digest_do_not_touch_an_open_original(one_harbour: Harbour) -> None:
    one_harbour.build(digest("secret.md", "legal", LINE))
    assert [finder.source for finder in one_harbour.one.finders() if finder.source == FIRST] == []


def test_a_document_that_a_reader_may_not_see_is_not_found_by_its_lines(one_harbour: Harbour) -> None:
    labelled = document("secret.md", "A rule about kelp.", audience="legal")
    one_harbour.build(labelled)
    one_harbour.add(LINE, "par. 1", labelled.source.source_id)
    one_harbour.build()
    labels: tuple[frozenset[str], ...] = (frozenset(), frozenset({"legal"}))
    scopes = {audience: Scope(audiences=audience) for audience in labels}
    found = {
        audience: {hit.passage.source.path for hit in one_harbour.retriever().search(LINE, 60, scope).hits}
        for audience, scope in scopes.items()
    }  # fmt: skip
    assert "secret.md" not in found[frozenset()]
    assert "secret.md" in found[frozenset({"legal"})]


def test_items_are_kept_once_and_change_only_when_they_do(harbour: Harbour) -> None:
    anchor = Anchor(same_title(str(ORDERS[0].source.title)), "par. 3")
    absent = Anchor(same_title("A treaty that nobody has"), "Art. 1")
    pairs = [(anchor, LINE), (absent, "nothing to find")]
    assert harbour.finders.replace("checklist", pairs, harbour.clock.now())
    assert not harbour.finders.replace("checklist", pairs[::-1], harbour.clock.now())
    harbour.build()
    states = {finder.line: (finder.origin, finder.state) for finder in harbour.one.finders()}
    assert states == {LINE: ("checklist", "placed"), "nothing to find": ("checklist", "absent")}

    curators = harbour.add("a line of ours")
    assert harbour.finders.replace("checklist", [], harbour.clock.now())
    assert [finder.finder_id for finder in all_kept(harbour.database)] == [curators]


def test_a_line_that_cannot_be_kept_is_refused_with_the_next_step(one_harbour: Harbour) -> None:
    finders, now = one_harbour.finders, one_harbour.clock.now()
    finders.replace("checklist", [(Anchor("x", "par. 1"), "an item")], now)
    [item] = all_kept(one_harbour.database)
    refused: dict[str, Callable[[], object]] = {
        "No sentence of": lambda: finders.anchor(FIRST, "par. 99", LINE),
        "No sentence at par. 3": lambda: finders.anchor(FIRST, "par. 3", LINE, "No such words"),
        "A line has a word": lambda: finders.add(Anchor(FIRST, "par. 3"), "x" * 301, now),
        "There is no finder": lambda: finders.remove("nobody"),
        f"{item.finder_id} is an item of a checklist": lambda: finders.remove(item.finder_id),
    }
    for begins, attempt in refused.items():
        with pytest.raises(FinderRefused, match=f"^{begins}.* Nothing was (added|changed); "):
            attempt()
    with pytest.raises(SourceUnknown, match=r"^There is no source zz\. Nothing was added; `proviso sources` lists"):
        finders.anchor("zz", "par. 1", LINE)
    assert all_kept(one_harbour.database) == [item]


def test_a_backup_carries_lines_and_what_was_indexed_of_them(harbour: Harbour, tmp_path: Path) -> None:
    harbour.add()
    harbour.build()
    write_backup(harbour.database, tmp_path / "copy", "0001", harbour.clock.now(), Base.metadata)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    Base.metadata.create_all(other.engine)
    read_backup(other, tmp_path / "copy", "0001", Base.metadata)

    assert all_kept(other) == all_kept(harbour.database)
    restored = Generations(other, tmp_path / "restored", harbour.embedder, harbour.clock)
    assert HybridRetriever(restored, harbour.embedder).search(LINE, 1).hits[0].passage.passage_id == (
        harbour.best().passage_id
    )
    other.close()
