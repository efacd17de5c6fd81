"""Fusion: pure, and true for every pair of lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.search.fusion import fuse, normalised

ids = st.text("abcdefghij", min_size=1, max_size=2)
cosines = st.dictionaries(ids, st.floats(-1, 1)).map(lambda d: sorted(d.items(), key=lambda item: -item[1]))
scores = st.dictionaries(ids, st.floats(0.01, 50)).map(lambda d: sorted(d.items(), key=lambda item: -item[1]))
weights = st.floats(0, 1)


def test_each_leg_weighs_what_it_is_given() -> None:
    fused = fuse([("a", 0.9), ("b", 0.5), ("c", 0.1)], [("b", 10.0), ("d", 5.0)], 0.6)

    assert fused == [
        ("b", pytest.approx(0.6 * 0.5 + 0.4 * 1.0)),
        ("a", pytest.approx(0.6)),
        ("d", pytest.approx(0.4 * 0.5)),
        ("c", 0.0),
    ]


@given(scores, weights)
def test_one_leg_alone_keeps_its_order_whatever_the_weight(ranked: list[tuple[str, float]], weight: float) -> None:
    ordered = sorted(ranked, key=lambda item: (-item[1] / max((s for _, s in ranked), default=1), item[0]))

    assert [key for key, _ in fuse([], ranked, weight)] == [key for key, _ in ordered]


@given(cosines, scores, weights)
def test_everything_either_leg_found_is_ranked_once_with_a_score_between_0_and_1(
    dense: list[tuple[str, float]], lexical: list[tuple[str, float]], weight: float
) -> None:
    fused = fuse(dense, lexical, weight)

    assert sorted(key for key, _ in fused) == sorted({key for key, _ in [*dense, *lexical]})
    assert all(0.0 <= score <= 1.0 + 1e-9 for _, score in fused)
    assert fused == sorted(fused, key=lambda item: (-item[1], item[0]))


@given(cosines, scores, weights, st.randoms())
def test_the_order_of_the_lists_does_not_matter(
    dense: list[tuple[str, float]], lexical: list[tuple[str, float]], weight: float, random: object
) -> None:
    shuffled = list(lexical)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert fuse(dense, shuffled, weight) == fuse(dense, lexical, weight)


@given(cosines, scores, st.floats(0.01, 0.99))
def test_a_passage_best_in_both_legs_comes_first(
    dense: list[tuple[str, float]], lexical: list[tuple[str, float]], weight: float
) -> None:
    fused = dict(fuse([("best", 1.0), *dense], [("best", 60.0), *lexical], weight))

    assert fused["best"] == max(fused.values())


@given(cosines)
def test_normalised_scores_run_from_0_to_1(ranked: list[tuple[str, float]]) -> None:
    values = normalised(ranked).values()

    assert all(0.0 <= value <= 1.0 for value in values)
    assert not ranked or max(values) == 1.0
