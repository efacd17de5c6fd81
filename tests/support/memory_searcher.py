"""A searcher over a handful of passages in memory: BM25 by the product's own words, optionally fused with cosines."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from retrieval.corpus.passages import PUBLIC, Passage, Scope
from retrieval.ports import Embedder
from retrieval.text.tokens import tokens
from retrieval.types import Hit, Results


class MemorySearcher:
    """Searches as HybridRetriever does. Exact, and small enough to be read."""

    def __init__(self, passages: Sequence[Passage], embedder: Embedder | None = None) -> None:
        self._passages = list(passages)
        self._words = [Counter(tokens(passage.indexed_text)) for passage in passages]
        self._length = sum(sum(words.values()) for words in self._words) / max(1, len(passages))
        self._embedder = embedder
        self._vectors = None if embedder is None else embedder.embed([p.indexed_text for p in passages])
        self.queries: list[str] = []

    def search(self, query: str, k: int = 10, scope: Scope = PUBLIC) -> Results:
        self.queries.append(query)
        terms = {term: self._idf(term) for term in tokens(query)}
        lexical = np.array([self._bm25(words, terms) for words in self._words])
        dense = None
        if self._embedder is not None and self._vectors is not None:
            dense = self._vectors @ self._embedder.embed([query])[0]
        score = _spread(lexical) if dense is None else (_spread(lexical) + _spread(dense)) / 2
        found = [int(i) for i in np.argsort(-score) if lexical[i] > 0 or dense is not None]
        best = [i for i in found if scope.admits(self._passages[i].source)][:k]
        hits = tuple(
            Hit(self._passages[i], float(score[i]), None if dense is None else float(dense[i]), float(lexical[i]))
            for i in best
        )
        return Results(query, "memory", hits, terms)

    def passage(self, passage_id: str, scope: Scope = PUBLIC) -> Passage | None:
        return next((p for p in self._passages if p.passage_id == passage_id and scope.admits(p.source)), None)

    def beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        line = [p for p in self._passages if p.source == passage.source]
        at = line.index(passage) if passage in line else len(line)
        return (line[at - 1] if 0 < at < len(line) else None), (line[at + 1] if at + 1 < len(line) else None)

    def _idf(self, term: str) -> float:
        found = sum(term in words for words in self._words)
        return math.log(1 + (len(self._words) - found + 0.5) / (found + 0.5))

    def _bm25(self, words: Counter[str], terms: dict[str, float]) -> float:
        norm = 1.5 * (0.25 + 0.75 * sum(words.values()) / self._length)
        return sum(idf * words[term] / (words[term] + norm) for term, idf in terms.items() if words[term])


def _spread(values: np.ndarray) -> np.ndarray:
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
