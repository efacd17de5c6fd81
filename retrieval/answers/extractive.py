"""The program's own choice of sentences: the few that speak to each part of the question, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.answers.questions import Asked
from retrieval.answers.sentences import Candidate
from retrieval.ports import Selected, Selection

MOST_CHOSEN = 6
# A further sentence is shown on request while it scores at least this share of the best one, and at once while it
# scores this share.
KEPT_SHARE = 0.72
FIRM_SHARE = 0.8
# The best sentence for a part, or from a second source in a comparison, may be this much weaker.
PART_KEPT_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, best first, and how many of it stand out from the rest."""

    selection: Selection
    firm: int


def choose(asked: Asked, ranked: Sequence[Candidate], unanswered: frozenset[int] = frozenset()) -> Choice:
    """The sentences to quote, of the ranked ones: the best, the best of each part, then whatever else is strong.

    For the `unanswered` parts of the question (from 1) nothing is chosen.
    """
    chosen: dict[tuple[str, int], Selected] = {}
    firm = 0
    for candidate, part, needed in _in_order_of_need(asked, ranked, unanswered):
        place = candidate.hit.passage.passage_id, candidate.position
        if place in chosen or len(chosen) == MOST_CHOSEN:
            continue
        chosen[place] = Selected(part, candidate.hit.passage, candidate.position)
        firm += needed or candidate.score >= FIRM_SHARE * ranked[0].score
    return Choice(Selection(tuple(chosen.values())), firm)


def _in_order_of_need(
    asked: Asked, ranked: Sequence[Candidate], unanswered: frozenset[int]
) -> Iterator[tuple[Candidate, int, bool]]:
    """Each candidate with the part it answers, and whether the question cannot do without it."""
    if not ranked:
        return
    best = ranked[0]
    answered = [part for part in range(len(asked.parts)) if part + 1 not in unanswered]
    yield best, _part(best, answered), True
    if len(answered) > 1:
        for part in answered:
            strongest = max(ranked, key=lambda candidate: candidate.parts[part])
            if strongest.parts[part] >= PART_KEPT_SHARE * max(best.parts):
                yield strongest, part + 1, True
    if asked.compares:
        source = best.hit.passage.source.source_id
        other = next((c for c in ranked if c.hit.passage.source.source_id != source), None)
        if other is not None and other.score >= PART_KEPT_SHARE * best.score:
            yield other, _part(other, answered), True
    strong = [candidate for candidate in ranked if candidate.score >= KEPT_SHARE * best.score]
    # What stands in the paragraph that answers best goes on about the matter; other places mostly do not.
    near = [candidate for candidate in strong if _paragraph(candidate) == _paragraph(best)]
    yield from ((candidate, _part(candidate, answered), True) for candidate in near)
    yield from ((candidate, _part(candidate, answered), False) for candidate in strong if candidate not in near)


def _part(candidate: Candidate, parts: Sequence[int]) -> int:
    """Which of these parts of the question (from 0) a sentence answers best, from 1."""
    return max(parts, key=candidate.parts.__getitem__) + 1


def _paragraph(candidate: Candidate) -> tuple[str, int | None]:
    """Where a sentence begins; without paragraphs, its passage stands for that."""
    return candidate.hit.passage.passage_id, candidate.sentence.spans[0].paragraph
