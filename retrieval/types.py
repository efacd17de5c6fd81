"""The words of retrieval and answering, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from retrieval.documents import Passage, Source, Span

Status = Literal["answered", "abstained", "refused", "failed"]
Mode = Literal["extractive", "model"]
Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` is the fused score; `dense` (cosine) and `lexical` (BM25) are raw.

    `also` names other sources that say nearly the same, where such passages were folded into this one for display.
    """

    passage: Passage
    score: float
    dense: float | None = None
    lexical: float | None = None
    also: tuple[Source, ...] = ()


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
    "source_id", "path", "title", "author", "publisher", "published", "url", "edition", "authority", "binds", "status",
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
        """The inverse of `to_json` (supersedes and audience are not carried); tolerates rows of older forms."""
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
