"""A long query by its sentences: the model was trained on short texts and reads 256 word pieces. Pure."""

from __future__ import annotations

import re

import numpy as np

from retrieval.ports import Vectors

LEAST_WORDS, MOST_SENTENCES = 4, 16
_END = re.compile(r"(?<=[.!?])\s+")


def parts(query: str) -> list[str]:
    """The query, and its sentences where it has several: those of four words or more, at most 16."""
    sentences = [sentence for sentence in _END.split(query) if len(sentence.split()) >= LEAST_WORDS]
    return [query, *sentences[:MOST_SENTENCES]] if len(sentences) > 1 else [query]


def joined(vectors: Vectors) -> Vectors:
    """One unit vector from those of `parts`: the whole and the mean of its sentences count the same."""
    if len(vectors) == 1:
        whole: Vectors = vectors[0]
        return whole
    both: Vectors = vectors[0] + vectors[1:].mean(axis=0)
    return both / np.linalg.norm(both)
