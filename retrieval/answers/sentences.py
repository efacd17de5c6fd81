"""Which sentences of the passages found speak to the question, best first."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.answers.questions import Asked
from retrieval.answers.wording import content_weights, normal, shared, words
from retrieval.errors import RetrievalError
from retrieval.ports import Embedder, Vectors
from retrieval.types import Hit, Results, Sentence

logger = logging.getLogger(__name__)

# A score is similarity + COVERAGE * share of the question's weighted terms + PASSAGE * fused score of the passage.
# The shares were chosen on a flat part of the curve: halving or doubling either moves no measure by more than .05.
COVERAGE_SHARE = 0.3
PASSAGE_SHARE = 0.3
# Half of a part's ranking is the whole question: a part alone has often lost its subject.
PART_SHARE = 0.5
NOTE_PENALTY = 0.15
QUESTION_PENALTY = 0.1
PASSAGES_READ = 8
# Embedding 24 sentences costs about 60 ms on one core; 16 and 32 gave the same answers on 67 questions.
SENTENCES_EMBEDDED = 24
MIN_WORDS = 4
CACHED_SENTENCES = 4096


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted. `similarity` (cosine) is None without an embedder; all shares are 0 to 1.

    `parts` holds the score for each part of the question, in their order.
    """

    hit: Hit
    position: int
    score: float
    parts: tuple[float, ...]
    similarity: float | None
    coverage: float

    @property
    def sentence(self) -> Sentence:
        """The sentence itself."""
        return self.hit.passage.sentences[self.position]

    @property
    def text(self) -> str:
        """The sentence's text."""
        return self.sentence.text


class SentenceVectors:
    """Unit vectors by text, the most recently used kept. Safe to share between threads."""

    def __init__(self, embedder: Embedder, size: int = CACHED_SENTENCES) -> None:
        self._embedder = embedder
        self._size = size
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in order; what is not kept is embedded in one batch."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self._embedder.embed(missing), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return np.stack([known[text] for text in texts])


@dataclass(frozen=True, slots=True)
class _Place:
    hit: Hit
    position: int
    terms: frozenset[str]
    coverage: float

    @property
    def text(self) -> str:
        return self.hit.passage.sentences[self.position].text


class SentenceRanker:
    """Scores the sentences of the best passages by meaning, shared terms and the passage they stand in."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._vectors = None if embedder is None else SentenceVectors(embedder)

    def rank(self, asked: Asked, results: Results) -> list[Candidate]:
        """Candidates of the best passages, best first; empty when nothing was found."""
        places = _places(results)
        if not places:
            return []
        similarities = self._similarities(asked, places)
        parts = [_weights_of(part, results.terms) for part in asked.parts]
        candidates = [
            _candidate(place, None if similarities is None else similarities[row], parts)
            for row, place in enumerate(places)
        ]
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def _similarities(self, asked: Asked, places: Sequence[_Place]) -> Vectors | None:
        """A row a sentence: cosine to the whole query, then to each part. None where no embedder works."""
        if self._vectors is None:
            return None
        asks = [asked.query, *asked.parts]
        try:
            vectors = self._vectors.of([*asks, *(place.text for place in places)])
        except RetrievalError as error:
            logger.warning("sentences are ranked by words alone: %s", type(error).__name__)
            return None
        similarities: Vectors = vectors[len(asks) :] @ vectors[: len(asks)].T
        return similarities


def _places(results: Results) -> list[_Place]:
    """The sentences worth embedding: those of the best passages that share most with the question, within the limit."""
    from retrieval.index.lexical import tokens

    weights = content_weights(results.terms)
    found = [
        _Place(hit, position, terms, shared(weights, terms))
        for hit in results.hits[:PASSAGES_READ]
        for position, sentence in enumerate(hit.passage.sentences)
        if len(words(sentence.text)) >= MIN_WORDS
        for terms in (frozenset(tokens(sentence.text)),)
    ]
    found.sort(key=lambda place: -(place.hit.score + place.coverage))
    return found[:SENTENCES_EMBEDDED]


def _candidate(place: _Place, similarities: Vectors | None, parts: Sequence[Mapping[str, float]]) -> Candidate:
    whole = 0.0 if similarities is None else float(similarities[0])
    penalty = _penalty(place)
    each = [whole] * len(parts) if similarities is None else [float(value) for value in similarities[1:]]
    return Candidate(
        hit=place.hit,
        position=place.position,
        score=whole + COVERAGE_SHARE * place.coverage + PASSAGE_SHARE * place.hit.score - penalty,
        # The passage was found for the whole question: for one part of it, its rank says little.
        parts=tuple(
            PART_SHARE * value + (1 - PART_SHARE) * whole + COVERAGE_SHARE * shared(weights, place.terms) - penalty
            for value, weights in zip(each, parts, strict=True)
        ),
        similarity=None if similarities is None else whole,
        coverage=place.coverage,
    )


def _weights_of(part: str, terms: Mapping[str, float]) -> dict[str, float]:
    from retrieval.index.lexical import tokens

    return {term: weight for term, weight in content_weights(terms).items() if term in tokens(part)}


def _penalty(place: _Place) -> float:
    asks_itself = normal(place.text).rstrip("\"')").endswith("?")
    return NOTE_PENALTY * place.hit.passage.note + QUESTION_PENALTY * asks_itself
