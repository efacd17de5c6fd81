"""What was found first tells what else to look for: the query's vector moves towards the first hits. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from retrieval.ports import Ranked, Vectors

# How many hits may speak, how far they move the query, and how sharply a better one outweighs a worse one.
HITS, SHARE, TEMPERATURE = 10, 0.3, 0.05


def refined(query: Vectors, found: Ranked, vectors: Mapping[str, Vectors]) -> Vectors:
    """`query` (a unit vector) moved towards the vectors of what was `found` (ids and fused scores, best first).

    Rocchio's feedback (1971) with the hits of both legs, weighed by the softmax of their scores: one clear winner
    speaks alone and stays first, hits of equal standing speak together. Hits without a vector say nothing.
    """
    known = [(vectors[id_], score) for id_, score in found[:HITS] if id_ in vectors]
    if not known:
        return query
    rows = np.stack([vector for vector, _ in known])
    scores = np.array([score for _, score in known], np.float32)
    weights = np.exp((scores - scores.max()) / TEMPERATURE)
    moved: Vectors = query + np.float32(SHARE) * (weights @ rows) / weights.sum()
    return moved / np.linalg.norm(moved)
