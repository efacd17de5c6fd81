"""Intervals hold what they promise, and a paired difference knows that both runs met the same questions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.evaluation.intervals import difference, figure, interval, wilson


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    assert wilson(0, 10) == [0.0, 0.2775]
    assert wilson(5, 10) == [0.2366, 0.7634]
    assert wilson(81, 263) == [0.2553, 0.3662]  # Newcombe 1998, table I
    assert wilson(29, 29) == [0.883, 1.0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_an_interval_holds_its_figure_and_nothing_has_none(pairs: list[tuple[int, int]]) -> None:
    sample = [(float(min(pair)), float(max(pair))) for pair in pairs]
    found = interval(sample)
    value = figure(sample)
    if value is None:
        assert found is None
        return
    assert found is not None
    assert 0.0 <= found[0] <= value + 1e-3
    assert value - 1e-3 <= found[1] <= 1.0


def test_the_bootstrap_agrees_with_the_standard_error_and_is_the_same_each_time() -> None:
    values = np.random.default_rng(3).normal(0.5, 0.1, 400)
    sample = [(float(value), 1.0) for value in values]
    low, high = interval(sample) or []
    error = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - error, abs=0.002)
    assert high == pytest.approx(values.mean() + error, abs=0.002)
    assert interval(sample) == [low, high]


def test_ninety_five_in_a_hundred_intervals_hold_the_truth() -> None:
    chance = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        low, high = wilson(int(chance.binomial(40, 0.85)), 40)
        held += low <= 0.85 <= high
    assert 180 <= held <= 199


def test_what_is_hard_for_both_does_not_widen_their_difference() -> None:
    hard = np.random.default_rng(7).uniform(0, 0.8, 300)
    one = [(float(value) + 0.1, 1.0) for value in hard]
    other = [(float(value), 1.0) for value in hard]
    gained, (low, high) = difference(one, other) or (0.0, [0.0, 0.0])
    assert gained == pytest.approx(0.1)
    assert [low, high] == pytest.approx([0.1, 0.1], abs=1e-3)
    assert difference([(0.0, 0.0)], [(1.0, 1.0)]) is None
    with pytest.raises(ValueError, match="shorter"):
        difference(one, other[1:])
