"""From chosen sentences to an answer: citations numbered in order of appearance, text with its marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retrieval.corpus.passages import Passage, Sentence, Span
from retrieval.ports import Selection
from retrieval.types import Answer, Citation, Claim, Hit, Mode

NEAREST = 3
NEAREST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Quote:
    """A place in a passage: spans verbatim in their paragraphs, and the original's locator where a digest gives one."""

    passage: Passage
    spans: tuple[Span, ...]
    locator: str | None = None

    @property
    def text(self) -> str:
        """The spans joined by a space."""
        return " ".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A claim before its citations have numbers."""

    text: str
    quotes: tuple[Quote, ...]


def quoted(passage: Passage, sentences: Sequence[Sentence]) -> Quote:
    """The quote of whole sentences; the locator is the first that one of them has."""
    spans = tuple(span for sentence in sentences for span in sentence.spans)
    return Quote(passage, spans, next((s.locator for s in sentences if s.locator), None))


def written(selection: Selection) -> list[Drafted]:
    """The claims of a selection: each sentence word for word."""
    quotes = [quoted(chosen.passage, [chosen.passage.sentences[chosen.position]]) for chosen in selection.chosen]
    return [Drafted(quote.text, (quote,)) for quote in quotes]


def numbered(drafts: Iterable[Drafted]) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Claims and citations; the same place quoted twice is one citation."""
    numbers: dict[tuple[str, tuple[Span, ...]], int] = {}
    citations: list[Citation] = []
    claims: list[Claim] = []
    for draft in drafts:
        for quote in draft.quotes:
            key = (quote.passage.passage_id, quote.spans)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(cite(quote, numbers[key]))
        marks = dict.fromkeys(numbers[quote.passage.passage_id, quote.spans] for quote in draft.quotes)
        claims.append(Claim(draft.text, tuple(marks)))
    return tuple(claims), tuple(citations)


def cite(quote: Quote, n: int) -> Citation:
    """The citation of a quote, from the passage's own record."""
    passage = quote.passage
    return Citation(n, passage.passage_id, passage.source, quote.spans, passage.section, quote.locator)


def answered(question: str, drafts: Sequence[Drafted], *, note: str | None = None, model: str | None = None) -> Answer:
    """An answer of these claims; `note` stands before them as a sentence of ours."""
    claims, citations = numbered(drafts)
    lines = [f"{claim.text} {''.join(f'[{n}]' for n in claim.citations)}" for claim in claims]
    text = "\n".join([note, *lines] if note else lines)
    mode: Mode = "extractive" if model is None else "model"
    return Answer(question, "answered", text, claims, citations, mode=mode, model=model, note=note)


def related(hits: Iterable[Hit]) -> tuple[Citation, ...]:
    """The nearest passages as citations, at most `NEAREST`, each from its first sentences; body before notes."""
    ordered = sorted(hits, key=lambda hit: hit.passage.note)[:NEAREST]
    return tuple(cite(_opening(hit.passage), n) for n, hit in enumerate(ordered, 1))


def _opening(passage: Passage) -> Quote:
    """As many whole sentences from the start of a passage as `NEAREST_WORDS` allow, at least one."""
    taken: list[Sentence] = []
    length = 0
    for sentence in passage.sentences:
        length += len(sentence.text.split())
        if taken and length > NEAREST_WORDS:
            break
        taken.append(sentence)
    return quoted(passage, taken)
