"""How abstaining trades against answering: every threshold on the evidence, its area, and the point at 90 in 100."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from retrieval.types import Turn

Odds = Callable[[str, Sequence[Turn]], float]

UNCOVERED = "not_covered"
ANSWERED = 0.9
DRAWS = 1000
SEED = 20


def trade_off(questions: Iterable[Mapping[str, Any]], odds: Odds) -> dict[str, Any]:
    """The trade-off between answering what is covered and abstaining from near-topic questions that are not.

    `odds` gives the log-odds that a question is covered (0 is where the product answers from). Answerable questions are
    those marked so, in English where the file tells; the others of kind `not_covered`. Keys: `points`, a list of
    {threshold, answered, abstained} (shares, 0 to 1) from the lowest threshold to the highest; `auc`, the probability
    that a covered question has the higher odds, and `auc_interval`, its 95 % bootstrap interval; `at_90_answered`, the
    point of the highest threshold that still answers 90 in 100; `as_shipped`, the point at threshold 0; `answerable`
    and `uncovered`, how many there were. Figures are None where one side has no questions.
    """
    covered: list[float] = []
    others: list[float] = []
    for question in questions:
        side = _side(question, covered, others)
        if side is not None:
            context = [Turn(turn["role"], turn["text"]) for turn in question.get("context") or ()]
            side.append(odds(question["question"], context))
    counts = {"answerable": len(covered), "uncovered": len(others)}
    if not covered or not others:
        return {"points": [], "auc": None, "auc_interval": None, "at_90_answered": None, "as_shipped": None, **counts}
    points = [point(covered, others, threshold) for threshold in sorted({*covered, *others})]
    return {
        "points": points,
        "auc": round(area(covered, others), 4),
        "auc_interval": interval(covered, others),
        "at_90_answered": [p for p in points if p["answered"] >= ANSWERED][-1],
        "as_shipped": point(covered, others, 0.0),
        **counts,
    }


def point(covered: Sequence[float], others: Sequence[float], threshold: float) -> dict[str, float]:
    """What a threshold gives: the share of covered questions answered, and of the others abstained from."""
    return {
        "threshold": round(threshold, 4),
        "answered": round(sum(odds >= threshold for odds in covered) / len(covered), 4),
        "abstained": round(sum(odds < threshold for odds in others) / len(others), 4),
    }


def area(covered: Sequence[float], others: Sequence[float]) -> float:
    """The probability that a covered question has higher odds than another one; ties count half (Mann-Whitney)."""
    differences = np.subtract.outer(np.asarray(covered), np.asarray(others))
    return float((differences > 0).mean() + (differences == 0).mean() / 2)


def interval(covered: Sequence[float], others: Sequence[float]) -> list[float]:
    """The 95 % interval of `area`, by drawing both sides anew with replacement."""
    draw = np.random.default_rng(SEED)
    won = (np.sign(np.subtract.outer(np.asarray(covered), np.asarray(others))) + 1) / 2
    areas = [
        won[np.ix_(draw.integers(0, len(covered), len(covered)), draw.integers(0, len(others), len(others)))].mean()
        for _ in range(DRAWS)
    ]
    return [round(float(np.quantile(areas, share)), 4) for share in (0.025, 0.975)]


def _side(question: Mapping[str, Any], covered: list[float], others: list[float]) -> list[float] | None:
    if question["answerable"]:
        return covered if question.get("lang", "en") == "en" else None
    return others if question["kind"] == UNCOVERED else None
