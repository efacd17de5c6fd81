"""What is quoted together: a sentence with its stem, its neighbours where it needs them, and who holds the view."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from retrieval.answers.context import (
    SHORT_WORDS,
    announces,
    aside,
    depths,
    goes_on,
    holder,
    introduces,
    leans,
    speaks_of_now,
    turns,
)
from retrieval.corpus.authority import published_year
from retrieval.corpus.passages import Passage, Sentence, Source, Span, SpanRole
from retrieval.text.places import keys_of
from retrieval.text.wording import words

# The passages before and after one in its document; None where there is none, or where it is not at hand.
Beside = Callable[[Passage], tuple[Passage | None, Passage | None]]
Place = tuple[str, int]

# Sentences of a neighbouring passage that may be needed, and how far a chain of leaning sentences is followed.
REACH = 2
# A list is quoted whole up to this length, and so are two quotes that share a place.
LIST_WORDS = 100
# A unit that needs more than this is not quoted: without its context it would mislead.
MOST_WORDS = 160
# A neighbour that only may change the sense is added up to this length.
SOFT_WORDS = 60


@dataclass(frozen=True, slots=True)
class Unit:
    """What is quoted together, of one source. `quoted` are the places chosen, `places` those and their context.

    `whole` is false where a sentence leans on one that is not at hand.
    """

    passage: Passage
    spans: tuple[Span, ...]
    text: str
    quoted: frozenset[Place]
    places: frozenset[Place]
    place: str | None = None
    locator: str | None = None
    holder: str | None = None
    as_of: str | None = None
    whole: bool = True

    @property
    def source(self) -> Source:
        """The source that is quoted."""
        return self.passage.source

    @property
    def statement(self) -> str:
        """What was chosen, with its stem, without its neighbours."""
        return " ".join(span.text for span in self.spans if span.role in ("quote", "stem"))


def alone(_passage: Passage) -> tuple[None, None]:
    """No neighbours are at hand."""
    return None, None


def unit_of(passage: Passage, positions: Collection[int], beside: Beside = alone) -> Unit | None:
    """The unit that quotes these sentences of a passage; None where they cannot be quoted without misleading."""
    line = _Line(passage, beside)
    roles: dict[int, SpanRole] = {}
    whole = True
    for position in sorted(positions):
        at = position + line.offset
        roles |= {place: role for place, role in line.listed(at).items() if roles.get(place) != "quote"}
    first, last = min(roles), max(roles)
    if not line.sentences[first].stem:
        whole = line.look_back(first, roles)
    line.look_ahead(last, roles)
    line.look_between(roles)
    if line.torn(roles) or (len(roles) > len(positions) and line.length(roles) > MOST_WORDS):
        return None
    return line.unit(roles, whole=whole)


class _Line:
    """The sentences of a passage with the nearest ones of its neighbours in the same section, in reading order."""

    def __init__(self, passage: Passage, beside: Beside) -> None:
        before, after = beside(passage)
        head = _near(passage, before)[-REACH:]
        tail = _near(passage, after)[:REACH]
        here = [((passage.passage_id, at), sentence) for at, sentence in enumerate(passage.sentences)]
        self.passage, self.offset = passage, len(head)
        self.places = [place for place, _ in (*head, *here, *tail)]
        self.sentences = [sentence for _, sentence in (*head, *here, *tail)]
        paragraphs = groupby(self.sentences, lambda sentence: sentence.spans[0].paragraph)
        self._depths = [depth for _, run in paragraphs for depth in depths([sentence.text for sentence in run])]

    def listed(self, at: int) -> dict[int, SpanRole]:
        """The sentence, and the items of the list it belongs to, as far as they make one statement."""
        items = self._items_of(at)
        if items:
            return {at: "stem", **dict.fromkeys(self._fitting(items), "quote")}
        stem = self.sentences[at].stem
        if not stem:
            return {at: "quote"}
        siblings = [other for other, sentence in enumerate(self.sentences) if sentence.stem == stem]
        if self.length(siblings) <= LIST_WORDS or any(_joins(self.sentences[other].text) for other in siblings):
            return dict.fromkeys(siblings, "quote")
        return {at: "quote"}

    def look_back(self, first: int, roles: dict[int, SpanRole]) -> bool:
        """Add what the first sentence needs before it. Returns False where that is not at hand."""
        at = first
        while self._needs_before(at):
            if at == 0:
                return False
            if first - at >= REACH and not self._depths[at][0]:
                break
            at -= 1
            roles[at] = self._role_before(at)
        if at == first and at > 0 and self._softly(at - 1, roles) and goes_on(self.sentences[at - 1].text, before=True):
            roles[at - 1] = self._role_before(at - 1)
        return True

    def _role_before(self, at: int) -> SpanRole:
        text = self.sentences[at].text
        return "holder" if announces(text) or holder(text) else "before"

    def _softly(self, at: int, roles: Collection[int]) -> bool:
        """Whether a sentence may be added for safety's sake: it is of the same paragraph, and the whole stays short."""
        near = min(roles, key=lambda place: abs(place - at))
        one, other = (self.sentences[each].place for each in (near, at))
        if one and other and not (one.startswith(other) or other.startswith(one)):
            return False  # paragraphs with numbers of their own
        return self._same_paragraph(*sorted((near, at))) and self.length([*roles, at]) <= SOFT_WORDS

    def _needs_before(self, at: int) -> bool:
        if self._depths[at][0] or leans(self.sentences[at].text):
            return True
        if at == 0 or not self._same_paragraph(at - 1, at):
            return False
        return introduces(self.sentences[at - 1].text)

    def look_ahead(self, last: int, roles: dict[int, SpanRole]) -> None:
        """Add what turns the last sentence, and the rest of a quotation that it opens."""
        at = last
        while at + 1 < len(self.sentences) and (
            self._depths[at][1]
            or (at == last and self._softly(at + 1, roles) and goes_on(self.sentences[at + 1].text))
            or (at - last < REACH and turns(self.sentences[at + 1].text, self.sentences[at].text))
            or (at == last and self.sentences[at].text.rstrip().endswith(":"))
        ):
            at += 1
            roles[at] = "after"

    def look_between(self, roles: dict[int, SpanRole]) -> None:
        """Add what a gap would hide: the sentence that turns the one before the gap, or a short one between two."""
        for at in sorted(roles)[:-1]:
            if at + 1 in roles or not self._same_paragraph(at, at + 1):
                continue
            text = self.sentences[at + 1].text
            if turns(text, self.sentences[at].text) or (at + 2 in roles and len(text.split()) <= SHORT_WORDS):
                roles[at + 1] = "after"

    def torn(self, roles: Collection[int]) -> bool:
        """Whether a quotation stays open on either side: who speaks would be lost."""
        return bool(self._depths[min(roles)][0] or self._depths[max(roles)][1])

    def length(self, places: Iterable[int]) -> int:
        """The words of the sentences at these places."""
        return sum(len(self.sentences[at].text.split()) for at in places)

    def unit(self, roles: dict[int, SpanRole], *, whole: bool) -> Unit:
        """The unit of these sentences in these roles."""
        order = sorted(roles)
        quotes = [self.sentences[at] for at in order if roles[at] in ("quote", "stem")]
        stems = [span for span in quotes[0].stem if span not in [s for at in order for s in self.sentences[at].spans]]
        spans = [replace(span, role="stem") for span in stems]
        spans += [_in_role(span, roles[at]) for at in order for span in self.sentences[at].spans]
        said = " ".join(sentence.text for sentence in quotes)
        year = published_year(self.passage.source.published)
        return Unit(
            self.passage,
            tuple(spans),
            self._text(order, stems),
            frozenset(self.places[at] for at in order if roles[at] in ("quote", "stem")),
            frozenset(self.places[at] for at in order),
            place=_shared_place([s.place for s in quotes if s.place]),
            locator=next((s.locator for s in quotes if s.locator), None),
            holder=self._holder(order, roles),
            as_of=str(year) if year and speaks_of_now(said) else None,
            whole=whole,
        )

    def _text(self, order: Sequence[int], stems: Sequence[Span]) -> str:
        """The sentences in reading order, with a mark where some between them are left out."""
        parts = [span.text for span in stems]
        for at in order:
            skipped = at > 0 and at - 1 not in order and self._follows_gap(at, order, stems)
            parts.append(("… " if skipped and parts else "") + self.sentences[at].text)
        last = self.sentences[order[-1]]
        cut = (
            order[-1] + 1 < len(self.sentences) and bool(last.stem) and self.sentences[order[-1] + 1].stem == last.stem
        )
        return " ".join(parts) + (" …" if cut else "")

    def _follows_gap(self, at: int, order: Sequence[int], stems: Sequence[Span]) -> bool:
        """Whether something stands between this sentence and what is quoted before it."""
        if at != order[0]:
            return True
        return bool(stems) and self.sentences[at - 1].stem == self.sentences[at].stem

    def _holder(self, order: Sequence[int], roles: dict[int, SpanRole]) -> str | None:
        """Who holds the view that is quoted, where that is not the source itself."""
        said = [self.sentences[at].text for at in order if roles[at] in ("quote", "stem", "holder")]
        found = next((name for text in said if (name := holder(text))), None)
        if found is None and any(roles[at] == "holder" for at in order):
            found = next(_opening(self.sentences[at].text) for at in order if roles[at] == "holder")
        if found is not None:
            return None if _own(found, self.passage.source) else found
        section = self.passage.section
        return f"section “{section}”" if section is not None and aside(section) else None

    def _items_of(self, at: int) -> list[int]:
        """The items that complete a stem, where the sentence is one."""
        spans = self.sentences[at].spans
        return [
            other
            for other, sentence in enumerate(self.sentences)
            if other > at and sentence.stem and sentence.stem[-len(spans) :] == spans
        ]

    def _fitting(self, items: Sequence[int]) -> Sequence[int]:
        """As many items from the first as stay readable, at least one."""
        count = 1
        while count < len(items) and self.length(items[: count + 1]) <= LIST_WORDS:
            count += 1
        return items[:count]

    def _same_paragraph(self, one: int, other: int) -> bool:
        """Whether two sentences share a paragraph, or the first one leads in to the second."""
        if self.sentences[one].text.rstrip().endswith(":"):
            return True
        if self.sentences[one].row or self.sentences[other].row:
            return False
        end, start = self.sentences[one].spans[-1], self.sentences[other].spans[0]
        return end.paragraph == start.paragraph and (end.paragraph is not None or end.page == start.page)


def _near(passage: Passage, other: Passage | None) -> list[tuple[Place, Sentence]]:
    """The sentences of a neighbour that reads on in the same section."""
    if other is None or other.section != passage.section or other.note != passage.note:
        return []
    return [((other.passage_id, at), sentence) for at, sentence in enumerate(other.sentences)]


def _joins(text: str) -> bool:
    """Whether an item holds only together with the next one."""
    return text.rstrip(" .,;").lower().endswith(" and")


def _opening(text: str) -> str:
    """The first words of a sentence that says who holds a view without a verb that is known here."""
    return " ".join(text.split()[:6]).rstrip(".,:;")


def _shared_place(places: Sequence[str]) -> str | None:
    """The place that holds all of these: "Art. 12(2)" of its items (a) and (b); None where none does."""
    if len(set(places)) < 2:
        return next(iter(places), None)
    each = [re.split(r"(?=\()", place) for place in dict.fromkeys(places)]
    shared = (parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, zip(*each, strict=False)))
    name = "".join(shared).strip()
    return name if keys_of(name) else None


def _own(name: str, source: Source) -> bool:
    """Whether the name is the source's author or publisher."""
    said = set(words(name)) - {"the", "a", "an", "author", "authors", "mr", "ms", "dr"}
    known = set(words(f"{source.author or ''} {source.publisher or ''}"))
    return "author" in words(name) or (bool(said) and said <= known)


def _in_role(span: Span, role: SpanRole) -> Span:
    """The span in a role; headers that a row of a table brings along stay its stem."""
    return span if span.role == "stem" else replace(span, role=role)
