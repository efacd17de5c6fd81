"""A superseded passage yields to its successor: where both say nearly the same, the later text comes first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.corpus.passages import Passage, Source
from retrieval.text.tokens import tokens
from retrieval.types import Hit

# Share of the shorter passage's words that the other has too: edits leave more, another subject leaves less.
ALIKE = 0.6


def yield_to_successors(hits: Sequence[Hit]) -> list[Hit]:
    """`hits` (best first) in a new order: each superseded one stands right behind the best hit of its successor that
    says nearly the same, where that stood behind it. The others keep their order.
    """
    words = {hit.passage.passage_id: frozenset(tokens(hit.passage.text)) for hit in _concerned(hits)}
    behind: dict[str, list[Hit]] = {}
    for place, hit in enumerate(hits):
        later = next((other for other in hits[place + 1 :] if _replaces(other.passage, hit.passage, words)), None)
        if later is not None:
            behind.setdefault(later.passage.passage_id, []).append(hit)
    waiting = {hit.passage.passage_id for held in behind.values() for hit in held}
    ordered: list[Hit] = []
    for hit in hits:
        if hit.passage.passage_id not in waiting:
            ordered += _with_followers(hit, behind)
    return ordered


def overtaken(texts: Sequence[tuple[Source, str]]) -> set[int]:
    """Which of `texts`, given with their sources, are superseded by another of them that says nearly the same."""
    successors = {source.successor for source, _ in texts} - {None}
    later = [(source.source_id, frozenset(tokens(text))) for source, text in texts if source.source_id in successors]
    found: set[int] = set()
    for place, (source, text) in enumerate(texts):
        if source.successor is not None:
            words = frozenset(tokens(text))
            if any(id_ == source.successor and _alike(words, others) for id_, others in later):
                found.add(place)
    return found


def _with_followers(hit: Hit, behind: dict[str, list[Hit]]) -> list[Hit]:
    return [
        hit,
        *(follower for held in behind.get(hit.passage.passage_id, ()) for follower in _with_followers(held, behind)),
    ]


def _concerned(hits: Sequence[Hit]) -> list[Hit]:
    """Hits of superseded sources and of those that replace them; usually there are none, and nothing is compared."""
    successors = {hit.passage.source.successor for hit in hits} - {None}
    return [hit for hit in hits if hit.passage.source.successor or hit.passage.source.source_id in successors]


def _replaces(later: Passage, earlier: Passage, words: dict[str, frozenset[str]]) -> bool:
    if earlier.source.successor is None or earlier.source.successor != later.source.source_id:
        return False
    return _alike(words[later.passage_id], words[earlier.passage_id])


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * max(1, min(len(one), len(other)))
