"""A follow-up is searched for twice, with the question before it and alone: what both find weighs most."""

from __future__ import annotations

from dataclasses import replace

from retrieval.types import Hit, Results


def together(with_context: Results, alone: Results) -> Results:
    """The hits of both searches by the mean of their scores, as many as the longer had; a search that missed one
    gives it 0. Everything else is the first search's."""
    found: dict[str, Hit] = {}
    for hit in (*with_context.hits, *alone.hits):
        known = found.get(hit.passage.passage_id)
        score = hit.score / 2 + (known.score if known else 0.0)
        found[hit.passage.passage_id] = replace(known or hit, score=score)
    ordered = sorted(found.values(), key=lambda hit: -hit.score)
    return replace(with_context, hits=tuple(ordered[: max(len(with_context.hits), len(alone.hits))]))
