"""An answer in the sources' own sentences: the few that speak to each part of the question, in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.answers.composing import Drafted, quoted
from retrieval.answers.questions import Asked
from retrieval.answers.sentences import Candidate
from retrieval.answers.wording import stands_alone, words
from retrieval.types import Passage, Sentence

MAX_CLAIMS = 5
# A further sentence is kept while it scores at least this share of the best one.
KEPT_SHARE = 0.85
# The best sentence for a part, or from a second source in a comparison, may be this much weaker.
PART_KEPT_SHARE = 0.6
# Two sentences that share this much of their words say the same thing (a digest beside its original).
SAME_SHARE = 0.75
# A sentence that leans on the one before brings it along while both stay readable.
MAX_CLAIM_WORDS = 110


def draft(asked: Asked, ranked: Sequence[Candidate]) -> list[Drafted]:
    """Claims for a question from its ranked sentences; each claim's text is its quote, word for word.

    At most `MAX_CLAIMS`, in reading order: passages by their best sentence, sentences as they stand in the passage.
    """
    if not ranked:
        return []
    chosen: list[Candidate] = []
    for candidate in _in_order_of_need(asked, ranked):
        if len(chosen) == MAX_CLAIMS:
            break
        if not any(_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    return _written(_reading_order(chosen))


def _in_order_of_need(asked: Asked, ranked: Sequence[Candidate]) -> Iterator[Candidate]:
    """The best sentence, the best of each part and of a second source to compare, then whatever else is strong."""
    best = ranked[0]
    yield best
    if len(asked.parts) > 1:
        for part in range(len(asked.parts)):
            strongest = max(ranked, key=lambda candidate: candidate.parts[part])
            if strongest.parts[part] >= PART_KEPT_SHARE * max(best.parts):
                yield strongest
    if asked.compares:
        source = best.hit.passage.source.source_id
        other = next((c for c in ranked if c.hit.passage.source.source_id != source), None)
        if other is not None and other.score >= PART_KEPT_SHARE * best.score:
            yield other
    yield from (candidate for candidate in ranked if candidate.score >= KEPT_SHARE * best.score)


def _same(one: Candidate, other: Candidate) -> bool:
    if one.hit.passage.passage_id == other.hit.passage.passage_id and one.position == other.position:
        return True
    mine, theirs = set(words(one.text)), set(words(other.text))
    return len(mine & theirs) >= SAME_SHARE * len(mine | theirs)


def _reading_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Passages by their best sentence, the sentences of a passage as they stand in it."""
    best: dict[str, float] = {}
    for candidate in chosen:
        passage = candidate.hit.passage.passage_id
        best[passage] = max(candidate.score, best.get(passage, candidate.score))
    return sorted(chosen, key=lambda c: (-best[c.hit.passage.passage_id], c.hit.passage.passage_id, c.position))


def _written(chosen: Sequence[Candidate]) -> list[Drafted]:
    """One claim a sentence, with its predecessor where it leans on that and no other claim holds it yet."""
    taken = {(c.hit.passage.passage_id, c.position) for c in chosen}
    drafts = []
    for candidate in chosen:
        passage, position = candidate.hit.passage, candidate.position
        before = (passage.passage_id, position - 1)
        sentences = [passage.sentences[position]]
        if before not in taken and _leans(passage, position):
            sentences.insert(0, passage.sentences[position - 1])
            taken.add(before)
        drafts.append(_claim(passage, sentences))
    return drafts


def _leans(passage: Passage, position: int) -> bool:
    if position == 0 or stands_alone(passage.sentences[position].text):
        return False
    pair = passage.sentences[position - 1].text, passage.sentences[position].text
    return sum(len(text.split()) for text in pair) <= MAX_CLAIM_WORDS


def _claim(passage: Passage, sentences: Sequence[Sentence]) -> Drafted:
    quote = quoted(passage, sentences)
    return Drafted(quote.text, (quote,))
