"""How often each token occurs in each passage, by token: what BM25 scores are computed from. Pure arrays.

A generation that differs by a few passages from the one before takes over its postings: nothing is tokenised again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

# Passages counted at once: what sorting them takes stays below 100 MB.
BLOCK = 10_000
MOST = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True)
class Postings:
    """Compressed columns: the entries of token t are `starts[t]:starts[t + 1]`, each a passage's row in `rows` (rising)
    and how often it has the token in `counts` (more than 65,535 times count as that many).
    """

    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    passages: int

    @classmethod
    def of(cls, passages: Sequence[Sequence[int]], vocabulary: int) -> Postings:
        """The postings of passages given as token numbers below `vocabulary`."""
        blocks = [_block(passages[first : first + BLOCK], first) for first in range(0, len(passages), BLOCK)]
        if not blocks:
            empty = np.zeros(0, np.int32)
            return cls(np.zeros(vocabulary + 1, np.int32), empty, empty.astype(np.uint16), 0)
        tokens, rows, counts = zip(*blocks, strict=True)
        joined = np.concatenate(tokens), np.concatenate(rows), np.concatenate(counts)
        return _compressed(*joined, vocabulary, len(passages))

    def changed(self, kept: NDArray[np.bool_], added: Sequence[Sequence[int]], vocabulary: int) -> Postings:
        """The postings of the passages `kept` (one flag a row) in their order, then of those `added`."""
        place = np.cumsum(kept, dtype=np.int32) - 1
        stays = kept[self.rows]
        tokens = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))[stays]
        remaining = int(kept.sum())
        new = Postings.of(added, vocabulary)
        new_tokens = np.repeat(np.arange(vocabulary, dtype=np.int32), np.diff(new.starts))
        return _compressed(
            np.concatenate([tokens, new_tokens]),
            np.concatenate([place[self.rows[stays]], new.rows + np.int32(remaining)]),
            np.concatenate([self.counts[stays], new.counts]),
            vocabulary,
            remaining + len(added),
        )

    def scores(self, k1: float, b: float) -> NDArray[np.float32]:
        """The BM25 score of each entry: Lucene's variant, idf(t) tf / (tf + k1 (1 - b + b length / mean length))."""
        having = np.diff(self.starts)
        idf = np.log1p((self.passages - having + 0.5) / (having + 0.5))
        lengths = np.bincount(self.rows, self.counts, self.passages)
        norms = (k1 * (1 - b + b * lengths / lengths.mean())).astype(np.float32) if self.passages else lengths
        counts = self.counts.astype(np.float32)
        saturated = counts / (counts + norms[self.rows])
        return (saturated * np.repeat(idf.astype(np.float32), having)).astype(np.float32)


def _block(
    passages: Sequence[Sequence[int]], first: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint16]]:
    """Token, row and count of each entry of some passages."""
    lengths = [len(passage) for passage in passages]
    tokens = np.fromiter(chain.from_iterable(passages), np.int64, sum(lengths))
    keys = tokens * len(passages) + np.repeat(np.arange(len(passages)), lengths)
    found, counts = np.unique(keys, return_counts=True)
    rows = found % len(passages) + first
    return (found // len(passages)).astype(np.int32), rows.astype(np.int32), counts.clip(max=MOST).astype(np.uint16)


def _compressed(
    tokens: NDArray[np.int32], rows: NDArray[np.int32], counts: NDArray[np.uint16], vocabulary: int, passages: int
) -> Postings:
    # Rows rise within a token already, and a stable sort merges runs that are in order.
    order = np.argsort(tokens, kind="stable")
    starts = np.zeros(vocabulary + 1, np.int32)
    np.cumsum(np.bincount(tokens, minlength=vocabulary), out=starts[1:])
    return Postings(starts, rows[order], counts[order], passages)
