"""The corpus keeps what ingest hands in, on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.records import sentences_from_json, sentences_to_json, source_from_json, source_to_json
from retrieval.corpus.sources import Corpus, CorpusChange, Document, StoredDocument, load_passages, source_id
from retrieval.database import Database
from retrieval.errors import SourceUnknown
from tests.support.clock import ManualClock

ROOT = "/guidance"
SOURCE = Source(source_id(ROOT, "a/lending.md"), "a/lending.md", title="Lending boats", publisher="Harbour office")


def document(source: Source = SOURCE, *texts: str, content: str = "one") -> Document:
    passages = tuple(
        Passage(f"draft-{n}", source, (Sentence((Span(text, paragraph=n + 1),)),), section="Rules")
        for n, text in enumerate(texts or ("A boat is lent for a day.", "Oars must be returned dry."))
    )
    return Document(source, ROOT, content, passages)


def loaded(database: Database, *ids: str) -> dict[str, Passage]:
    with database.read() as session:
        return {passage.passage_id: passage for passage in load_passages(session, ids)}


def test_what_was_handed_in_is_read_back_whole(database: Database, clock: ManualClock) -> None:
    corpus = Corpus(database)
    given = document()
    corpus.apply(CorpusChange((given,)), clock.now())

    assert corpus.roots() == [ROOT]
    assert corpus.documents(ROOT) == {"a/lending.md": StoredDocument(SOURCE, "one", 2)}
    assert corpus.documents("/elsewhere") == {}
    [summary] = corpus.sources()
    assert (summary.source, summary.passages, summary.root) == (SOURCE, 2, ROOT)


def test_passages_come_back_whole_and_without_those_gone(database: Database, clock: ManualClock) -> None:
    Corpus(database).apply(CorpusChange((document(),)), clock.now())
    first, second = passage_ids(database)

    passages = loaded(database, second, "gone", first)

    assert passages.keys() == {first, second}
    assert passages[second].text == "Oars must be returned dry."
    assert passages[second].paragraphs == (2,)
    assert passages[second].section == "Rules"
    assert passages[second].source == SOURCE


def test_passage_ids_stay_when_unchanged_text_is_read_again(database: Database, clock: ManualClock) -> None:
    corpus = Corpus(database)
    corpus.apply(CorpusChange((document(),)), clock.now())
    before = passage_ids(database)
    corpus.apply(CorpusChange(removed=(SOURCE.source_id,)), clock.now())
    corpus.apply(CorpusChange((document(),)), clock.now())

    assert passage_ids(database) == before


def test_a_new_version_takes_the_place_of_the_old_whose_passages_stay_readable(
    database: Database, clock: ManualClock
) -> None:
    corpus = Corpus(database)
    corpus.apply(CorpusChange((document(),)), clock.now())
    old = passage_ids(database)
    corpus.apply(CorpusChange((document(SOURCE, "A boat is lent for a week.", content="two"),)), clock.now())

    assert corpus.documents(ROOT)["a/lending.md"].content_hash == "two"
    assert corpus.documents(ROOT)["a/lending.md"].passages == 1
    texts = [loaded(database, id_)[id_].text for id_ in old]
    assert texts == [
        "A boat is lent for a day.",
        "Oars must be returned dry.",
    ]


def test_a_removed_source_is_gone_and_its_root_is_remembered(database: Database, clock: ManualClock) -> None:
    corpus = Corpus(database)
    corpus.apply(CorpusChange((document(),)), clock.now())
    corpus.remove(SOURCE.source_id)

    assert corpus.sources() == []
    assert corpus.roots() == [ROOT]


def test_a_root_in_which_nothing_could_be_read_is_remembered(database: Database, clock: ManualClock) -> None:
    corpus = Corpus(database)
    corpus.apply(CorpusChange(roots=("/empty",)), clock.now())

    assert corpus.roots() == ["/empty"]


def test_a_superseded_source_says_so_even_after_a_new_version(database: Database, clock: ManualClock) -> None:
    corpus = Corpus(database)
    corpus.apply(CorpusChange((document(),)), clock.now())
    corpus.supersede(SOURCE.source_id)
    corpus.apply(CorpusChange((document(SOURCE, "Anew.", content="two"),)), clock.now())

    [summary] = corpus.sources()
    assert summary.source.status == "superseded"
    assert summary.state == "superseded"


@pytest.mark.parametrize("verb", ["remove", "supersede", "withdraw"])
def test_an_unknown_source_is_named_with_the_next_step(database: Database, verb: str) -> None:
    with pytest.raises(SourceUnknown) as caught:
        getattr(Corpus(database), verb)("nope")

    assert str(caught.value) == (
        "There is no source nope. Nothing was changed; `proviso sources` lists those there are."
    )


def test_a_change_that_fails_half_way_changes_nothing(database: Database, clock: ManualClock) -> None:
    corpus = Corpus(database)
    other = Source(source_id(ROOT, "b.md"), "a/lending.md")  # the same path twice in one root is refused
    with pytest.raises(Exception, match=r"(?i)unique"):
        corpus.apply(CorpusChange((document(), document(other))), clock.now())

    assert corpus.sources() == []
    assert corpus.roots() == []


def test_the_same_path_under_two_roots_is_two_sources() -> None:
    assert source_id("/one", "a.md") != source_id("/two", "a.md")
    assert len(source_id("/one", "a.md")) == 16


spans = st.builds(Span, st.text(), st.none() | st.integers(1, 999), st.none() | st.integers(1, 99))
runs = st.lists(spans, min_size=1, max_size=3).map(tuple)
sentences = st.builds(
    Sentence, runs, st.none() | st.text(), st.none() | st.text(min_size=1), st.just(()) | runs, st.booleans()
)


@given(st.lists(sentences, max_size=4).map(tuple))
def test_sentences_survive_storage(value: tuple[Sentence, ...]) -> None:
    assert sentences_from_json(sentences_to_json(value)) == value


def test_sentences_stored_before_rows_were_marked_are_read_as_no_rows() -> None:
    said, lead = [["Log it.", 7, None]], [["Police:", 6, None]]

    assert sentences_from_json([[None, said], [None, said, "item 2", lead]]) == (
        Sentence((Span("Log it.", 7),)),
        Sentence((Span("Log it.", 7),), None, "item 2", (Span("Police:", 6),)),
    )


@given(st.builds(Source, st.text(), st.text(), st.none() | st.text(), digest_of=st.none() | st.text()))
def test_sources_survive_storage(value: Source) -> None:
    assert source_from_json(source_to_json(value)) == value


def passage_ids(database: Database) -> list[str]:
    from sqlalchemy import select

    from retrieval.corpus.tables import PassageRow

    with database.read() as session:
        return list(session.scalars(select(PassageRow.passage_id).order_by(PassageRow.ordinal)))
