"""Sentences by meaning: their vectors, those of the words in them, and how well they meet a question's words."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.ports import Embedder, TextVectors, Vectors, WordEmbedder
from retrieval.text.tokens import tokens

# A sentence of thirty pieces takes 23 kB in half precision: about 50 MB in all.
KEPT_TEXTS = 2048
_WORD = re.compile(r"\w+")


class Meanings:
    """Vectors by text, the most recently used kept. Safe to share between threads."""

    def __init__(self, embedder: Embedder, size: int = KEPT_TEXTS) -> None:
        self._embedder = embedder
        self._size = size
        self._kept: OrderedDict[str, TextVectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> list[TextVectors]:
        """One a text, in order; without pieces where the embedder gives no words. Raises what the embedder raises."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self._read(missing), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return [known[text] for text in texts]

    def _read(self, texts: Sequence[str]) -> list[TextVectors]:
        if isinstance(self._embedder, WordEmbedder):
            found = self._embedder.embed_words(texts)
            return [TextVectors(one.whole, one.pieces.astype(np.float16), one.places) for one in found]
        nothing = np.empty((0, 0), np.float16)
        return [TextVectors(whole, nothing, ()) for whole in self._embedder.embed(texts)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words that say what a question is about: a row for each of their pieces, and its share of the weight."""

    rows: Vectors
    shares: Vectors

    def left_by(self, sentence: TextVectors) -> Vectors:
        """What of each share a sentence leaves unmet: the share times the distance to the nearest of its pieces.

        One less their sum is the late-interaction score of Khattab and Zaharia 2020 (arXiv:2004.12832), weighted by
        idf.
        """
        if not len(self.rows) or not len(sentence.pieces):
            return self.shares
        left: Vectors = self.shares * (1 - (self.rows @ sentence.pieces.astype(np.float32).T).max(axis=1))
        return left


def wanted(question: str, vectors: TextVectors, weights: Mapping[str, float]) -> Wanted:
    """The content words of a question; `weights` holds those words' stems and what each weighs."""
    rows: list[int] = []
    shares: list[float] = []
    for word in _WORD.finditer(question):
        weight = max((weights[stem] for stem in tokens(word.group()) if stem in weights), default=0.0)
        pieces = [n for n, (start, end) in enumerate(vectors.places) if word.start() <= start < end <= word.end()]
        if weight and pieces:
            rows += pieces
            shares += [weight / len(pieces)] * len(pieces)
    share = np.array(shares, np.float32)
    return Wanted(vectors.pieces[rows].astype(np.float32), share / share.sum() if rows else share)
