"""Hybrid search: both legs' best passages, fused. What answering, the command line and LangChain search with."""

from __future__ import annotations

import logging

from retrieval.errors import IndexGone, RetrievalError
from retrieval.index.generations import Generations
from retrieval.index.opening import OpenGeneration
from retrieval.ports import Embedder, Vectors
from retrieval.search.fusion import Ranked, fuse
from retrieval.types import EVERYTHING, Hit, Passage, Results, Scope

logger = logging.getLogger(__name__)

# How deep each leg goes before the two are fused: .427 and .484 nDCG@10 on Cranfield and PrivacyQA.
DEPTH = 100
DENSE_WEIGHT = 0.5
ATTEMPTS = 3


class HybridRetriever:
    """Searches the generation that answers now. Implements the Searcher port; safe to use from several threads.

    Without an embedder, or when it or the vector index fails, words alone are searched: every hit's `dense` is None.
    """

    def __init__(
        self,
        generations: Generations,
        embedder: Embedder | None,
        dense_weight: float = DENSE_WEIGHT,
        *,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self._without = without
        self._generations = generations
        self._embedder = embedder
        self._dense_weight = dense_weight

    def search(self, query: str, k: int = 10, scope: Scope = EVERYTHING) -> Results:
        """The `k` best passages for `query`; none when nothing was indexed yet."""
        vector = self._embed(query)
        for _ in range(ATTEMPTS):
            generation = self._generations.current()
            if generation is None:
                return Results(query, "", ())
            try:
                return self._search(generation, query, vector, k)
            except IndexGone:
                self._generations.discard(generation)
        raise IndexGone

    def passage(self, passage_id: str) -> Passage | None:
        """A passage of the current generation, or one still kept; None once it is gone."""
        generation = self._generations.current()
        return None if generation is None else generation.passage(passage_id)

    def _search(self, generation: OpenGeneration, query: str, vector: Vectors | None, k: int) -> Results:
        depth = max(DEPTH, -(-k // 2))
        dense = self._dense(generation, vector, depth)
        lexical = generation.lexical.search(query, depth)
        fused = fuse(dense, lexical, self._dense_weight)[:k]
        passages = generation.passages([id_ for id_, _ in fused])
        if len(passages) < len(fused):
            raise IndexGone
        cosines, scores = dict(dense), dict(lexical)
        hits = tuple(Hit(passages[id_], score, cosines.get(id_), scores.get(id_)) for id_, score in fused)
        return Results(query, generation.id, hits, generation.lexical.terms(query))

    def _embed(self, query: str) -> Vectors | None:
        if self._embedder is None or not query.strip():
            return None
        try:
            vector: Vectors = self._embedder.embed([query])[0]
        except RetrievalError as error:
            logger.warning("query not embedded (%s): searching words alone", type(error).__name__)
            return None
        return vector

    def _dense(self, generation: OpenGeneration, vector: Vectors | None, depth: int) -> Ranked:
        if generation.dense is None or vector is None:
            return []
        try:
            return generation.dense.search(vector, depth)
        except IndexGone:
            raise
        except RetrievalError as error:
            # Opened anew, and made again where it fails its probe, at the next question.
            logger.warning("vector index failed (%s): searching words alone", type(error).__name__)
            self._generations.discard(generation)
            return []
