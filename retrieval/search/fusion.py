"""Two ranked lists into one: normalised scores, weighted (Bruch et al. 2023, arXiv:2210.11934)."""

from __future__ import annotations

from collections.abc import Mapping

from retrieval.ports import Ranked


def normalised(ranked: Ranked, least: float | None = None) -> Mapping[str, float]:
    """Each id's score between 0 (`least`, or else the least of the list) and 1 (the greatest of the list).

    Where nothing lies between the two, every score is 1.
    """
    if not ranked:
        return {}
    scores = [score for _, score in ranked]
    floor = min(scores) if least is None else least
    span = max(scores) - floor
    return {key: (score - floor) / span if span > 0 else 1.0 for key, score in ranked}


def fuse(dense: Ranked, lexical: Ranked, dense_weight: float) -> Ranked:
    """Ids and fused scores (0 to 1), best first; an id that one list lacks scores 0 there.

    BM25 is measured from its theoretical least, 0, because that is what a passage outside the list tends to; cosines
    of texts never come near theirs, so the list's own least serves. `dense_weight` is between 0 and 1 and the lexical
    list weighs the rest; an empty list leaves the other its whole weight. Equal scores are ordered by id, so that
    the same lists always give the same order.
    """
    if not dense or not lexical:
        dense_weight = 1.0 if dense else 0.0
    one, other = normalised(dense), normalised(lexical, 0.0)
    fused = {
        key: dense_weight * one.get(key, 0.0) + (1.0 - dense_weight) * other.get(key, 0.0) for key in {*one, *other}
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))
