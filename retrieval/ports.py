"""The seams of retrieval: what can be swapped, and what each side may rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus.passages import Passage
from retrieval.types import Offer

Vectors = NDArray[np.float32]
# Flags of passages, by their rows in the lexical index.
Rows = NDArray[np.bool_]
# Passage ids with their scores, best first.
Ranked = list[tuple[str, float]]


class Clock(Protocol):
    """The time, as an argument. Always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current moment in UTC."""
        return datetime.now(UTC)


class Embedder(Protocol):
    """Texts to unit vectors. `recipe` names model, weights hash and preparation: vectors of two recipes never mix."""

    @property
    def recipe(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One float32 row of unit length a text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class TextVectors:
    """A text by meaning: its unit vector, a unit row for each piece of a word in its context, and where in the text
    each piece stands (start, end)."""

    whole: Vectors
    pieces: NDArray[np.floating[Any]]
    places: tuple[tuple[int, int], ...]


@runtime_checkable
class WordEmbedder(Protocol):
    """What an embedder may be besides: one that gives the words of a text, not only the text."""

    def embed_words(self, texts: Sequence[str]) -> list[TextVectors]:
        """One a text, in order; `whole` is what `embed` gives."""
        ...


class VectorIndex(Protocol):
    """Nearest neighbours by cosine, over one sealed generation."""

    def search(self, vector: Vectors, k: int) -> Ranked:
        """Passage ids and cosines, best first."""
        ...

    def count(self) -> int: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words of a query and other forms that mean the same; `weight` is what a form counts for beside the words (1)."""

    words: str
    forms: tuple[str, ...]
    weight: float = 1.0


class LexicalIndex(Protocol):
    """BM25 over one sealed generation."""

    @property
    def ids(self) -> Sequence[str]:
        """The passages, by row."""
        ...

    def search(
        self, query: str, k: int, within: Rows | None = None, alternatives: Sequence[Alternative] = ()
    ) -> Ranked:
        """Passage ids and scores, best first; passages that share no term with the query are left out.

        `within` flags the rows to search. A passage that has an alternative to words of the query gets what they
        would have earned there, and not more than they are worth themselves.
        """
        ...

    def rows(self, word: str) -> NDArray[np.int32]:
        """The rows of every passage that has a word in this form."""
        ...

    def terms(self, query: str, within: Rows | None = None) -> Mapping[str, float]:
        """Each stemmed query term and its inverse document frequency, among the rows that `within` flags."""
        ...

    def earned(self, query: str, ids: Sequence[str], alternatives: Sequence[Alternative] = ()) -> Mapping[str, float]:
        """The score of each of these passages that shares a term with the query, by its own words alone."""
        ...

    def count(self) -> int: ...


class Pointer(Protocol):
    """Where a request belongs that is no question to the guidance, and what an answer may offer beside it. Implemented
    by the bot on its registry of actions and its checklists."""

    def point(self, question: str) -> Sequence[Offer]:
        """Where a request for a checklist, the register, the sources, the help or an action leads, best first; empty
        for what is to be searched."""
        ...

    def offer(self, question: str, passages: Sequence[Passage]) -> Offer | None:
        """The one thing to offer under an answer that quotes `passages`, or under none at all: the checklist for it."""
        ...


@dataclass(frozen=True, slots=True)
class Selected:
    """A sentence chosen to be quoted: the part of the question it answers (from 1), its passage and position there."""

    part: int
    passage: Passage
    position: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen for a question, best first in each part. Nothing chosen: the passages do not answer it."""

    chosen: tuple[Selected, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a selector chose nothing usable: a named outcome, and what the reader is told (None: nothing)."""

    outcome: str
    note: str | None
