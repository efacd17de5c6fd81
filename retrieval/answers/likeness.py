"""How much a question sounds like what is turned down: a line fitted between phrases of the data file, by meaning."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from retrieval.ports import Embedder, Vectors
from retrieval.shipped import shipped_yaml

DATA = "refusal_phrases.yaml"
# A test holds it to the phrases and patterns, and writes it anew when told to.
LINE = "refusal_line.json"
# Unit vectors have small entries; scaled, they and the pattern score weigh alike under one ridge.
VECTOR_SCALE = 4.0
SCORE_SCALE = 0.5
RIDGE = 0.3
STEPS = 400
RATE = 1.5


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the line is fitted between: texts, and for each the kind it is refused as (None: to be answered)."""

    texts: tuple[str, ...]
    kinds: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What the fit gives: a weight a feature, a bias, and for each refused kind the mean vector of its phrases."""

    weights: Vectors
    bias: float
    kinds: Mapping[str, Vectors]

    def to_json(self) -> dict[str, Any]:
        """The line as plain numbers, rounded to five decimals."""
        return {
            "weights": [round(float(value), 5) for value in self.weights],
            "bias": round(self.bias, 5),
            "kinds": {kind: [round(float(value), 5) for value in mean] for kind, mean in self.kinds.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Line:
        """The inverse of `to_json`."""
        kinds = {kind: np.array(mean, dtype=np.float32) for kind, mean in data["kinds"].items()}
        return cls(np.array(data["weights"], dtype=np.float32), float(data["bias"]), kinds)


class Likeness:
    """Log-odds that a question is to be turned down, from its meaning and its pattern score together.

    For the local model the fitted line is shipped; for any other embedder it is fitted when the first question comes
    (logistic regression with a ridge, by gradient descent). Safe to share between threads.
    """

    def __init__(self, embedder: Embedder, score: Callable[[str], float]) -> None:
        self._embedder = embedder
        self._score = score
        self._lock = threading.Lock()
        self._line = shipped_line(embedder.recipe)

    def judge(self, question: str) -> tuple[float, str]:
        """The log-odds, and the refused kind nearest in meaning. Raises what the embedder raises."""
        with self._lock:
            if self._line is None:
                self._line = fit(self._embedder, self._score)
            line = self._line
        vector = self._embedder.embed([question])
        odds = float((_features(vector, [self._score(question)]) @ line.weights)[0] + line.bias)
        return odds, max(line.kinds, key=lambda kind: float(line.kinds[kind] @ vector[0]))


def fit(embedder: Embedder, score: Callable[[str], float]) -> Line:
    """The line between the shipped phrases, on the vectors of `embedder`."""
    phrases = shipped()
    vectors = embedder.embed(phrases.texts)
    features = _features(vectors, [score(text) for text in phrases.texts])
    refused = np.array([kind is not None for kind in phrases.kinds], dtype=np.float32)
    # Each side weighs the same, however many phrases it has.
    share = np.where(refused == 1, 0.5 / refused.sum(), 0.5 / (1 - refused).sum()).astype(np.float32)
    weights = np.zeros(features.shape[1], dtype=np.float32)
    bias = 0.0
    for _ in range(STEPS):
        wrong = share * (1 / (1 + np.exp(-(features @ weights + bias))) - refused)
        weights = weights - RATE * (features.T @ wrong + RIDGE * weights / len(refused))
        bias -= RATE * float(wrong.sum())
    return Line(weights, bias, _means(vectors, phrases.kinds))


def _means(vectors: Vectors, kinds: Sequence[str | None]) -> dict[str, Vectors]:
    means = {}
    for kind in dict.fromkeys(kind for kind in kinds if kind):
        mean = vectors[[row for row, other in enumerate(kinds) if other == kind]].mean(axis=0)
        means[kind] = (mean / np.linalg.norm(mean)).astype(np.float32)
    return means


def shipped_line(recipe: str) -> Line | None:
    """The line fitted on the local model, for recipes of that model in whatever precision; None for any other."""
    data = json.loads(files("retrieval.answers").joinpath(LINE).read_text("utf-8"))
    return Line.from_json(data) if recipe.split("+", maxsplit=1)[0] == data["recipe"] else None


@cache
def shipped() -> Phrases:
    """The product's phrases, read once."""
    return phrases_of(shipped_yaml("retrieval.answers", DATA))


def phrases_of(data: Mapping[str, Any]) -> Phrases:
    """Phrases from the data file's form."""
    refused = [(text, kind) for kind, texts in data["refused"].items() for text in texts]
    texts = (*(text for text, _ in refused), *data["allowed"])
    return Phrases(texts, (*(kind for _, kind in refused), *(None for _ in data["allowed"])))


def _features(vectors: Vectors, scores: Sequence[float]) -> Vectors:
    column = np.array(scores, dtype=np.float32)[:, None] * SCORE_SCALE
    return np.hstack([vectors * VECTOR_SCALE, column]).astype(np.float32)
