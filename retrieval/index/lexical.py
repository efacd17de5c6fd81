"""BM25 over stemmed words: bm25s and PyStemmer, kept in a generation's folder. The only file that knows them.

Lucene's variant (Kamphuis et al. 2020): idf(t) = ln(1 + (N - df + .5) / (df + .5)). A word counts by its stem, and by
half as much again where the passage has it in the very form of the query.
"""

from __future__ import annotations

import json
import logging
import math
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IndexDamaged, IndexGone
from retrieval.index.postings import Postings
from retrieval.ports import Alternative, Ranked, Rows
from retrieval.text.tokens import exact_forms, search_words, stems, tokens, words_of

# Passages are of bounded length, so length tells less about them than about whole documents (.75), and a word that
# comes back in one tells less than in a book (1.5). Nine collections score within .003 of each other from .4 to .75.
K1, B = 0.9, 0.6
EXACT_WEIGHT = 0.5
IDS, COUNTS = "ids.json", "counts.npy"
# The index of the passages alone, which evidence is weighed by, that of passages with their finders, that of places.
PLAIN, FINDERS, PLACES = "lexical", "finders", "places"
_NO_WORD = ""


class Bm25Index:
    """BM25 over one sealed generation; the arrays are mapped from disk and shared between processes."""

    def __init__(self, index: Any, ids: Sequence[str], folder: Path) -> None:
        self._index = index
        self._ids = ids
        self._folder = folder
        self._starts: NDArray[np.int32] = index.scores["indptr"]

    @classmethod
    def build(cls, folder: Path, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Write an index of `texts` into `folder`; a text without a single word is counted and never found."""
        vocabulary = {_NO_WORD: 0}
        passages = _numbered(texts, vocabulary) or [[vocabulary[_NO_WORD]]]
        _write(folder, Postings.of(passages, len(vocabulary)), vocabulary, ids)

    @classmethod
    def derive(
        cls, before: Path, folder: Path, kept: Container[str], added: Sequence[str], texts: Sequence[str]
    ) -> list[str]:
        """Write into `folder` the index `before` with only the passages `kept`, then those `added`; their ids in order.

        Raises IndexGone, IndexDamaged.
        """
        with _lexical_errors():
            index = _bm25s().BM25.load(before, mmap=True)
            ids: list[str] = json.loads((before / IDS).read_text())
            counts = np.load(before / COUNTS)
        stays = np.fromiter((id_ in kept for id_ in ids), np.bool_, len(ids))
        if not stays.any():
            cls.build(folder, added, texts)
            return list(added)
        vocabulary = index.vocab_dict
        scores = index.scores
        postings = Postings(np.asarray(scores["indptr"]), np.asarray(scores["indices"]), counts, len(ids))
        remaining = [id_ for id_, stay in zip(ids, stays, strict=True) if stay] + list(added)
        passages = _numbered(texts, vocabulary)
        _write(folder, postings.changed(stays, passages, len(vocabulary)), vocabulary, remaining)
        return remaining

    @classmethod
    def open(cls, folder: Path) -> Bm25Index:
        """The index in `folder`. Raises IndexGone, IndexDamaged."""
        with _lexical_errors():
            return cls(_bm25s().BM25.load(folder, mmap=True), json.loads((folder / IDS).read_text()), folder)

    @property
    def ids(self) -> Sequence[str]:
        """The passages, by row."""
        return self._ids

    def search(
        self, query: str, k: int, within: Rows | None = None, alternatives: Sequence[Alternative] = ()
    ) -> Ranked:
        """As the port says."""
        scores = self._earning(query, alternatives)
        if within is not None:
            scores *= within
        return [(self._ids[row], float(scores[row])) for row in _largest(scores, k)]

    def earned(self, query: str, ids: Sequence[str], alternatives: Sequence[Alternative] = ()) -> Mapping[str, float]:
        """The score of each of these passages that shares a term with the query."""
        scores = self._earning(query, alternatives)
        return {
            id_: float(scores[row]) for id_ in ids if (row := self._row_of.get(id_)) is not None and scores[row] > 0
        }

    def terms(self, query: str, within: Rows | None = None) -> Mapping[str, float]:
        """As the port says: a text that a reader may not see tells them nothing. A term unknown here has df = 0."""
        return {term: self._idf(term, within) for term in dict.fromkeys(tokens(query))}

    def rows(self, word: str) -> NDArray[np.int32]:
        """As the port says."""
        return self._rows(*exact_forms([word]))

    def count(self) -> int:
        """How many passages there are."""
        return len(self._ids)

    def due(self, query: str, text: str) -> float:
        """What a passage of `text` scores for `query` by the formula, whatever is stored of it. Raises IndexDamaged."""
        words, asked = words_of(text), search_words(query)
        held = Counter((*stems(words), *exact_forms(words)))
        norm = K1 * (1 - B + B * held.total() / self._mean_length)
        weights = [(token, 1.0) for token in stems(asked)] + [(token, EXACT_WEIGHT) for token in exact_forms(asked)]
        earned = (weight * self._idf(token) * held[token] / (held[token] + norm) for token, weight in weights)
        return sum(earned) / (1.0 + EXACT_WEIGHT)

    @cached_property
    def _mean_length(self) -> float:
        with _lexical_errors():
            return max(1.0, float(np.load(self._folder / COUNTS).sum()) / max(1, len(self._ids)))

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {id_: row for row, id_ in enumerate(self._ids)}

    def _earning(self, query: str, alternatives: Sequence[Alternative]) -> NDArray[np.float32]:
        """The score of every passage for a query and other forms of its words, by row."""
        scores = self._scores(search_words(query))
        for alternative in alternatives:
            scores += self._gain(alternative)
        return scores

    def _scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The score of every passage for `words`, by row: plain BM25 where it has all of them in this form."""
        scores: NDArray[np.float32] = np.zeros(self._index.scores["num_docs"], np.float32)
        for tokens_, weight in ((stems(words), 1.0), (exact_forms(words), EXACT_WEIGHT)):
            known = self._index.get_tokens_ids(tokens_)
            if known:
                scores += np.float32(weight / (1.0 + EXACT_WEIGHT)) * self._index.get_scores_from_ids(known)
        return scores

    def _gain(self, alternative: Alternative) -> NDArray[np.float32]:
        """What passages earn by other forms of some words beyond what these earn them, by row."""
        own, words = self._scores(words_of(alternative.words)), words_of(alternative.words)
        best = np.zeros_like(own)
        for form in alternative.forms:
            other = words_of(form)
            worth, most = self._worth(other), self._worth(words)
            if worth > 0 and other:
                whole = self._having_all(other)
                best = np.maximum(best, whole * self._scores(other) * np.float32(min(1.0, most / worth)))
        gain: NDArray[np.float32] = np.maximum(np.float32(alternative.weight) * best - own, np.float32(0))
        return gain

    def _having_all(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Which passages have every one of `words`, in whatever form, by row."""
        having = np.ones(self._index.scores["num_docs"], np.bool_)
        for stem in set(stems(words)):
            found = self._index.get_tokens_ids([stem])
            having &= self._index.get_scores_from_ids(found) > 0 if found else False
        return having

    def _worth(self, words: Sequence[str]) -> float:
        return sum(self._idf(stem) for stem in stems(words))

    def _idf(self, term: str, within: Rows | None = None) -> float:
        rows = self._rows(term)
        having = len(rows) if within is None else int(within[rows].sum())
        passages = len(self._ids) if within is None else int(within.sum())
        return math.log1p((passages - having + 0.5) / (having + 0.5))

    def _rows(self, term: str) -> NDArray[np.int32]:
        """The rows that have `term`."""
        token = self._index.vocab_dict.get(term)
        start, end = (0, 0) if token is None else (int(self._starts[token]), int(self._starts[token + 1]))
        rows: NDArray[np.int32] = self._index.scores["indices"][start:end]
        return rows


class FinderIndex(Bm25Index):
    """Finds passages by their own words and by those of their finders. What it tells of a query's terms, and what a
    passage earns, is of the passages' own words alone."""

    def __init__(self, plain: Bm25Index, found: Bm25Index) -> None:
        super().__init__(plain._index, plain.ids, plain._folder)
        row_of = {id_: row for row, id_ in enumerate(plain.ids)}
        self._found, self._place = found, np.fromiter((row_of[id_] for id_ in found.ids), np.intp, found.count())

    def search(
        self, query: str, k: int, within: Rows | None = None, alternatives: Sequence[Alternative] = ()
    ) -> Ranked:
        """As the port says, by the passages' words and their finders' together."""
        return self._found.search(query, k, None if within is None else within[self._place], alternatives)


def with_lines(text: str, lines: Sequence[str]) -> str:
    """What is searched of a passage: its indexed text and the lines of its finders."""
    return "\n".join((text, *lines))


def open_lexical(folder: Path) -> tuple[Bm25Index, Bm25Index, Bm25Index | None]:
    """In a generation's folder, the index of the passages alone, that of their places, and the one with finders where
    it has any."""
    found = Bm25Index.open(folder / FINDERS) if (folder / FINDERS).exists() else None
    return Bm25Index.open(folder / PLAIN), Bm25Index.open(folder / PLACES), found


def _largest(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Rows of the `k` largest scores above zero, best first, the earlier row first among equals."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        rows = rows[np.argpartition(-scores[rows], k - 1)[:k]]
    return rows[np.lexsort((rows, -scores[rows]))]


def _numbered(texts: Sequence[str], vocabulary: dict[str, int]) -> list[list[int]]:
    """The tokens of each text as numbers; tokens new to `vocabulary` join it."""
    numbered = []
    for text in texts:
        words = words_of(text)
        found = [vocabulary.setdefault(token, len(vocabulary)) for token in (*stems(words), *exact_forms(words))]
        numbered.append(found or [vocabulary[_NO_WORD]])
    return numbered


def _write(folder: Path, postings: Postings, vocabulary: dict[str, int], ids: Sequence[str]) -> None:
    index = _bm25s().BM25(method="lucene", k1=K1, b=B)
    index.vocab_dict, index.nonoccurrence_array = vocabulary, None
    index.scores = {
        "data": postings.scores(K1, B),
        "indices": postings.rows,
        "indptr": postings.starts,
        "num_docs": postings.passages,
    }
    folder.mkdir(parents=True, exist_ok=True)
    index.save(folder, show_progress=False)
    np.save(folder / COUNTS, postings.counts)
    (folder / IDS).write_text(json.dumps(list(ids)))


@contextmanager
def _lexical_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise IndexGone from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The lexical index failed ({type(error).__name__}).") from error


def _bm25s() -> Any:
    import bm25s

    # It sets its logger to DEBUG, past whatever level the program was given.
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s
