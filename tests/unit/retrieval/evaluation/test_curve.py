"""The trade-off between answering and abstaining, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.figures import plotted
from retrieval.evaluation.curve import area, interval, trade_off
from retrieval.types import Turn

ODDS = {"a": 2.0, "b": 1.0, "c": -1.0, "x": 1.5, "y": -2.0}


def _odds(question: str, context: Sequence[Turn]) -> float:
    return ODDS[question] + len(context)


def _asked(text: str, kind: str = "direct", **more: Any) -> dict[str, Any]:
    return {"question": text, "kind": kind, "answerable": kind == "direct", **more}


QUESTIONS = [
    _asked("a"),
    _asked("b"),
    _asked("c"),
    _asked("x", "not_covered"),
    _asked("y", "not_covered"),
    _asked("a", "targeting_advice"),
    _asked("a", lang="fr"),
]


def test_every_threshold_is_a_point_and_refusals_and_other_languages_are_none() -> None:
    figures = trade_off(QUESTIONS, _odds)
    assert figures == {
        "points": [
            {"threshold": -2.0, "answered": 1.0, "abstained": 0.0},
            {"threshold": -1.0, "answered": 1.0, "abstained": 0.5},
            {"threshold": 1.0, "answered": 0.6667, "abstained": 0.5},
            {"threshold": 1.5, "answered": 0.3333, "abstained": 0.5},
            {"threshold": 2.0, "answered": 0.3333, "abstained": 1.0},
        ],
        "auc": 0.6667,
        "auc_interval": figures["auc_interval"],
        "at_90_answered": {"threshold": -1.0, "answered": 1.0, "abstained": 0.5},
        "as_shipped": {"threshold": 0.0, "answered": 0.6667, "abstained": 0.5},
        "answerable": 3,
        "uncovered": 2,
    }


def test_a_question_is_weighed_in_its_conversation() -> None:
    context = [{"role": "user", "text": "Who pays?"}]
    figures = trade_off([_asked("c", context=context), _asked("x", "not_covered")], _odds)
    assert [point["threshold"] for point in figures["points"]] == [0.0, 1.5]


def test_one_side_alone_has_no_curve() -> None:
    figures = trade_off([_asked("a")], _odds)
    assert figures["auc"] is None
    assert plotted(figures).endswith(
        "1 answerable questions, 0 uncovered\nOne side has no questions: there is no curve."
    )


def test_the_plot_names_the_figures_beneath_it() -> None:
    lines = plotted(trade_off(QUESTIONS, _odds)).splitlines()
    assert lines[-2:] == [
        "at 90 in 100 answered: 1.000 answered, 0.500 abstained, threshold -1.00",
        "as shipped: 0.667 answered, 0.500 abstained, threshold 0.00",
    ]
    assert any("by answerable ones answered" in line for line in lines)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=8), st.lists(st.floats(-5, 5), min_size=1, max_size=8))
@settings(deadline=None, max_examples=10)
def test_the_area_is_a_share_and_the_other_side_has_the_rest(covered: list[float], others: list[float]) -> None:
    assert area(covered, others) == pytest.approx(1 - area(others, covered))
    low, high = interval(covered, others)
    assert 0 <= low <= high <= 1
