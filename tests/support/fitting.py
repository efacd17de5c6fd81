"""Fit the lines that tell covered questions from others: logistic regression with a ridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.answers.calibration import Line
from retrieval.answers.evidence import Evidence

# With the words of the local model; and by shared terms alone, for any other embedder (whose cosines have a scale of
# their own) and for none.
MEANING = ("similarity", "dense", "words", "gap", "names", "top", "finder")
WORDING = ("sentence", "passage", "names", "top")
# So many answerable questions of the fitting set are answered, each judged by a line fitted without it.
ANSWERED_SHARE = 0.92
RIDGE = 2.0
STEPS = 30
CHANGE = 1e-6
FOLDS = 10

Numbers = NDArray[np.float64]


def fit(evidence: Sequence[Evidence], covered: Sequence[bool], features: Sequence[str]) -> Line:
    """The line between covered questions and others: logistic regression with a ridge, each side of equal weight.

    The bias is moved so that `ANSWERED_SHARE` of the covered are answered when each is judged without itself.
    """
    values = np.array([[asdict(each)[name] or 0.0 for name in features] for each in evidence])
    truth = np.array(covered, dtype=bool)
    judged = np.empty(len(truth))
    for fold in range(FOLDS):
        aside = np.arange(len(truth)) % FOLDS == fold
        weights, bias = logistic(values[~aside], truth[~aside])
        judged[aside] = values[aside] @ weights + bias
    weights, bias = logistic(values, truth)
    threshold = float(np.quantile(judged[truth], 1 - ANSWERED_SHARE))
    return Line(dict(zip(features, weights.tolist(), strict=True)), bias - threshold)


def logistic(values: Numbers, truth: NDArray[np.bool_], penalty: float = RIDGE) -> tuple[Numbers, float]:
    """Newton's method on standardised features; weights and bias for the raw ones."""
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    rows = np.hstack([(values - mean) / spread, np.ones((len(values), 1))])
    share = np.where(truth, 0.5 / truth.sum(), 0.5 / (~truth).sum()) * len(truth)
    ridge = np.diag([penalty] * values.shape[1] + [1e-6])
    line = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        odds = 1 / (1 + np.exp(-rows @ line))
        slope = rows.T @ (share * (odds - truth)) + ridge @ line
        change = np.linalg.solve((rows * (share * odds * (1 - odds))[:, None]).T @ rows + ridge, slope)
        line -= change
        if np.abs(change).max() < CHANGE:
            break
    weights = line[:-1] / spread
    return weights, float(line[-1] - weights @ mean)


def to_json(line: Line) -> dict[str, Any]:
    """A line as plain numbers, rounded to four decimals."""
    return {"weights": {name: round(w, 4) for name, w in line.weights.items()}, "bias": round(line.bias, 4)}
