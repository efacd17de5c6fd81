from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import Rejected
from ingest.passages import MAX_PIECES, estimate, pack, split
from ingest.readers.text import read_text
from ingest.structure import Unit, structure
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from tests.unit.ingest.conftest import ARTICLE


def unit(text: str, paragraph: int, section: str | None = None, note: bool = False) -> Unit:
    return Unit(section, (Sentence((Span(text, paragraph),)),), note)


def words(count: int) -> str:
    return " ".join(["word"] * (count - 1) + ["end."])


def sentences(passages: tuple[Passage, ...]) -> list[str]:
    return [sentence.text for passage in passages for sentence in passage.sentences]


def test_a_paragraph_is_a_passage_and_short_neighbours_share_one(source: Source) -> None:
    found = pack([unit(words(n), i) for i, n in enumerate((100, 90, 30, 20, 110), 1)], source)

    assert [passage.paragraphs for passage in found] == [(1,), (2, 3, 4), (5,)]


def test_a_passage_never_crosses_a_section(source: Source) -> None:
    found = pack([unit(words(10), 1, "Oil"), unit(words(10), 2, "Wicks")], source)

    assert [(passage.section, passage.paragraphs) for passage in found] == [("Oil", (1,)), ("Wicks", (2,))]


def test_notes_are_passages_of_their_own_and_do_not_part_the_body(source: Source) -> None:
    found = pack(
        [unit(words(20), 1), unit("Reed.", 2, note=True), unit("Ibid.", 3, note=True), unit(words(20), 4)], source
    )

    assert [(passage.note, passage.paragraphs) for passage in found] == [(False, (1, 4)), (True, (2,)), (True, (3,))]


def test_a_long_paragraph_is_cut_between_sentences_into_parts_of_like_length(source: Source) -> None:
    paragraph = tuple(Sentence((Span(words(20), 1),)) for _ in range(18))
    found = pack([Unit(None, paragraph)], source)

    assert [len(passage.sentences) for passage in found] == [6, 6, 6]


def test_the_title_and_section_count_towards_the_limit(source: Source) -> None:
    titled = replace(source, title=words(60))
    for passage in pack([unit(words(40), n, words(20)) for n in range(1, 9)], titled):
        assert estimate(passage.indexed_text) <= MAX_PIECES


def test_a_sentence_longer_than_a_passage_is_cut_at_clauses(source: Source) -> None:
    clause = " ".join(["word"] * 50) + ","
    text = " ".join([clause] * 6) + " end."
    found = pack([unit(text, 1)], source)

    assert len(found) == 2
    assert all(passage.text.endswith((",", "end.")) for passage in found)
    assert " ".join(sentences(found)) == text


def test_ids_are_unique_and_in_order(source: Source) -> None:
    parts = structure(read_text(ARTICLE.encode()))
    found = pack(parts.units, source)

    assert [passage.passage_id for passage in found] == [f"s1-{n}" for n in range(len(found))]


@given(st.lists(st.text(alphabet="ab ,;.—A\n", max_size=400), max_size=6).map("\n\n".join))
def test_passages_hold_the_text_verbatim_and_within_the_limit(text: str) -> None:
    def letters(piece: str) -> int:
        return len(piece)

    found = split(text, Source("s", "p"), letters)

    assert "".join("".join(sentences(found)).split()) == "".join(text.split())
    assert all(len(passage.text) <= MAX_PIECES + len(passage.sentences) for passage in found)


def test_bare_text_keeps_what_looks_like_headings_and_notes(source: Source) -> None:
    found = split("Title Case\n\nThe towers are lit.¹\n\n1 A note.", source)

    assert [(p.section, p.note, p.paragraphs, p.text) for p in found] == [
        (None, False, (1, 2, 3), "Title Case The towers are lit.¹ 1 A note.")
    ]


def test_empty_text_has_no_passages(source: Source) -> None:
    assert split(" \n\n ", source) == ()


def test_a_clause_longer_than_a_passage_is_cut_between_words_into_halves(source: Source) -> None:
    text = " ".join(f"word{n}" for n in range(400))
    found = pack([unit(text, 1)], source)

    assert " ".join(sentences(found)) == text
    assert all(word.startswith("word") for passage in found for word in passage.text.split())
    assert all(MAX_PIECES / 4 < estimate(passage.text) <= MAX_PIECES for passage in found)


def test_a_word_without_end_makes_no_passage_without_end(source: Source) -> None:
    found = pack([unit("x" * 50_000, 1)], source, lambda _text: 1)

    assert "".join(sentences(found)) == "x" * 50_000
    assert max(len(passage.text) for passage in found) < 16 * (MAX_PIECES + 1)


def test_a_document_of_more_passages_than_a_document_has_is_turned_down(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.passages.MAX_PASSAGES", 2)

    with pytest.raises(Rejected) as caught:
        pack([unit("Oil.", n, f"Section {n}") for n in range(3)], source)
    assert (caught.value.reason, caught.value.hint) == (
        "too many parts",
        "It falls into over 2 passages; split it into parts.",
    )
