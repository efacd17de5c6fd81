"""The words of retrieval and answering, as immutable values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Status = Literal["answered", "abstained", "refused", "failed"]
Mode = Literal["extractive", "model"]
SourceKind = Literal["source", "digest"]
Role = Literal["user", "assistant"]

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text verbatim in one paragraph. `paragraph` and `page` count from 1; unknown is None."""

    text: str
    paragraph: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. It has several spans when footnotes or a page break had cut it.

    `locator` is the place in the original that a statement of a digest rests on ("par. 3").
    """

    spans: tuple[Span, ...]
    locator: str | None = None

    @property
    def text(self) -> str:
        """The spans joined by a space."""
        return " ".join(span.text for span in self.spans)


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
    """Which sources a search may draw on; what is left empty restricts nothing.

    `sources` are source ids. `since` and `until` are dates or years, both included; a source dated to a year alone is
    within when any day of that year is, and one without a date is not. `audiences` are the groups the asker belongs
    to: given, sources for everybody and for these are within; None does not ask.
    """

    sources: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()
    since: str | None = None
    until: str | None = None
    audiences: frozenset[str] | None = None

    def admits(self, source: Source) -> bool:
        """Whether `source` is within."""
        return (
            (not self.sources or source.source_id in self.sources)
            and (not self.authorities or source.authority in self.authorities)
            and (self.audiences is None or source.audience is None or source.audience in self.audiences)
            and self._in_time(source.published)
        )

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


EVERYTHING = Scope()


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
        return next((s.page for sentence in self.sentences for s in sentence.spans if s.page), None)

    @cached_property
    def indexed_text(self) -> str:
        """What is embedded and tokenised: title, section path and text (an unknown title adds nothing)."""
        return "\n".join(part for part in (self.source.title, self.section, self.text) if part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` is the fused score; `dense` (cosine) and `lexical` (BM25) are raw."""

    passage: Passage
    score: float
    dense: float | None = None
    lexical: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """What one search found, best first, and the index generation it was found in.

    `terms` holds each stemmed term of the query and its inverse document frequency in that generation: how much of
    the question the corpus knows at all is evidence for abstaining.
    """

    query: str
    generation: str
    hits: tuple[Hit, ...]
    terms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of the conversation a question belongs to."""

    role: Role
    text: str


# What a citation tells of its source, next to where in it the quote stands.
_CITED = (
    "source_id", "path", "title", "publisher", "published", "url", "edition", "authority", "binds", "status",
    "superseded_by", "kind", "digest_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim rests. Every span is verbatim in its paragraph; `quote` is the spans joined by a space."""

    n: int
    passage_id: str
    source: Source
    spans: tuple[Span, ...]
    section: str | None = None
    source_locator: str | None = None

    @property
    def quote(self) -> str:
        """The spans joined by a space."""
        return " ".join(span.text for span in self.spans)

    @property
    def paragraphs(self) -> list[int]:
        """The paragraphs quoted, sorted, each once; not what lies between them."""
        return sorted({s.paragraph for s in self.spans if s.paragraph is not None})

    @property
    def page(self) -> int | None:
        """The physical page the quote begins on."""
        return next((s.page for s in self.spans if s.page is not None), None)

    def to_json(self) -> dict[str, Any]:
        """The citation as the stable JSON contract gives it; unknown is null."""
        return {
            "n": self.n,
            "passage_id": self.passage_id,
            **{key: getattr(self.source, key) for key in _CITED},
            "source_locator": self.source_locator,
            "section": self.section,
            "page": self.page,
            "paragraphs": self.paragraphs or None,
            "spans": [{"paragraph": s.paragraph, "page": s.page, "text": s.text} for s in self.spans],
            "quote": self.quote,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Citation:
        """The inverse of `to_json` (author, supersedes and audience are not carried); tolerates rows of older forms."""
        source = Source(**{key: data[key] for key in _CITED if key in data})
        return cls(
            n=data["n"],
            passage_id=data["passage_id"],
            source=source,
            spans=tuple(Span(s["text"], s["paragraph"], s["page"]) for s in data["spans"]),
            section=data.get("section"),
            source_locator=data.get("source_locator"),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The one terminal state of a question. Claims and citations are empty unless it is answered.

    `text` is what a reader sees: the claims, or why there are none and where to turn. `nearest` (at most three) is
    set only when it is not answered. `note` is a sentence of ours that stands before the claims in `text`.
    """

    question: str
    status: Status
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    mode: Mode = "extractive"
    model: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    id: str | None = None
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer as the stable JSON contract gives it; `id` and `note` are present only when there is one."""
        head: dict[str, Any] = {} if self.id is None else {"id": self.id}
        head |= {} if self.note is None else {"note": self.note}
        return head | {
            "question": self.question,
            "status": self.status,
            "text": self.text,
            "claims": [{"text": c.text, "citations": list(c.citations)} for c in self.claims],
            "citations": [c.to_json() for c in self.citations],
            "nearest": [c.to_json() for c in self.nearest],
            "mode": self.mode,
            "model": self.model,
            "timings_ms": dict(self.timings_ms),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """The inverse of `to_json`."""
        return cls(
            id=data.get("id"),
            note=data.get("note"),
            question=data["question"],
            status=data["status"],
            text=data["text"],
            claims=tuple(Claim(c["text"], tuple(c["citations"])) for c in data["claims"]),
            citations=_citations(data["citations"]),
            nearest=_citations(data["nearest"]),
            mode=data["mode"],
            model=data["model"],
            timings_ms=data["timings_ms"],
        )


def _citations(items: Sequence[Mapping[str, Any]]) -> tuple[Citation, ...]:
    return tuple(Citation.from_json(item) for item in items)
