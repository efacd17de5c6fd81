"""How much a question sounds like what is turned down: a line fitted between phrases of the data file, by meaning."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from retrieval.ports import Embedder, Vectors

DATA = "refusal_phrases.yaml"
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
class _Line:
    weights: Vectors
    bias: float
    vectors: Vectors


class Likeness:
    """Log-odds that a question is to be turned down, from its meaning and its pattern score together.

    Fitted when the first question comes (logistic regression with a ridge, by gradient descent; well under a second),
    on the vectors of whichever embedder is in use. Safe to share between threads.
    """

    def __init__(self, embedder: Embedder, score: Callable[[str], float], phrases: Phrases | None = None) -> None:
        self._embedder = embedder
        self._score = score
        self._phrases = phrases or shipped()
        self._lock = threading.Lock()
        self._line: _Line | None = None

    def judge(self, question: str) -> tuple[float, str]:
        """The log-odds, and the kind of the refused phrase nearest in meaning. Raises what the embedder raises."""
        line = self._fitted()
        vector = self._embedder.embed([question])
        features = _features(vector, [self._score(question)])
        odds = float((features @ line.weights)[0] + line.bias)
        near = line.vectors @ vector[0]
        kinds = self._phrases.kinds
        nearest = max((row for row, kind in enumerate(kinds) if kind), key=lambda row: float(near[row]))
        return odds, str(kinds[nearest])

    def _fitted(self) -> _Line:
        with self._lock:
            if self._line is None:
                self._line = self._fit()
            return self._line

    def _fit(self) -> _Line:
        vectors = self._embedder.embed(self._phrases.texts)
        features = _features(vectors, [self._score(text) for text in self._phrases.texts])
        refused = np.array([kind is not None for kind in self._phrases.kinds], dtype=np.float32)
        # Each side weighs the same, however many phrases it has.
        share = np.where(refused == 1, 0.5 / refused.sum(), 0.5 / (1 - refused).sum()).astype(np.float32)
        weights = np.zeros(features.shape[1], dtype=np.float32)
        bias = 0.0
        for _ in range(STEPS):
            wrong = share * (1 / (1 + np.exp(-(features @ weights + bias))) - refused)
            weights = weights - RATE * (features.T @ wrong + RIDGE * weights / len(refused))
            bias -= RATE * float(wrong.sum())
        return _Line(weights, bias, vectors)


@cache
def shipped() -> Phrases:
    """The product's phrases, read once."""
    return phrases_of(yaml.safe_load(files("retrieval").joinpath(DATA).read_text("utf-8")))


def phrases_of(data: Mapping[str, Any]) -> Phrases:
    """Phrases from the data file's form."""
    refused = [(text, kind) for kind, texts in data["refused"].items() for text in texts]
    texts = (*(text for text, _ in refused), *data["allowed"])
    return Phrases(texts, (*(kind for _, kind in refused), *(None for _ in data["allowed"])))


def _features(vectors: Vectors, scores: Sequence[float]) -> Vectors:
    column = np.array(scores, dtype=np.float32)[:, None] * SCORE_SCALE
    return np.hstack([vectors * VECTOR_SCALE, column]).astype(np.float32)
