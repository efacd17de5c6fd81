"""An answer in the sources' own sentences: the few that speak to each part of the question, in reading order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from retrieval.answers.composing import Drafted, quoted
from retrieval.answers.questions import Asked
from retrieval.answers.sentences import Candidate
from retrieval.corpus.passages import Passage, Sentence
from retrieval.search.folding import DECISIVE, standing
from retrieval.text.wording import stands_alone, words

MAX_CLAIMS = 5
# A further sentence is kept while it scores at least this share of the best one.
KEPT_SHARE = 0.78
# The best sentence for a part, or from a second source in a comparison, may be this much weaker.
PART_KEPT_SHARE = 0.6
# Two sentences that share this much of their words say the same thing (a digest beside its original).
SAME_SHARE = 0.75
# Two sources that say the same differ in a word of thirty at most.
TWIN_RATIO = 0.96
TWIN_LENGTHS = 0.1
# A sentence that leans on the one before brings it along while both stay readable.
MAX_CLAIM_WORDS = 110


def draft(asked: Asked, ranked: Sequence[Candidate]) -> list[Drafted]:
    """Claims for a question from its ranked sentences; each claim's text is its quote, word for word.

    At most `MAX_CLAIMS`, in reading order: passages by their best sentence, sentences as they stand in the passage;
    those of a superseded source behind the others where a successor of it speaks too.
    """
    if not ranked:
        return []
    chosen: list[Candidate] = []
    for candidate in _in_order_of_need(asked, ranked):
        if len(chosen) == MAX_CLAIMS:
            break
        if not any(_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    said = [_said_by(candidate, ranked) for candidate in _reading_order(chosen, _successions(ranked))]
    return _written([best for best, _ in said], [twin for _, twin in said])


def _said_by(candidate: Candidate, ranked: Sequence[Candidate]) -> tuple[Candidate, Candidate | None]:
    """Who says this sentence, and who else does, all but word for word: the source that stands better comes first."""
    own = candidate.hit.passage.source
    others = (other for other in ranked if other.hit.passage.source.source_id != own.source_id)
    twin = next((other for other in others if _word_for_word(candidate, other)), None)
    if twin is not None and standing(twin.hit.passage.source) > standing(own):
        return twin, candidate
    return candidate, twin


def _word_for_word(one: Candidate, other: Candidate) -> bool:
    if abs(len(one.text) - len(other.text)) > TWIN_LENGTHS * len(one.text):
        return False
    mine, theirs = words(one.text), words(other.text)
    if _decisive(mine) != _decisive(theirs):
        return False
    return len(mine) == len(theirs) and SequenceMatcher(None, mine, theirs).ratio() >= TWIN_RATIO


def _decisive(said: Sequence[str]) -> list[str]:
    """What must not differ: numbers, negations, modal verbs."""
    return [word for word in said if word in DECISIVE or any(map(str.isdigit, word))]


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


def _successions(ranked: Sequence[Candidate]) -> dict[str, str | None]:
    """The successor of each source that was found."""
    return {source.source_id: source.successor for source in (candidate.hit.passage.source for candidate in ranked)}


def _reading_order(chosen: Sequence[Candidate], successions: Mapping[str, str | None]) -> list[Candidate]:
    """Passages by their best sentence, the sentences of a passage as they stand in it; a source that successors of
    it among the chosen have overtaken comes later, the oldest last."""
    best: dict[str, float] = {}
    for candidate in chosen:
        passage = candidate.hit.passage.passage_id
        best[passage] = max(candidate.score, best.get(passage, candidate.score))
    speaking = {candidate.hit.passage.source.source_id for candidate in chosen}
    return sorted(
        chosen,
        key=lambda c: (
            _overtaken(c.hit.passage.source.source_id, speaking, successions),
            -best[c.hit.passage.passage_id],
            c.hit.passage.passage_id,
            c.position,
        ),
    )


def _overtaken(source_id: str, speaking: Collection[str], successions: Mapping[str, str | None]) -> int:
    """How many of the sources that came after this one speak too."""
    after: list[str] = []
    later = successions.get(source_id)
    while later is not None and later not in (source_id, *after):
        after.append(later)
        later = successions.get(later)
    return sum(each in speaking for each in after)


def _written(chosen: Sequence[Candidate], twins: Sequence[Candidate | None]) -> list[Drafted]:
    """One claim a sentence, with its predecessor where it leans on that and no other claim holds it yet; a twin's
    sentence is one more quote of its claim."""
    taken = {(c.hit.passage.passage_id, c.position) for c in chosen}
    drafts = []
    for candidate, twin in zip(chosen, twins, strict=True):
        passage, position = candidate.hit.passage, candidate.position
        before = (passage.passage_id, position - 1)
        sentences = [passage.sentences[position]]
        if before not in taken and leans(passage, position):
            sentences.insert(0, passage.sentences[position - 1])
            taken.add(before)
        drafts.append(_claim(passage, sentences, twin))
    return drafts


def leans(passage: Passage, position: int) -> bool:
    """Whether a sentence needs the one before it to be understood, and both together stay readable."""
    if position == 0 or stands_alone(passage.sentences[position].text):
        return False
    pair = passage.sentences[position - 1].text, passage.sentences[position].text
    return sum(len(text.split()) for text in pair) <= MAX_CLAIM_WORDS


def _claim(passage: Passage, sentences: Sequence[Sentence], twin: Candidate | None) -> Drafted:
    quote = quoted(passage, sentences)
    return Drafted(quote.text, (quote,) if twin is None else (quote, quoted(twin.hit.passage, [twin.sentence])))
