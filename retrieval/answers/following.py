"""A follow-up: searched for with the question before it and alone, and held to the words that it adds to that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from retrieval.answers.questions import Asked, points_back
from retrieval.text.tokens import tokens
from retrieval.text.wording import content_weights
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


def stems_before(asked: Asked) -> set[str]:
    """The stems of the questions that a follow-up leans on; none for any other question."""
    return set(Counter(tokens(asked.query)) - Counter(tokens(" ".join(asked.parts)))) if asked.follow_up else set()


def added_not_found(asked: Asked, results: Results) -> Mapping[str, float]:
    """The content words that a follow-up adds to the question before it, where not one of them occurs in what was
    found: stems and their weights. Empty where one does, where it adds none, and for any other question.

    A follow-up that points back keeps to the subject, whatever it is put in; "what about" may name another.
    """
    asks = " ".join(asked.parts)
    if not asked.follow_up or points_back(asks):
        return {}
    said = set(tokens(asks)) - stems_before(asked)
    added = {term: weight for term, weight in content_weights(results.terms).items() if term in said}
    known = {term for hit in results.hits for term in tokens(hit.passage.indexed_text)}
    return added if known.isdisjoint(added) else {}
