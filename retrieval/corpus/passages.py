"""The words of what is indexed: sources, their passages, and the scope of a search among them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

SourceKind = Literal["source", "digest"]
# What a span does in a quote: the statement itself, the stem its item needs, its neighbours, or who holds the view.
SpanRole = Literal["quote", "stem", "before", "after", "holder"]

STOPS = (".", "!", "?", ":", ";", ",", "…")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text verbatim in one paragraph. `paragraph` and `page` count from 1; unknown is None.

    `role` says what the span does in a quote. In a stored sentence it is "quote", or "stem" for the headers of a row.
    """

    text: str
    paragraph: int | None = None
    page: int | None = None
    role: SpanRole = "quote"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. It has several spans when footnotes or a page break had cut it.

    `locator` is the place in the original that a statement of a digest rests on ("par. 3"). `place` is the number that
    the document itself gives it ("Art. 12(2)", "item 3"). `stem` is the lead-in that an item of a list completes.
    `row`: it is a row of a table, or a cell of a long one, and is read alone.
    """

    spans: tuple[Span, ...]
    locator: str | None = None
    place: str | None = None
    stem: tuple[Span, ...] = ()
    row: bool = False

    @property
    def text(self) -> str:
        """The spans joined by a space; in a row each header, or two of one column, before its cell."""
        if not self.row:
            return self.spans[0].text if len(self.spans) == 1 else " ".join(span.text for span in self.spans)
        labelled = any(span.role == "stem" for span in self.spans)
        pairs = zip(self.spans, self.spans[1:], strict=False)
        glued = (span.text + _glue(span, after, labelled=labelled) for span, after in pairs)
        return "".join((*glued, *(span.text for span in self.spans[-1:])))


def _glue(span: Span, after: Span, *, labelled: bool) -> str:
    """What is read between two spans of a row."""
    if span.role == after.role == "stem":
        return " – "
    if span.text.endswith(STOPS) or (labelled and span.role == after.role):
        return " "
    return ": " if span.role == "stem" else "; "


@dataclass(frozen=True, slots=True)
class Source:
    """A document. What it does not say of itself stays None; nothing is guessed.

    `source_id` is stable for one place (root and relative path). `published` is a date or a year as the document
    gives it. `path` is relative to the ingested root, with "/". `digest_of` is the title of the original, and
    `supersedes` that of an earlier text this one replaces; `superseded_by` is the title of the later text that replaces
    this one, where that is known, and `successor` its source id. `audience` names who may see it; None is everybody.
    """

    source_id: str
    path: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    edition: str | None = None
    status: str | None = None
    authority: str | None = None
    binds: str | None = None
    kind: SourceKind = "source"
    digest_of: str | None = None
    supersedes: str | None = None
    audience: str | None = None
    superseded_by: str | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sources a reader may be shown; what is left out restricts nothing but the audience.

    `sources` are source ids; `authorities` are kinds of text, a digest of ours among them. `since` and `until` are
    dates or years, both included; a source dated to a year alone is within when any day of that year is, and one
    without a date is not. `audiences` are the labels the reader may see beside what has none: by default no label at
    all. None is the operator, who may see every source.
    """

    sources: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()
    since: str | None = None
    until: str | None = None
    audiences: frozenset[str] | None = frozenset()

    def admits(self, source: Source) -> bool:
        """Whether `source` is within."""
        return (
            (not self.sources or source.source_id in self.sources)
            and (not self.authorities or not self.authorities.isdisjoint((source.authority, source.kind)))
            and self.shows(source)
            and self._in_time(source.published)
        )

    def shows(self, source: Source) -> bool:
        """Whether the audience of `source` is within."""
        return self.audiences is None or source.audience is None or source.audience in self.audiences

    def _in_time(self, published: str | None) -> bool:
        if self.since is None and self.until is None:
            return True
        found = _DATE.search(published or "")
        if found is None:
            return False
        date = found.group()
        # Dates of unlike precision are compared as far as both go.
        after = self.since is None or date[: len(self.since)] >= self.since[: len(date)]
        return after and (self.until is None or date[: len(self.until)] <= self.until[: len(date)])


# What is for everybody: the scope of whoever states none.
PUBLIC = Scope()
# Every source, whoever it is for: the scope of the operator.
EVERYTHING = Scope(audiences=None)


@dataclass(frozen=True)
class Passage:
    """What is indexed: a run of whole sentences of one section of one source.

    `note` marks text that stood in footnotes; it is indexed apart from the body.
    """

    passage_id: str
    source: Source
    sentences: tuple[Sentence, ...]
    section: str | None = None
    note: bool = False

    @cached_property
    def text(self) -> str:
        """The sentences joined by a space."""
        return " ".join(sentence.text for sentence in self.sentences)

    @cached_property
    def paragraphs(self) -> tuple[int, ...]:
        """The paragraphs the passage draws on, sorted, each once."""
        numbers = {s.paragraph for sentence in self.sentences for s in sentence.spans}
        return tuple(sorted(n for n in numbers if n is not None))

    @cached_property
    def page(self) -> int | None:
        """The physical page the passage begins on."""
        spans = [span for sentence in self.sentences for span in sentence.spans]
        return next((span.page for span in spans if span.page and span.role == "quote"), None)

    @cached_property
    def locator(self) -> str | None:
        """The first place that a sentence of it has: its number in the document ("Art. 12(2)"), or the original's."""
        return next((place for s in self.sentences if (place := s.place or s.locator)), None)

    @cached_property
    def indexed_text(self) -> str:
        """What is embedded and tokenised: title, section path and text (an unknown title adds nothing)."""
        return "\n".join(part for part in (self.source.title, self.section, self.text) if part)
