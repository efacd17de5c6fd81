"""BM25 over stemmed words: bm25s and PyStemmer, kept in a generation's folder. The only file that knows them.

Lucene's variant (k1 1.5, b .75; Kamphuis et al. 2020): idf(t) = ln(1 + (N - df + .5) / (df + .5)).
"""

from __future__ import annotations

import json
import logging
import math
import re
import threading
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IndexDamaged, IndexGone
from retrieval.index.postings import Postings

K1, B = 1.5, 0.75
IDS, COUNTS = "ids.json", "counts.npy"
_NO_WORD = ""
_WORD = re.compile(r"(?u)\b\w\w+\b")
# Lucene's English stop words.
STOP_WORDS = frozenset(
    (  # noqa: SIM905 - thirty-three lines of one word each say no more
        "a an and are as at be but by for if in into is it no not of on or such that the their then there these they"
        " this to was will with"
    ).split()
)
_local = threading.local()


def tokens(text: str) -> list[str]:
    """The stemmed words of `text` in order: lower case, two characters or more, English stop words left out."""
    words = [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]
    stemmed: list[str] = _stemmer().stemWords(words)
    return stemmed


class Bm25Index:
    """BM25 over one sealed generation; the arrays are mapped from disk and shared between processes."""

    def __init__(self, index: Any, ids: Sequence[str]) -> None:
        self._index = index
        self._ids = ids
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
            return cls(_bm25s().BM25.load(folder, mmap=True), json.loads((folder / IDS).read_text()))

    def search(self, query: str, k: int) -> list[tuple[str, float]]:
        """Passage ids and scores, best first; passages that share no term with the query are left out."""
        known = self._index.get_tokens_ids(tokens(query))
        if not known:
            return []
        scores = self._index.get_scores_from_ids(known)
        return [(self._ids[row], float(scores[row])) for row in _largest(scores, k)]

    def terms(self, query: str) -> Mapping[str, float]:
        """Each stemmed query term and its inverse document frequency; a term unknown here has that of df = 0."""
        return {term: self._idf(term) for term in dict.fromkeys(tokens(query))}

    def count(self) -> int:
        """How many passages there are."""
        return len(self._ids)

    def _idf(self, term: str) -> float:
        token = self._index.vocab_dict.get(term)
        having = 0 if token is None else int(self._starts[token + 1]) - int(self._starts[token])
        return math.log1p((len(self._ids) - having + 0.5) / (having + 0.5))


def _largest(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Rows of the `k` largest scores above zero, best first, the earlier row first among equals."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        rows = rows[np.argpartition(-scores[rows], k - 1)[:k]]
    return rows[np.lexsort((rows, -scores[rows]))]


def _numbered(texts: Sequence[str], vocabulary: dict[str, int]) -> list[list[int]]:
    """The tokens of each text as numbers; tokens new to `vocabulary` join it."""
    return [
        [vocabulary.setdefault(token, len(vocabulary)) for token in tokens(text)] or [vocabulary[_NO_WORD]]
        for text in texts
    ]


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


def _stemmer() -> Any:
    # A stemmer keeps a buffer of its own while it works, so every thread has one.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer
