"""The query's vector moves towards what was found first, and long queries are heard by their sentences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from retrieval.search.feedback import HITS, SHARE, refined
from retrieval.search.sentences import MOST_SENTENCES, joined, parts

AXES = np.eye(4, dtype=np.float32)


def test_one_clear_winner_speaks_alone() -> None:
    moved = refined(AXES[0], [("a", 1.0), ("b", 0.2)], {"a": AXES[1], "b": AXES[2]})

    assert moved == pytest.approx(np.array([1, SHARE, 0, 0]) / np.hypot(1, SHARE), abs=1e-5)


def test_hits_of_equal_standing_speak_together() -> None:
    moved = refined(AXES[0], [("a", 0.8), ("b", 0.8)], {"a": AXES[1], "b": AXES[2]})

    assert moved[1] == moved[2] > 0


def test_hits_without_a_vector_and_hits_far_down_say_nothing() -> None:
    found = [(str(place), 0.5) for place in range(HITS + 1)]

    query = AXES[0]
    assert refined(query, found, {}) is query
    assert refined(query, found, {str(HITS): AXES[1]}) is query
    assert refined(query, [], {"a": AXES[1]}) is query


@settings(deadline=None)
@given(
    arrays.arrays(np.float32, (6, 4), elements=st.floats(0.015625, 1, width=32)), st.lists(st.floats(0, 1), max_size=5)
)
def test_the_moved_query_is_a_unit_vector_and_keeps_its_direction(rows: np.ndarray, scores: list[float]) -> None:
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    found = [(str(place), score) for place, score in enumerate(sorted(scores, reverse=True))]
    moved = refined(vectors[0], found, {id_: vectors[1 + place] for place, (id_, _) in enumerate(found)})

    assert np.linalg.norm(moved) == pytest.approx(1.0, abs=1e-4)
    assert float(moved @ vectors[0]) >= 0.9


def test_a_short_query_is_one_text_and_a_long_one_its_sentences_too() -> None:
    short = "How is harm tracked?"
    first, second = "Partners detain people in the field.", "Who checks how they are held?"

    assert parts(short) == [short]
    assert parts(f"Well. {short}") == [f"Well. {short}"]
    assert parts(f"{first} {second} Why?") == [f"{first} {second} Why?", first, second]
    assert len(parts(" ".join([first] * 40))) == 1 + MOST_SENTENCES


def test_the_whole_and_its_sentences_count_the_same() -> None:
    assert joined(AXES[:1]).tolist() == [1, 0, 0, 0]
    assert joined(AXES[:3]) == pytest.approx(np.array([1, 0.5, 0.5, 0]) / np.sqrt(1.5), abs=1e-6)


@given(st.text())
def test_any_query_is_its_own_first_part(query: str) -> None:
    assert parts(query)[0] == query
