"""BM25 as it is kept on disk."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import IndexDamaged, IndexGone
from retrieval.index.lexical import Bm25Index
from retrieval.ports import Alternative
from retrieval.text.tokens import tokens

TEXTS = {
    "ferry": "The ferry leaves at noon.",
    "anchors": "Anchors are weighed at dawn; an anchor is heavy.",
    "empty": "!! ?",
    "oars": "Oars must be dry. The ferry has none.",
}


@pytest.fixture
def index(tmp_path: Path) -> Bm25Index:
    Bm25Index.build(tmp_path, list(TEXTS), list(TEXTS.values()))
    return Bm25Index.open(tmp_path)


def test_words_are_stemmed_lower_case_and_without_stop_words() -> None:
    assert tokens("The Partners' risks ARE assessed, yearly!") == ["partner", "risk", "assess", "year"]


def test_a_passage_is_found_by_a_word_in_another_form(index: Bm25Index) -> None:
    assert [id_ for id_, _ in index.search("weighing an anchor", 10)] == ["anchors"]


def test_passages_that_share_no_term_are_left_out(index: Bm25Index) -> None:
    assert index.search("submarine", 10) == []
    assert index.search("the of and", 10) == []
    assert index.search("", 10) == []


def test_the_best_come_first_and_no_more_than_asked_for(index: Bm25Index) -> None:
    found = index.search("ferry noon", 10)

    assert [id_ for id_, _ in found] == ["ferry", "oars"]
    assert found[0][1] > found[1][1] > 0
    assert index.search("ferry noon", 1) == found[:1]


def test_scores_are_those_of_the_formula_and_a_word_in_its_own_form_counts_half_as_much_again(
    index: Bm25Index,
) -> None:
    average = sum(2 * len(tokens(text)) or 1 for text in TEXTS.values()) / 4  # stems and forms
    length = 2 * len(tokens(TEXTS["anchors"]))
    idf = math.log(1 + (4 - 1 + 0.5) / (1 + 0.5))
    norm = 0.9 * (1 - 0.6 + 0.6 * length / average)

    [(_, score)] = index.search("anchors", 10)
    assert score == pytest.approx((idf * 2 / (2 + norm) + 0.5 * idf / (1 + norm)) / 1.5, rel=1e-5)
    [(_, other)] = index.search("anchoring", 10)
    assert other < score


def test_question_words_are_not_searched_for_unless_there_are_no_others(tmp_path: Path) -> None:
    Bm25Index.build(tmp_path, ["ferry", "asks", "who"], ["A ferry leaves.", "What, how and when?", "The WHO says so."])
    index = Bm25Index.open(tmp_path)

    assert [id_ for id_, _ in index.search("How and when does what ferry leave?", 10)] == ["ferry"]
    assert [id_ for id_, _ in index.search("what, when", 10)] == ["asks"]
    assert [id_ for id_, _ in index.search("What does the WHO say?", 10)] == ["who"]


def test_rows_that_are_not_within_are_left_out_however_good_they_are(index: Bm25Index) -> None:
    within = np.array([id_ != "ferry" for id_ in index.ids])

    assert [id_ for id_, _ in index.search("ferry noon", 1, within)] == ["oars"]


def test_an_alternative_earns_what_the_words_would_have_and_no_more(tmp_path: Path) -> None:
    texts = {
        "short": "Units keep to the LOAC.",
        "long": "Units keep to the law of armed conflict.",
        "part": "Units study the law of the harbour.",
        "both": "Units keep to the LOAC, the law of armed conflict.",
    }
    Bm25Index.build(tmp_path, list(texts), list(texts.values()))
    index = Bm25Index.open(tmp_path)
    means = Alternative("LOAC", ("law of armed conflict",))

    assert [id_ for id_, _ in index.search("LOAC", 10)] == ["short", "both"]
    found = dict(index.search("LOAC", 10, None, [means]))
    assert set(found) == {"short", "long", "both"}
    assert max(found.values()) <= index.terms("LOAC")["loac"]
    half = dict(index.search("LOAC", 10, None, [replace(means, weight=0.5)]))
    assert 0 < half["long"] < found["long"]
    assert index.search("ferry", 10, None, [Alternative("ferry", ("submarine", "the"))]) == []


def test_terms_tell_how_rare_each_word_is_here(index: Bm25Index) -> None:
    terms = index.terms("Ferries to the submarine")

    assert terms == {
        "ferri": pytest.approx(math.log(1 + (4 - 2 + 0.5) / 2.5)),
        "submarin": pytest.approx(math.log(1 + 4.5 / 0.5)),
    }


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    Bm25Index.build(tmp_path, [], [])
    index = Bm25Index.open(tmp_path)

    assert index.count() == 0
    assert index.search("anything", 5) == []


def test_texts_without_words_alone_make_an_index_too(tmp_path: Path) -> None:
    Bm25Index.build(tmp_path, ["a", "b"], ["", "§"])
    index = Bm25Index.open(tmp_path)

    assert index.count() == 2
    assert index.search("anything", 5) == []


def test_the_same_texts_give_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Bm25Index.build(tmp_path / name, list(TEXTS), list(TEXTS.values()))

    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_missing_index_is_gone_and_a_broken_one_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(IndexGone):
        Bm25Index.open(tmp_path / "nowhere")
    Bm25Index.build(tmp_path, list(TEXTS), list(TEXTS.values()))
    (tmp_path / "data.csc.index.npy").write_bytes(b"nonsense")
    with pytest.raises(IndexDamaged):
        Bm25Index.open(tmp_path)


def test_threads_stem_at_the_same_time() -> None:
    words = "assessments of the partners' detaining authorities " * 50
    expected = tokens(words)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(tokens, [words] * 64))


@given(st.text())
def test_any_text_gives_tokens_and_the_same_each_time(text: str) -> None:
    assert tokens(text) == tokens(text)
    assert all(token for token in tokens(text))


def test_every_row_with_a_word_is_told_and_none_with_its_stem_alone(tmp_path: Path) -> None:
    texts = ["art_1 art_2"] * 12_000 + ["art_2 ferries"]
    Bm25Index.build(tmp_path, [str(n) for n in range(len(texts))], texts)
    index = Bm25Index.open(tmp_path)
    assert index.rows("art_1").tolist() == list(range(12_000))
    assert index.rows("art_2").tolist() == list(range(12_001))
    assert index.rows("ferries").tolist() == [12_000]
    assert index.rows("ferry").tolist() == index.rows("art_3").tolist() == []
