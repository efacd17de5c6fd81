"""From chosen sentences to an answer: the same way whoever chose them, a model or the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from retrieval.answers.grouping import Said, gathered
from retrieval.answers.law import asks_for_law
from retrieval.answers.questions import Asked
from retrieval.answers.rows import rows_asked_for
from retrieval.answers.strength import BINDING, binding, strength_of
from retrieval.answers.units import Beside, Unit, alone
from retrieval.corpus.authority import kind
from retrieval.corpus.passages import Passage, Sentence, Span
from retrieval.ports import Selection
from retrieval.text.places import asked_places, keys_of, within
from retrieval.types import Answer, Citation, Claim, Hit, Part

NEAREST = 3
NEAREST_WORDS = 60
# Shown at first: this many claims, fewer where they get long; a question with parts gets one for each at least.
MOST_SHOWN, LEAST_SHOWN = 3, 1
WORDS_SHOWN = 130
LAW = (
    "This asks what the law is or whether it applies. No treaty, statute, policy or other binding text in the indexed "
    "guidance answers it, and commentary alone settles no question of law. Next step: ask your legal adviser. What was "
    "found is shown as related, and is no answer."
)


def compose(
    asked: Asked,
    selection: Selection,
    found: Sequence[Passage] = (),
    *,
    beside: Beside = alone,
    firm: int = MOST_SHOWN,
    model: str | None = None,
) -> Answer | None:
    """The answer that quotes a selection; None where nothing of it can be quoted.

    `found` are the passages that were searched, for other sources that say the same and for later editions. `firm` is
    how many of the selection stand out; what follows them is shown on request. `model` names who chose.
    """
    said = rows_asked_for(gathered(selection, found, beside), asked.query)
    if not said:
        return None
    if asks_for_law(asked.question) and not any(_is_what_is_asked_for(asked, each.unit) for each in said):
        said = sorted(said, key=lambda each: kind(each.unit.source) not in BINDING)
        if not binding([cite(each.unit, n) for n, each in enumerate(said, 1)]):
            nearest = tuple(cite(each.unit, n) for n, each in enumerate(said[:NEAREST], 1))
            return _by(model, Answer(asked.question, "abstained", LAW, nearest=nearest, reason="law"))
    claims, citations = numbered(said, shown(said, min(firm, MOST_SHOWN)))
    answered = {claim.part for claim in claims} | {chosen.part for chosen in selection.chosen}
    parts = tuple(Part(n, text, n in answered) for n, text in enumerate(asked.parts, 1))
    first = {n for claim in claims if not claim.more for n in claim.citations}
    return _by(
        model,
        Answer(
            asked.question,
            "answered",
            text_of(claims, parts),
            claims,
            citations,
            parts=parts,
            strength=strength_of([citation for citation in citations if citation.n in first]),
        ),
    )


def shown(said: Sequence[Said], most: int) -> frozenset[int]:
    """Which of the things said are shown first: the best of each part, and more while they are few and short."""
    firsts = {next(at for at, each in enumerate(said) if each.part == part) for part in {each.part for each in said}}
    chosen, length = set(firsts), sum(said[at].words for at in firsts)
    for at, each in enumerate(said):
        if at not in chosen and len(chosen) < most:
            if length + each.words > WORDS_SHOWN:
                break
            chosen.add(at)
            length += each.words
    return frozenset(chosen)


def numbered(said: Sequence[Said], first: frozenset[int]) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Claims, those shown first in front, and their citations, numbered in order of appearance."""
    citations: list[Citation] = []
    claims: list[Claim] = []
    for at in sorted(range(len(said)), key=lambda at: at not in first):
        start = len(citations) + 1
        units = (said[at].unit, *said[at].also)
        citations += [cite(unit, n) for n, unit in enumerate(units, start)]
        numbers = tuple(range(start, len(citations) + 1))
        claims.append(Claim(units[0].text, numbers, said[at].part, more=at not in first))
    return tuple(claims), tuple(citations)


def cite(unit: Unit, n: int) -> Citation:
    """The citation of a unit, from the passage's own record."""
    passage = unit.passage
    return Citation(
        n,
        passage.passage_id,
        passage.source,
        unit.spans,
        section=passage.section,
        source_locator=unit.locator,
        locator=unit.place,
        holder=unit.holder,
        as_of=unit.as_of,
    )


def text_of(claims: Iterable[Claim], parts: Sequence[Part]) -> str:
    """The claims shown first with their marks, and the parts of the question that nothing here answers."""
    lines = [f"{claim.text} {''.join(f'[{n}]' for n in claim.citations)}" for claim in claims if not claim.more]
    lines += [f"Not found here: {part.text}" for part in parts if not part.covered]
    return "\n".join(lines)


def related(hits: Iterable[Hit]) -> tuple[Citation, ...]:
    """The nearest passages as citations, at most `NEAREST`, each from its first sentences; body before notes."""
    ordered = sorted(hits, key=lambda hit: hit.passage.note)[:NEAREST]
    return tuple(_opening(hit.passage, n) for n, hit in enumerate(ordered, 1))


def _opening(passage: Passage, n: int) -> Citation:
    """As many whole sentences from the start of a passage as `NEAREST_WORDS` allow, at least one."""
    taken: list[Sentence] = []
    length = 0
    for sentence in passage.sentences:
        length += len(sentence.text.split())
        if taken and length > NEAREST_WORDS:
            break
        taken.append(sentence)
    spans: tuple[Span, ...] = tuple(span for sentence in taken for span in sentence.spans)
    locator = next((sentence.locator for sentence in taken if sentence.locator), None)
    place = next((sentence.place for sentence in taken if sentence.place), None)
    return Citation(n, passage.passage_id, passage.source, spans, passage.section, locator, place)


def _is_what_is_asked_for(asked: Asked, unit: Unit) -> bool:
    """Whether the quote is the very article that is asked for, of a text that does not say what kind it is."""
    keys = keys_of(unit.place or "") if unit.source.authority is None and unit.source.kind == "source" else ()
    return any(within(place.key, keys) for place in asked_places(asked.question))


def _by(model: str | None, answer: Answer) -> Answer:
    return answer if model is None else replace(answer, mode="model", model=model)
