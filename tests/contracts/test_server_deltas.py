"""With a Chroma server, a small change stays beside the collection, and answers are those of one built anew."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from retrieval.corpus.passages import EVERYTHING, Scope
from retrieval.corpus.sources import Corpus, Document
from retrieval.corpus.tables import GenerationRow
from retrieval.database import Base, Database
from retrieval.index import generations as generations_module
from retrieval.index import manifest as manifests
from retrieval.index import sweeping
from retrieval.index.dense import ChromaServer
from retrieval.index.files import collection
from retrieval.index.generations import Generations
from retrieval.index.layered import Layer
from retrieval.index.publishing import texts
from retrieval.search.retriever import HybridRetriever
from tests.support.chroma_server import Server
from tests.support.clock import ManualClock
from tests.support.corpus import WordEmbedder, document, orders, rule, store

QUERIES = ("order 17", "inspect the lantern at monday", "kelp", rule(3))
KELP = document("new.md", "A brand new rule about kelp.")
LATER = timedelta(hours=2)


class Fleet:
    """Machines that share a database and a Chroma server."""

    def __init__(self, database: Database, home: Path, clock: ManualClock, server: Server) -> None:
        self.database, self.home, self.clock, self.server = database, home, clock, server
        self.corpus, self.embedder = Corpus(database), WordEmbedder()
        self.other_collections = server.collections()
        self.one, self.two = self.machine("one"), self.machine("two")

    def machine(self, name: str) -> Generations:
        return Generations(self.database, self.home / name, self.embedder, self.clock, chroma_url=self.server.url)

    def build(self, *documents: Document, removed: Sequence[str] = ()) -> str:
        store(self.corpus, self.clock, *documents, removed=tuple(removed))
        return self.one.build().id

    def collections(self) -> set[str]:
        """The generations that have collections, of this fleet."""
        return {name.removeprefix("proviso-") for name in self.server.collections() - self.other_collections}

    def bases(self) -> dict[str, str | None]:
        with self.database.read() as session:
            rows = session.execute(select(GenerationRow.generation_id, GenerationRow.base))
            return {row.generation_id: row.base for row in rows}

    def answers(self, generations: Generations) -> list[list[tuple[str, float, float | None]]]:
        """What is found, in all and within one source; equal scores in the order of ids."""
        retriever = HybridRetriever(generations, self.embedder)
        sources = sorted(summary.source.source_id for summary in self.corpus.sources())
        scopes = [EVERYTHING, Scope(sources=frozenset(sources[:2]))]
        found = [retriever.search(query, 100, scope).hits for query in QUERIES for scope in scopes]
        return [
            sorted((h.passage.passage_id, round(h.score, 3), h.dense and round(h.dense, 4)) for h in hits)
            for hits in found
        ]

    def answer_as_one_built_anew(self) -> bool:
        """Whether both machines answer like one that has made the same generation from SQL alone."""
        shutil.rmtree(self.home / "anew", ignore_errors=True)
        anew = self.answers(Generations(self.database, self.home / "anew", self.embedder, self.clock))
        return self.answers(self.one) == anew and self.answers(self.two) == anew


@pytest.fixture
def fleet(database: Database, tmp_path: Path, clock: ManualClock, chroma_server: Server) -> Fleet:
    return Fleet(database, tmp_path, clock, chroma_server)


@pytest.fixture
def one_fleet(sqlite_database: Database, tmp_path: Path, clock: ManualClock, chroma_server: Server) -> Fleet:
    """As `fleet`, for what no database has a part in."""
    return Fleet(sqlite_database, tmp_path, clock, chroma_server)


def test_changes_upon_changes_stand_on_the_one_collection(one_fleet: Fleet) -> None:
    fleet = one_fleet
    first = fleet.build(*orders(0, 40))
    one = orders(0, 40)[0]
    steps = [
        lambda: fleet.build(KELP),
        lambda: fleet.build(document("new.md", "A brand new rule about kelp.", "And one about eels.", content="2")),
        lambda: fleet.corpus.supersede(one.source.source_id),
        lambda: fleet.build(removed=[KELP.source.source_id]),
    ]
    for step in steps:
        step()
        fleet.one.build()
        assert fleet.answers(fleet.one) == fleet.answers(fleet.two)
    assert fleet.answer_as_one_built_anew()
    assert fleet.collections() == {first}
    assert set(fleet.bases().values()) == {None, first}


def test_a_small_change_stays_beside_the_collection_and_a_large_one_gets_its_own(fleet: Fleet) -> None:
    first = fleet.build(*orders(0, 40))
    second = fleet.build(KELP)
    assert fleet.bases() == {first: None, second: first}
    assert fleet.collections() == {first}
    assert fleet.answer_as_one_built_anew()

    fleet.one.sweep(fleet.clock.advance(LATER))
    assert fleet.bases() == {second: first}  # what was left is forgotten, not what another stands on
    assert fleet.collections() == {first}

    last = fleet.build(*orders(100, 40, content="2"))
    assert fleet.bases() == {second: first, last: None}
    assert fleet.collections() == {first, last}
    assert fleet.answers(fleet.one) == fleet.answers(fleet.two)
    fleet.one.sweep(fleet.clock.advance(LATER))
    assert fleet.collections() == {last}


def test_a_machine_that_has_nothing_yet_takes_up_the_collection(
    one_fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_fleet.build(*orders(0, 40))
    one_fleet.build(KELP)
    monkeypatch.setattr(ChromaServer, "create", None)
    fresh = one_fleet.machine("fresh")

    assert one_fleet.answers(fresh) == one_fleet.answers(one_fleet.one)
    assert HybridRetriever(fresh, one_fleet.embedder).search("kelp", 1).hits[0].dense is not None


def test_where_the_collection_is_lost_another_is_made_and_all_machines_take_it_up(one_fleet: Fleet) -> None:
    first = one_fleet.build(*orders(0, 40))
    second = one_fleet.build(KELP)
    one_fleet.two.current()
    ChromaServer(one_fleet.server.url).drop(collection(first))

    for machine in (one_fleet.one, one_fleet.two):  # the second has it open
        retriever = HybridRetriever(machine, one_fleet.embedder)
        assert retriever.search("kelp", 1).hits[0].dense is not None
    assert one_fleet.bases() == {first: None, second: None}
    assert one_fleet.collections() == {second}
    assert one_fleet.answer_as_one_built_anew()


@pytest.mark.parametrize("fault", ["wrong vectors", "hides what is there"])
def test_a_layer_that_was_not_written_whole_is_found_by_the_probe(
    one_fleet: Fleet, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    one_fleet.build(*orders(0, 40))
    write = Layer.write

    def faulty(layer: Layer, place: Path) -> None:
        hidden, ids, vectors = layer.hidden, layer.ids, layer.vectors
        if fault == "wrong vectors":
            vectors = vectors[::-1]
        elif fault == "hides what is there":
            hidden = hidden | {"x"}
        write(Layer(hidden, ids, vectors), place)

    monkeypatch.setattr(Layer, "write", faulty)
    last = one_fleet.build(document("new.md", *(f"{rule(500 + n)}" for n in range(6))))

    assert one_fleet.bases()[last] is None
    assert last in one_fleet.collections()
    assert one_fleet.answer_as_one_built_anew()


def test_a_layer_that_is_damaged_is_made_again_beside_the_same_collection(
    one_fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_fleet.build(*orders(0, 40))
    last = one_fleet.build(KELP)
    [file] = one_fleet.one.folder(last).glob("chroma-*/vectors.npy")
    file.write_bytes(b"")
    monkeypatch.setattr(ChromaServer, "create", None)

    assert one_fleet.answers(one_fleet.machine("one")) == one_fleet.answers(one_fleet.two)
    assert manifests.read(one_fleet.one.folder(last)).base is not None


class Killed(BaseException):
    """Stands for SIGKILL: nothing is cleared up by who was at work."""


@pytest.mark.parametrize(
    ("change", "where"),
    [("small", "publish"), ("small", "forget"), ("large", "make"), ("large", "drop")],
)
def test_a_builder_killed_anywhere_leaves_what_answers_and_is_cleared_up_after(
    one_fleet: Fleet, monkeypatch: pytest.MonkeyPatch, change: str, where: str
) -> None:
    first = one_fleet.build(*orders(0, 40))
    before = one_fleet.build(KELP)
    eels = document("eels.md", "A rule about eels.")
    changed = (eels,) if change == "small" else (eels, *orders(100, 40, content="2"))

    def killed(*_given: object, **_named: object) -> None:
        raise Killed

    places = {
        "make": (manifests, "write"),
        "publish": (generations_module, "publish"),
        "drop": (ChromaServer, "drop"),
        "forget": (sweeping, "forget"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*places[where], killed)
        patch.setattr(Generations, "_sweep", lambda _self: None)  # the dead do not sweep
        with pytest.raises(Killed):
            one_fleet.build(*changed)
            one_fleet.one.sweep(one_fleet.clock.advance(LATER))

    one_fleet.one = one_fleet.machine("one")
    with one_fleet.database.read() as session:
        assert session.get(GenerationRow, before) is not None
    last = one_fleet.build(*changed)
    assert one_fleet.answer_as_one_built_anew()
    one_fleet.one.sweep(one_fleet.clock.advance(LATER))
    assert one_fleet.collections() == {first if change == "small" else last}


def test_a_change_of_the_model_stands_on_no_collection_of_another(one_fleet: Fleet) -> None:
    one_fleet.build(*orders(0, 40))
    one_fleet.embedder.recipe = "others+int8"
    last = one_fleet.build(KELP)

    assert one_fleet.bases()[last] is None
    assert one_fleet.answer_as_one_built_anew()


def test_the_server_can_be_left_and_taken_up_again(one_fleet: Fleet) -> None:
    one_fleet.build(*orders(0, 40))
    one_fleet.build(KELP)
    apart = Generations(one_fleet.database, one_fleet.home / "one", one_fleet.embedder, one_fleet.clock)

    store(one_fleet.corpus, one_fleet.clock, document("eels.md", "A rule about eels."))
    apart.build()
    assert one_fleet.answers(apart) == one_fleet.answers(one_fleet.two)
    one_fleet.build(document("cod.md", "A rule about cod."))
    assert one_fleet.answer_as_one_built_anew()


EDITS = st.lists(
    st.tuples(st.sampled_from(["write", "remove", "withdraw"]), st.integers(0, 11), st.integers(0, 40)),
    min_size=1,
    max_size=2,
)


@pytest.fixture(scope="module")
def begun(chroma_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine and its database with a generation in a collection of its own."""
    home = tmp_path_factory.mktemp("begun")
    fleet = _fleet(home, chroma_server)
    fleet.build(*orders(0, 60, documents=12))
    fleet.database.close()
    return home


@given(first=EDITS, second=EDITS)
@settings(deadline=None, max_examples=4)
def test_random_edits_find_what_comparing_all_texts_finds(
    begun: Path,
    chroma_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[str, int, int]],
    second: list[tuple[str, int, int]],
) -> None:
    home = tmp_path_factory.mktemp("edits") / "home"
    shutil.copytree(begun, home)
    fleet = _fleet(home, chroma_server)
    for edits in (first, second):
        for edit, part, number in edits:
            _edit(fleet, edit, f"orders-{part}.md", number)
        fleet.one.build()
        opened = fleet.one.current()
        assert opened is not None
        assert opened.dense is not None
        present = _texts(fleet, opened.id)
        vectors = fleet.embedder.embed(present)
        for query in fleet.embedder.embed(QUERIES):
            found = {opened.passages([id_])[id_].indexed_text: cosine for id_, cosine in opened.dense.search(query, 99)}
            assert found == pytest.approx(dict(zip(present, (vectors @ query).tolist(), strict=True)), abs=1e-5)
            nearest = sorted(found.values(), reverse=True)[:10]
            assert [cosine for _, cosine in opened.dense.search(query, 10)] == pytest.approx(nearest, abs=1e-5)
    fleet.database.close()


def _fleet(home: Path, server: Server) -> Fleet:
    database = Database(f"sqlite:///{home / 'proviso.db'}")
    Base.metadata.create_all(database.engine)
    return Fleet(database, home, ManualClock(), server)


def _texts(fleet: Fleet, generation: str) -> list[str]:
    with fleet.database.read() as session:
        return sorted({text.text for text in texts(session, generation)})


def _edit(fleet: Fleet, edit: str, path: str, number: int) -> None:
    if edit == "write":
        written = (rule(number), rule(100 + number), f"Rule {number} of kelp.")
        store(fleet.corpus, fleet.clock, document(path, *written, content=f"{number}"))
        return
    for summary in fleet.corpus.sources():
        source = summary.source.source_id
        if summary.source.path == path and edit == "withdraw":
            fleet.corpus.withdraw(source)
        elif summary.source.path == path:
            store(fleet.corpus, fleet.clock, removed=(source,))
