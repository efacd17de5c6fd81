"""Which sentences of the passages found speak to the question, best first."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import sqrt

import numpy as np

from retrieval.answers.following import stems_before
from retrieval.answers.meaning import Meanings, wanted
from retrieval.answers.questions import Asked
from retrieval.corpus.passages import Sentence
from retrieval.errors import RetrievalError
from retrieval.ports import Embedder, Vectors
from retrieval.text.tokens import tokens
from retrieval.text.wording import content_weights, function_stems, normal, shared, words
from retrieval.types import Hit, Results

logger = logging.getLogger(__name__)

# A score is meaning + COVERAGE * share of the question's weighted terms + PASSAGE * the passage's score among the
# found + FINDER * the likeness of the sentence's nearest finder. Meaning is how well the sentence meets the question's
# words, and half its cosine to the whole question (all of the cosine where an embedder gives no words). The shares lie
# on a flat part of the curve.
COVERAGE_SHARE = 0.3
PASSAGE_SHARE = 0.3
FINDER_SHARE = 0.4
WHOLE_SHARE = 0.5
# Half of a part's ranking is the whole question: a part alone has often lost its subject.
PART_SHARE = 0.5
# From this likeness on a question is the finder: what that belongs to comes first, as an answer. Of 227 questions that
# nothing answers one is as like to one as .65, of covered ones put as planners talk one in ten is.
AS_ASKED, FIRST = 0.75, 1.0
NOTE_PENALTY = 0.15
QUESTION_PENALTY = 0.1
PASSAGES_READ = 10
FINDERS_READ = 3
# Embedding 32 sentences costs about 80 ms on one core; where fewer are read, answers are missed.
SENTENCES_EMBEDDED = 32
MIN_WORDS = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted. `similarity` (cosine) is None without an embedder; all shares are 0 to 1.

    `parts` holds the score for each part of the question, in their order; `unmet` what the sentence leaves of each word
    piece of the question (of shares that sum to 1), empty where the embedder gives no words. `asked` is how alike in
    words the question is to the sentence's nearest finder, `finder` the cosine of the two, read for the very best
    passages alone; both are 0 where it has none.
    """

    hit: Hit
    position: int
    score: float
    parts: tuple[float, ...]
    similarity: float | None
    coverage: float
    unmet: tuple[float, ...] = ()
    asked: float = 0.0
    finder: float = 0.0

    @property
    def sentence(self) -> Sentence:
        """The sentence itself."""
        return self.hit.passage.sentences[self.position]

    @property
    def text(self) -> str:
        """The sentence's text."""
        return self.sentence.text


@dataclass(frozen=True, slots=True)
class _Place:
    hit: Hit
    position: int
    terms: frozenset[str]
    coverage: float
    finder: float
    as_asked: bool

    @property
    def text(self) -> str:
        return self.hit.passage.sentences[self.position].text


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the vectors say of one place: cosine to the whole query, then to each part; what it leaves of each word;
    the cosine of the query to its nearest finder."""

    cosines: Vectors
    unmet: Vectors
    finder: float

    def of(self, row: int) -> float:
        """How alike in meaning: the words met and the whole together, or the whole alone."""
        cosine = float(self.cosines[row])
        return float(1 - self.unmet.sum()) + WHOLE_SHARE * cosine if len(self.unmet) else cosine


class SentenceRanker:
    """Scores the sentences of the best passages by meaning, shared terms and the passage they stand in."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._meanings = None if embedder is None else Meanings(embedder)

    def rank(self, asked: Asked, results: Results) -> list[Candidate]:
        """Candidates of the best passages, best first; empty when nothing was found."""
        places = _places(asked, results)
        if not places:
            return []
        meanings = self._read(asked, results, places) or [None] * len(places)
        parts = [_weights_of(part, results.terms) for part in asked.parts]
        best = max(hit.score for hit in results.hits) or 1.0
        candidates = [
            _candidate(place, meaning, parts, best, asked.follow_up)
            for place, meaning in zip(places, meanings, strict=True)
        ]
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def _read(self, asked: Asked, results: Results, places: Sequence[_Place]) -> Sequence[_Meaning | None] | None:
        """The meaning of each place. None where no embedder works."""
        if self._meanings is None:
            return None
        asks = [asked.query, *asked.parts]
        finders = _finders_read(places, results)
        try:
            vectors = self._meanings.of([*asks, *(place.text for place in places), *chain(*finders)])
        except RetrievalError as error:
            logger.warning("sentences are ranked by words alone: %s", type(error).__name__)
            return None
        near = {line: one.whole for line, one in zip(chain(*finders), vectors[len(asks) + len(places) :], strict=True)}
        whole = np.stack([one.whole for one in vectors[: len(asks)]])
        words = wanted(asked.query, vectors[0], content_weights(results.terms))
        read = zip(vectors[len(asks) : len(asks) + len(places)], finders, strict=True)
        return [
            _Meaning(
                whole @ one.whole,
                words.left_by(one),
                max((float(whole[0] @ near[line]) for line in lines), default=0.0),
            )
            for one, lines in read
        ]


def _finders_read(places: Sequence[_Place], results: Results) -> list[list[str]]:
    """The finders of each place that are read by meaning: those of the best passages."""
    best = {hit.passage.passage_id for hit in results.hits[:FINDERS_READ]}
    return [
        [finder.line for finder in place.hit.finders if finder.position == place.position]
        if place.hit.passage.passage_id in best
        else []
        for place in places
    ]


def _places(asked: Asked, results: Results) -> list[_Place]:
    """The sentences worth embedding: those of the best passages that share most with the question, within the limit."""
    weights = content_weights(results.terms)
    # What is as like to the questions before a follow-up as to the whole answers those.
    earlier = stems_before(asked)
    before = {stem: weight for stem, weight in weights.items() if stem in earlier}
    found = []
    for hit in results.hits[:PASSAGES_READ]:
        for position, sentence in enumerate(hit.passage.sentences):
            if len(words(sentence.text)) >= MIN_WORDS:
                terms, finder = frozenset(tokens(sentence.text)), finder_likeness(hit, position, weights)
                as_asked = finder >= AS_ASKED and finder > finder_likeness(hit, position, before)
                found.append(_Place(hit, position, terms, shared(weights, terms), finder, as_asked))
    found.sort(key=lambda place: -(place.hit.score + max(place.coverage, place.finder)))
    return found[:SENTENCES_EMBEDDED]


def finder_likeness(hit: Hit, position: int, weights: Mapping[str, float]) -> float:
    """How alike the question and the nearest finder of a sentence are in words, 0 to 1.

    The cosine of the two as sets of stems, each weighed by its rarity; a stem that only the finder has weighs as much
    as those of the question do on average.
    """
    lines = [frozenset(tokens(finder.line)) - function_stems() for finder in hit.finders if finder.position == position]
    if not lines or not weights:
        return 0.0
    own = sum(weight * weight for weight in weights.values())
    average = own / len(weights)
    return max(
        sum(weights[stem] ** 2 for stem in line if stem in weights)
        / sqrt(own * (sum(weights[stem] ** 2 if stem in weights else average for stem in line) or 1.0))
        for line in lines
    )


def _candidate(
    place: _Place, meaning: _Meaning | None, parts: Sequence[Mapping[str, float]], best: float, follow_up: bool
) -> Candidate:
    penalty = _penalty(place)
    whole = 0.0 if meaning is None else meaning.of(0)
    each = [whole if meaning is None else meaning.of(row) for row in range(1, len(parts) + 1)]
    passage = PASSAGE_SHARE * place.hit.score / best + FINDER_SHARE * place.finder + FIRST * place.as_asked
    # The passage was found for the whole question: for one part of it, its rank says little.
    scores = tuple(
        PART_SHARE * value + (1 - PART_SHARE) * whole + COVERAGE_SHARE * shared(weights, place.terms) - penalty
        for value, weights in zip(each, parts, strict=True)
    )
    return Candidate(
        hit=place.hit,
        position=place.position,
        # In a follow-up the whole holds the question before it, and what is asked now are the parts.
        score=passage + (max(scores) if follow_up else whole + COVERAGE_SHARE * place.coverage - penalty),
        parts=scores,
        similarity=None if meaning is None else float(meaning.cosines[0]),
        coverage=place.coverage,
        unmet=() if meaning is None else tuple(meaning.unmet.tolist()),
        asked=place.finder,
        finder=0.0 if meaning is None else meaning.finder,
    )


def _weights_of(part: str, terms: Mapping[str, float]) -> dict[str, float]:
    return {term: weight for term, weight in content_weights(terms).items() if term in tokens(part)}


def _penalty(place: _Place) -> float:
    asks_itself = normal(place.text).rstrip("\"')").endswith("?")
    return NOTE_PENALTY * place.hit.passage.note + QUESTION_PENALTY * asks_itself
