"""Hybrid search: both legs' best passages, fused. What answering, the command line and LangChain search with."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from retrieval.corpus.passages import PUBLIC, Passage, Scope
from retrieval.errors import IndexGone, RetrievalError
from retrieval.index.generations import Generations
from retrieval.index.members import Selection
from retrieval.index.opening import OpenGeneration
from retrieval.ports import Alternative, Embedder, Ranked, Vectors
from retrieval.search.feedback import HITS as FEEDBACK_HITS
from retrieval.search.feedback import refined
from retrieval.search.fusion import fuse
from retrieval.search.glossary import Glossary
from retrieval.search.parts import PARTS
from retrieval.search.sentences import joined, parts
from retrieval.text.places import LOOSE, asked_places
from retrieval.types import Hit, Results

logger = logging.getLogger(__name__)

# How deep each leg goes before the two are fused.
DEPTH = 100
# Passages kept for their own sake where a number may be one of a place or of something else.
LIKELIEST = 5
DENSE_WEIGHT = 0.5
ATTEMPTS = 3


class HybridRetriever:
    """Searches the generation that answers now. Safe to use from several threads.

    Without an embedder, or when it or the vector index fails, words alone are searched: every hit's `dense` is None.
    `without` names PARTS to leave out; raises ValueError for another name.
    """

    def __init__(
        self,
        generations: Generations,
        embedder: Embedder | None,
        dense_weight: float = DENSE_WEIGHT,
        *,
        glossary: Glossary | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        if not without <= PARTS.keys():
            raise ValueError(f"{', '.join(sorted(without - PARTS.keys()))}: not among {', '.join(PARTS)}")
        self._generations = generations
        self._embedder = None if "dense" in without else embedder
        self._dense_weight = dense_weight
        self.glossary = None if "glossary" in without else glossary
        self._without = without

    def lacking(self, without: frozenset[str]) -> HybridRetriever:
        """This search without some of its PARTS."""
        return HybridRetriever(
            self._generations, self._embedder, self._dense_weight, glossary=self.glossary, without=without
        )

    def search(self, query: str, k: int = 10, scope: Scope = PUBLIC) -> Results:
        """The `k` best passages for `query` within `scope`; none when nothing was indexed yet."""
        vector = self._embed(query)
        for _ in range(ATTEMPTS):
            generation = self._generations.current()
            if generation is None:
                return Results(query, "", ())
            try:
                return self._search(generation, query, vector, k, scope)
            except IndexGone:
                self._generations.discard(generation)
        raise IndexGone

    def passage(self, passage_id: str, scope: Scope = PUBLIC) -> Passage | None:
        """A passage of the current generation, or one still kept; None once it is gone, or outside of `scope`."""
        generation = self._generations.current()
        return None if generation is None else generation.passage(passage_id, scope)

    def beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """The passages before and after one in its document; None at either end, and for what is gone."""
        generation = self._generations.current()
        return (None, None) if generation is None else generation.beside(passage)

    def _search(self, generation: OpenGeneration, query: str, vector: Vectors | None, k: int, scope: Scope) -> Results:
        depth = max(DEPTH, -(-k // 2))
        selection = generation.members.bounds(scope)
        lexical = self._lexical(generation, query, depth, selection)
        dense = self._dense(generation, vector, depth, selection)
        fused = fuse(dense, lexical, self._dense_weight)
        if dense and vector is not None and "feedback" not in self._without:
            vectors = generation.members.vectors([id_ for id_, _ in fused[:FEEDBACK_HITS]])
            again = self._dense(generation, refined(vector, fused, vectors), depth, selection)
            fused = fuse(again, lexical, self._dense_weight)
        fused = list(self._at_places(generation, query, selection, fused))
        passages = generation.passages([id_ for id_, _ in fused[:k]])
        if len(passages) < len(fused[:k]):
            raise IndexGone
        shown = generation.shown(passages.values(), scope)
        cosines, finders = dict(dense), generation.finders(list(passages))
        scores = generation.lexical.earned(query, list(passages), self._alternatives(query)) if lexical else {}
        hits = tuple(
            Hit(passages[id_], score, cosines.get(id_), scores.get(id_), finders=finders[id_])
            for id_, score in fused[:k]
            if id_ in shown
        )
        terms = generation.lexical.terms(query, selection.rows if selection else None)
        count = generation.lexical.count() if selection is None else int(selection.rows.sum())
        return Results(query, generation.id, hits, terms, count)

    def _embed(self, query: str) -> Vectors | None:
        if self._embedder is None or not query.strip():
            return None
        written = self.glossary.written_out(query) if self.glossary else query
        texts = [written] if "sentences" in self._without else parts(written)
        try:
            return joined(self._embedder.embed(texts))
        except RetrievalError as error:
            logger.warning("query not embedded (%s): searching words alone", type(error).__name__)
            return None

    def _lexical(self, generation: OpenGeneration, query: str, depth: int, selection: Selection | None) -> Ranked:
        if "lexical" in self._without:
            return []
        rows = selection.rows if selection else None
        return generation.lexical.search(query, depth, rows, self._alternatives(query))

    def _at_places(self, generation: OpenGeneration, query: str, selection: Selection | None, fused: Ranked) -> Ranked:
        """The passages at the places that a query asks for, each with 1 added to its score, before the others."""
        asked = [place.key for place in asked_places(query)]
        if not asked or "lexical" in self._without:
            return fused
        rows = generation.at(asked, selection.rows if selection else None)
        scores = dict(fused)
        named = generation.lexical.search(query, DEPTH, rows)
        others = (generation.lexical.ids[int(row)] for row in np.flatnonzero(rows))
        # A "section 2" may be one of a brigade.
        best = fused[:LIKELIEST] if all(key[0] in LOOSE for key in asked) else []
        there = dict.fromkeys([*(id_ for id_, _ in (*best, *named)), *others])
        first = sorted(list(there)[:DEPTH], key=lambda id_: -scores.get(id_, 0.0))
        return [(id_, 1.0 + scores.get(id_, 0.0)) for id_ in first] + [each for each in fused if each[0] not in there]

    def _alternatives(self, query: str) -> Sequence[Alternative]:
        return self.glossary.alternatives(query) if self.glossary else ()

    def _dense(
        self, generation: OpenGeneration, vector: Vectors | None, depth: int, selection: Selection | None
    ) -> Ranked:
        if generation.dense is None or vector is None:
            return []
        try:
            if selection is None:
                found = generation.dense.search(vector, depth)
            else:
                found = generation.members.nearest(generation.dense, vector, depth, selection)
            return generation.members.with_twins(found, selection)
        except IndexGone:
            raise
        except RetrievalError as error:
            # Opened anew, and made again where it fails its probe, at the next question.
            logger.warning("vector index failed (%s): searching words alone", type(error).__name__)
            self._generations.discard(generation)
            return []
