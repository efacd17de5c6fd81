"""Holds a model's claims to the passages they cite; what does not stand up is named and goes no further."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from retrieval.answers.composing import Drafted, Quote, quoted
from retrieval.answers.extractive import leans
from retrieval.documents import Passage, Sentence, Source, Span
from retrieval.model.agreement import disagreement
from retrieval.model.quoting import locate

MAX_CLAIM_CHARACTERS = 700
# A claim quoted instead is at most this long, in words: beyond, a reader is better served without it.
MAX_QUOTED_WORDS = 110
_LINK = re.compile(
    r"https?:|www\.|ftp:|mailto:|//|\]\(|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|int|gov|mil|io|info|edu|eu|uk|de|fr|ru|cn|"
    r"co|me|app|dev|xyz|zip|link|ai|biz|tk|site|online)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    "[<>|{}]|@(?:here|channel|everyone)|[\u0000-\u0008\u000b-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
# Emphasis is dropped, not punished: sources have it too.
_EMPHASIS = re.compile(r"[*`~]|__")
_COMMENTARY = "commentary"


class CitedQuote(BaseModel):
    """Where a claim rests: a passage by its id in this request, and words copied from it."""

    model_config = ConfigDict(extra="ignore")
    passage: str = Field(description="id of a passage, such as S1")
    quote: str = Field(description="text copied from that passage character for character")


class Stated(BaseModel):
    """One statement of a model and where it rests."""

    model_config = ConfigDict(extra="ignore")
    text: str = Field(description="one short statement")
    citations: list[CitedQuote]


class Claims(BaseModel):
    """A model's reply: whether the passages cover the question, and the claims they support."""

    model_config = ConfigDict(extra="ignore")
    covered: bool
    claims: list[Stated] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A claim that does not stand up, and why; `quotes` are those of its own that stand in their passages."""

    text: str
    reason: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The claims that stand up, in order, and those that do not."""

    kept: tuple[Drafted, ...]
    dropped: tuple[Dropped, ...]


def check(claims: Sequence[Stated], passages: Mapping[str, Passage]) -> Checked:
    """Hold every claim to the passages by their ids in the request."""
    kept: list[Drafted] = []
    dropped: list[Dropped] = []
    for claim in claims:
        outcome = _check(claim, passages)
        if isinstance(outcome, Dropped):
            dropped.append(outcome)
        elif outcome.text not in {other.text for other in kept}:
            kept.append(outcome)
    return Checked(tuple(kept), tuple(dropped))


def quoted_instead(dropped: Sequence[Dropped], kept: Sequence[Drafted]) -> list[Drafted]:
    """What dropped claims point to, in the sources' own sentences, as far as no claim kept rests on it already.

    A paraphrase may be sound and yet beyond what can be checked: its reader gets the text itself, and loses nothing.
    """
    told = {sentence for draft in kept for quote in draft.quotes for sentence in _sentences(quote)}
    instead: list[Drafted] = []
    for quote in dict.fromkeys(quote for claim in dropped for quote in claim.quotes):
        sentences = _sentences(quote)
        words = sum(len(sentence.text.split()) for sentence in sentences)
        if sentences and told.isdisjoint(sentences) and words <= MAX_QUOTED_WORDS:
            told.update(sentences)
            instead.append(_itself(quote))
    return instead


def _itself(quote: Quote) -> Drafted:
    """The whole sentences of a quote as a claim of their own, marked as quoted, with what the first one leans on."""
    passage, sentences = quote.passage, _sentences(quote)
    first = passage.sentences.index(sentences[0])
    whole = quoted(passage, [passage.sentences[first - 1], *sentences] if leans(passage, first) else sentences)
    return Drafted(_as_view(f"“{whole.text}”", [whole]), (whole,))


def _check(claim: Stated, passages: Mapping[str, Passage]) -> Drafted | Dropped:
    text = " ".join(_EMPHASIS.sub("", claim.text).split())
    if not text or len(text) > MAX_CLAIM_CHARACTERS:
        return Dropped(text[:MAX_CLAIM_CHARACTERS], "it is empty or too long")
    if _LINK.search(text) or _MARKUP.search(text):
        return Dropped(text, "it holds a link or markup")
    quotes: list[Quote] = []
    faults: list[str] = []
    for citation in claim.citations:
        found = _find(citation, passages)
        if isinstance(found, str):
            faults.append(found)
        else:
            quotes.append(found)
    if not quotes:
        return Dropped(text, "; ".join(faults) or "it cites nothing")
    resting = tuple(dict.fromkeys(quotes))
    if text in {_itself(quote).text for quote in resting if _sentences(quote)}:
        return Drafted(text, resting)
    around = " ".join(dict.fromkeys(quote.passage.text for quote in quotes))
    # A quote may be cut so that a condition, a "not" or whose view it is falls outside: its whole sentences are asked.
    bare, whole = [quote.text for quote in quotes], [each.text for quote in quotes for each in _sentences(quote)]
    fault = disagreement(text, bare, _called(quotes), around)
    if fault is None and bare != whole:
        fault = disagreement(text, whole, _called(quotes), around)
    return Dropped(text, fault, resting) if fault else Drafted(_as_view(text, quotes), resting)


def _find(citation: CitedQuote, passages: Mapping[str, Passage]) -> Quote | str:
    passage = passages.get(citation.passage.strip())
    if passage is None:
        return f"there is no passage {citation.passage.strip()[:20]!r}"
    spans = locate(passage, citation.quote)
    if spans is None:
        return f"the quote does not stand in {citation.passage.strip()}"
    return Quote(passage, spans, _locator(passage, spans))


def _locator(passage: Passage, spans: Sequence[Span]) -> str | None:
    """The original's place for the first quoted sentence of a digest."""
    for sentence in passage.sentences:
        if sentence.locator and any(span.text in whole.text for span in spans for whole in sentence.spans):
            return sentence.locator
    return None


def _sentences(quote: Quote) -> list[Sentence]:
    """The whole sentences that a quote is of."""
    return [
        sentence
        for sentence in quote.passage.sentences
        if any(
            span.paragraph == own.paragraph and (span.text in own.text or own.text in span.text)
            for span in quote.spans
            for own in sentence.spans
        )
    ]


def _called(quotes: Sequence[Quote]) -> str:
    names: list[str | None] = []
    for quote in quotes:
        source = quote.passage.source
        names += [
            source.title,
            source.author,
            source.publisher,
            source.edition,
            quote.passage.section,
            source.digest_of,
        ]
    return ". ".join(name for name in names if name)


def _as_view(text: str, quotes: Sequence[Quote]) -> str:
    """A commentary's statement with its author before it, unless the claim names one itself."""
    voices = {_voice(quote.passage.source) for quote in quotes}
    voice = next(iter(voices)) if len(voices) == 1 else None
    if voice is None or any(word in text for word in voice.split() if word[0].isupper()):
        return text
    return f"According to {voice}: {text}"


def _voice(source: Source) -> str | None:
    """Who speaks in a commentary; None for any other authority, where the text speaks for itself."""
    if source.authority != _COMMENTARY:
        return None
    return source.author or source.title
