"""The words of retrieval and answering, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from retrieval.corpus.authority import bound
from retrieval.corpus.passages import Passage, Source, Span

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Status = Literal["answered", "pointed", "abstained", "refused", "failed"]
Mode = Literal["extractive", "model"]
Role = Literal["user", "assistant"]
Modality = Literal["must", "should", "may", "states"]
OfferKind = Literal["checklist", "partner", "nudges", "sources", "help", "action"]


@dataclass(frozen=True, slots=True)
class Finder:
    """A wording under which a sentence is found: `position` is the sentence's in its passage. It is never shown."""

    position: int
    line: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` is the fused score; `dense` (cosine) and `lexical` (BM25, by the passage's
    own words) are raw. `finders` are the wordings under which the passage is found.

    `also` names other sources that say nearly the same, where such passages were folded into this one for display.
    """

    passage: Passage
    score: float
    dense: float | None = None
    lexical: float | None = None
    also: tuple[Source, ...] = ()
    finders: tuple[Finder, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """What one search found, best first, and the index generation it was found in.

    `terms` holds each stemmed term of the query and its inverse document frequency there, `passages` how many were
    searched: how much of the question the corpus knows at all is evidence for abstaining.
    """

    query: str
    generation: str
    hits: tuple[Hit, ...]
    terms: Mapping[str, float] = field(default_factory=dict)
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of the conversation a question belongs to."""

    role: Role
    text: str


# What an answer tells, in this order.
_TOLD = (
    "question", "status", "reason", "text", "claims", "parts", "strength", "summary", "offers", "citations", "nearest",
    "mode", "model", "note", "generation", "error", "timings_ms",
)  # fmt: skip
# What a citation tells of its source, next to where in it the quote stands.
_CITED = (
    "source_id", "path", "title", "author", "publisher", "published", "url", "edition", "authority", "status",
    "superseded_by", "kind", "digest_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """One quoted unit of one source. Every span is verbatim in its paragraph.

    `locator` is the number the document itself gives the place ("Art. 12(2)"), `source_locator` the original's place
    that a digest names. `holder` is whose view the unit reports; `as_of` is the year of a source that speaks of what is
    "soon" or "current".
    """

    n: int
    passage_id: str
    source: Source
    spans: tuple[Span, ...]
    section: str | None = None
    source_locator: str | None = None
    locator: str | None = None
    holder: str | None = None
    as_of: str | None = None

    @property
    def quote(self) -> str:
        """The spans of the statement and its stem, joined by a space; what else gives context is left out."""
        return " ".join(span.text for span in self.spans if span.role in ("quote", "stem"))

    @property
    def paragraphs(self) -> list[int]:
        """The paragraphs quoted, sorted, each once; not what lies between them."""
        return sorted({s.paragraph for s in self.spans if s.paragraph is not None})

    @property
    def page(self) -> int | None:
        """The physical page the quote begins on; its context may stand on others."""
        pages = [(s.page, s.role) for s in self.spans if s.page is not None]
        return next((page for page, role in pages if role == "quote"), pages[0][0] if pages else None)

    def to_json(self) -> dict[str, Any]:
        """The citation as the stable JSON contract gives it; unknown is null."""
        return {
            "n": self.n,
            "passage_id": self.passage_id,
            **{key: getattr(self.source, key) for key in _CITED},
            "binds": list(bound(self.source)),
            "as_of": self.as_of,
            "holder": self.holder,
            "source_locator": self.source_locator,
            "section": self.section,
            "locator": self.locator,
            "page": self.page,
            "paragraphs": self.paragraphs or None,
            "spans": [{"paragraph": s.paragraph, "page": s.page, "text": s.text, "role": s.role} for s in self.spans],
            "quote": self.quote,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Citation:
        """The inverse of `to_json` (supersedes and audience are not carried); tolerates rows of older forms."""
        binds = data.get("binds")
        source = {key: data[key] for key in _CITED if key in data}
        source["binds"] = "; ".join(binds) or None if isinstance(binds, list) else binds
        return _readers()[0].validate_python({**data, "source": source})


@dataclass(frozen=True, slots=True)
class Claim:
    """A quoted unit as it is shown, and the numbers of the citations that say it. `part` is the part of the question
    that it answers, from 1; `more` marks what is shown on request only."""

    text: str
    citations: tuple[int, ...]
    part: int = 1
    more: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks, numbered from 1, and whether the guidance answers it."""

    n: int
    text: str
    covered: bool


@dataclass(frozen=True, slots=True)
class Strength:
    """How far the quotes of an answer carry, computed from the sources' records: the strongest modality, the kinds of
    text, their years, whom they bind, and which binding kinds were not found."""

    modality: Modality
    kinds: tuple[str, ...]
    years: tuple[int, ...]
    binds: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """Where to go on: an action of ours (its name and the values of its form) and the command that does the same."""

    kind: OfferKind
    label: str
    command: str
    action: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence that a model worded from quotes, and the numbers of the citations that it rests on."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """What went wrong: a reference that the log names too, and the message for the reader."""

    reference: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The one terminal state of a question. Claims and citations are empty unless it is answered.

    `text` is what a reader sees: the claims shown first, or why there are none and where to turn. `reason` is a short
    stable code of every state but a plain answer. `nearest` (at most three) is set only when it is not answered. `note`
    is a sentence of ours about how the answer came about. `earlier`: a model of an earlier version worded the claims.
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
    reason: str | None = None
    parts: tuple[Part, ...] = ()
    strength: Strength | None = None
    summary: tuple[SummarySentence, ...] | None = None
    offers: tuple[Offer, ...] = ()
    generation: str | None = None
    error: Failing | None = None
    earlier: bool = False

    def to_json(self) -> dict[str, Any]:
        """The answer as the stable JSON contract gives it; `id` and `earlier` are present only when there are such."""
        head: dict[str, Any] = {} if self.id is None else {"id": self.id}
        head |= {"earlier": True} if self.earlier else {}
        told = replace(self, parts=self.parts or (Part(1, self.question, self.status == "answered"),))
        return head | {name: _plain(getattr(told, name)) for name in _TOLD}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """The inverse of `to_json`; tolerates rows of older forms."""
        cited = {name: tuple(map(Citation.from_json, data[name])) for name in ("citations", "nearest")}
        earlier = data["mode"] == "model" and bool(data["claims"]) and "parts" not in data
        return _readers()[1].validate_python({"earlier": earlier, **data, **cited})


@cache
def _readers() -> tuple[TypeAdapter[Citation], TypeAdapter[Answer]]:
    """What reads plain values; a help text does without pydantic, so it is imported here."""
    from pydantic import TypeAdapter

    return TypeAdapter(Citation), TypeAdapter(Answer)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Citation):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return {f.name: _plain(getattr(value, f.name)) for f in fields(value)} if is_dataclass(value) else value
