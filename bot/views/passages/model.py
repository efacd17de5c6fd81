"""A passage with what an answer quoted of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from bot.access.policy import Content
from bot.views.escaping import one_line
from bot.views.passages.values import Quoted
from bot.views.sources import Ageing
from bot.views.view import View
from retrieval.corpus.passages import Passage, Source


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with what was quoted of it; `marks` are (start, end) in `text`, in order, none overlapping.

    `number` counts in the source; where nothing is counted, `page` tells the place.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    number: int | None = None
    page: int | None = None


@dataclass(frozen=True)
class PassageView(View):
    """A passage, or one near it, with what was quoted of it. `before` and `after` lead to its neighbours."""

    thing = "passage"
    shows = Content.GUIDANCE

    source: Source
    paragraphs: tuple[Paragraph, ...]
    n: int | None = None
    section: str | None = None
    page: int | None = None
    locators: tuple[str, ...] = ()
    ageing: Ageing | None = None
    quoted_here: bool = True
    before: Quoted | None = None
    after: Quoted | None = None

    @property
    def audience(self) -> frozenset[str]:
        """The label of the passage's source."""
        return frozenset({self.source.audience} if self.source.audience else ())


@dataclass(frozen=True)
class FetchingPassage(View):
    """What is shown while the passage is fetched: a trigger is good for three seconds only."""

    thing = "passage being fetched"
    shows = Content.OURS


@dataclass(frozen=True)
class MissingPassage(View):
    """What is shown in place of a passage that is no longer kept."""

    thing = "passage no longer kept"
    shows = Content.OURS


def view_of(
    passage: Passage,
    quoted: Quoted,
    ageing: Ageing | None = None,
    *,
    before: str | None = None,
    after: str | None = None,
) -> PassageView:
    """The passage with what was quoted of it marked, as far as it still stands there, and the ids of its neighbours."""
    here = passage.passage_id == quoted.passage_id
    return PassageView(
        source=passage.source,
        paragraphs=_paragraphs(passage, quoted.ends if here else ()),
        n=quoted.n if here else None,
        section=passage.section,
        page=passage.page,
        locators=tuple(dict.fromkeys(s.locator for s in passage.sentences if s.locator)),
        ageing=ageing,
        quoted_here=here,
        before=replace(quoted, shown=before) if before else None,
        after=replace(quoted, shown=after) if after else None,
    )


def _paragraphs(passage: Passage, ends: Iterable[tuple[str, str]]) -> tuple[Paragraph, ...]:
    """The passage by paragraphs, each quote marked in the first one that holds it."""
    spans = (span for sentence in passage.sentences for span in sentence.spans)
    places = groupby(spans, lambda span: (span.paragraph, None if span.paragraph else span.page))
    texts = [(place, " ".join(span.text for span in run)) for place, run in places]
    quotes: dict[int | None, list[tuple[str, str]]] = {}
    for quote in ends:
        first = next((i for i, (_, text) in enumerate(texts) if find_marks(text, [quote])), None)
        quotes.setdefault(first, []).append(quote)
    return tuple(
        Paragraph(text, find_marks(text, quotes.get(i, ())), number, page)
        for i, ((number, page), text) in enumerate(texts)
    )


def find_marks(text: str, ends: Iterable[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """Where each (head, tail) runs in `text`: in order, none overlapping; what is not there is left out."""
    found: list[tuple[int, int]] = []
    for head, tail in ends:
        start = text.find(head) if head else -1
        close = text.find(tail, start + len(head)) if start >= 0 else -1
        if start >= 0 and close >= 0:
            found.append((start, close + len(tail)))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def pieces(paragraph: Paragraph) -> list[tuple[str, bool]]:
    """The text cut at its marks: (text, whether it is marked), without empty pieces."""
    cuts, at = [], 0
    for start, end in paragraph.marks:
        cuts += [(paragraph.text[at:start], False), (paragraph.text[start:end], True)]
        at = end
    cuts.append((paragraph.text[at:], False))
    return [(one_line(text), bold) for text, bold in cuts if text.strip()]


def numbers(view: PassageView) -> tuple[int, ...]:
    """The numbers of its paragraphs, sorted, each once."""
    return tuple(sorted({paragraph.number for paragraph in view.paragraphs if paragraph.number}))
