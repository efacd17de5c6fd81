"""Finders: wordings under which a place in a source is found. They are searched and never shown, and are no evidence.

A place is named by an `Anchor`, which survives another reading of the document.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from retrieval.corpus.passages import Passage, Sentence
from retrieval.corpus.records import text_hash
from retrieval.corpus.standing import same_title
from retrieval.corpus.tables import AnchoredFinderRow
from retrieval.database import Database
from retrieval.errors import FinderRefused
from retrieval.text.tokens import tokens
from retrieval.text.wording import normal

CURATOR, CHECKLIST = "curator", "checklist"
LONGEST_LINE = 300
_NUMBERS = re.compile(r"\d+")
_PARAGRAPH = re.compile(r"par(?:a|as|s|agraphs?)?\.? ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in a source: the key of the source (its id, or its title), the locator or paragraph ("Art. 12(2)",
    "par. 8"), and the hash of the sentence. With both, the sentence decides and the place helps where it changed."""

    source_key: str
    place: str | None = None
    sentence_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A finder at its place: the passage, the position of the sentence in it, and the line."""

    passage_id: str
    position: int
    line: str


@dataclass(frozen=True, slots=True)
class AnchoredFinder:
    """A finder as SQL keeps it for a source."""

    finder_id: str
    anchor: Anchor
    line: str
    origin: str


def sentence_hash(text: str) -> str:
    """The hash of a sentence, whatever its typography."""
    return text_hash(normal(text).casefold())


def key_of_title(title: str) -> str:
    """The key of a source by its title."""
    return same_title(title)


def places_of(passages: Iterable[Passage]) -> Iterator[tuple[Passage, int, Sentence]]:
    """Every sentence with its passage and position."""
    for passage in passages:
        for position, sentence in enumerate(passage.sentences):
            yield passage, position, sentence


def at_place(passages: Iterable[Passage], place: str) -> list[tuple[Passage, int, Sentence]]:
    """The sentences at a place: those whose number or original's place it is, or that stand in its paragraphs."""
    wanted = place.casefold().strip()
    paragraphs = _paragraphs(place)
    found = []
    for passage, position, sentence in places_of(passages):
        named = {(sentence.locator or "").casefold(), (sentence.place or "").casefold()}
        own = {span.paragraph for span in sentence.spans}
        if sentence.locator:
            own |= _paragraphs(sentence.locator)
        if wanted in named or paragraphs & own:
            found.append((passage, position, sentence))
    return found


def resolve(anchor: Anchor, passages: Sequence[Passage], said: str = "") -> tuple[str, int] | None:
    """(passage id, position) of an anchor; None when it is lost.

    Of several sentences at a place the one that shares most with `said` is meant.
    """
    if anchor.sentence_hash:
        same = [(p.passage_id, n) for p, n, s in places_of(passages) if sentence_hash(s.text) == anchor.sentence_hash]
        if same:
            return same[0]
    if anchor.place is None:
        return None
    there = at_place(passages, anchor.place)
    if not there:
        return None
    words = set(tokens(said))
    passage, position, _ = max(there, key=lambda each: len(words & set(tokens(each[2].text))))
    return passage.passage_id, position


def sums_up(
    digest: Sequence[Passage], lines: Mapping[tuple[str, int], Sequence[str]], original: Sequence[Passage]
) -> list[Placed]:
    """The finders that a digest gives its original: each statement, and the lines at it, for the place it names."""
    found = []
    for passage, position, sentence in places_of(digest):
        if sentence.locator is None:
            continue
        place = resolve(Anchor("", sentence.locator), original, sentence.text)
        if place is not None:
            said = (sentence.text, *lines.get((passage.passage_id, position), ()))
            found += [Placed(*place, line) for line in said]
    return found


class Finders:
    """The finders that are kept for sources, whatever version of them is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, anchor: Anchor, line: str, now: datetime, origin: str = CURATOR) -> AnchoredFinder:
        """Keep a line; the next generation searches it. Raises FinderRefused for an empty or a very long one."""
        line = " ".join(line.split())
        if not tokens(line) or len(line) > LONGEST_LINE:
            raise FinderRefused(
                f"A line has a word at least, and {LONGEST_LINE} characters at most. Nothing was added; write it as a "
                "planner would ask."
            )
        finder = AnchoredFinder(uuid.uuid4().hex, anchor, line, origin)
        with self._database.write() as session:
            session.execute(insert(AnchoredFinderRow), [_row(finder, now)])
        return finder

    def remove(self, finder_id: str) -> None:
        """Forget a line. Raises FinderRefused when there is none with this id."""
        with self._database.write() as session:
            gone = delete(AnchoredFinderRow).where(AnchoredFinderRow.finder_id == finder_id)
            if session.execute(gone.returning(AnchoredFinderRow.finder_id)).first() is None:
                raise FinderRefused(
                    f"There is no finder {finder_id}. Nothing was changed; `proviso finders list` names them all."
                )

    def replace(self, origin: str, finders: Sequence[tuple[Anchor, str]], now: datetime) -> bool:
        """Have just these lines of an origin; whether that changed anything."""
        with self._database.write() as session:
            known = {(f.anchor, f.line) for f in kept(session) if f.origin == origin}
            if known == set(finders):
                return False
            session.execute(delete(AnchoredFinderRow).where(AnchoredFinderRow.origin == origin))
            rows = [_row(AnchoredFinder(uuid.uuid4().hex, anchor, line, origin), now) for anchor, line in finders]
            if rows:
                session.execute(insert(AnchoredFinderRow), rows)
        return True

    def all(self) -> list[AnchoredFinder]:
        """Every line that is kept for a source, by source and place."""
        with self._database.read() as session:
            return kept(session)


def kept(session: Session) -> list[AnchoredFinder]:
    """Every line that is kept for a source."""
    order = AnchoredFinderRow.source_key, AnchoredFinderRow.place, AnchoredFinderRow.line, AnchoredFinderRow.finder_id
    return [
        AnchoredFinder(row.finder_id, Anchor(row.source_key, row.place, row.sentence_hash), row.line, row.origin)
        for row in session.scalars(select(AnchoredFinderRow).order_by(*order))
    ]


def _row(finder: AnchoredFinder, now: datetime) -> dict[str, object]:
    return {
        "finder_id": finder.finder_id,
        "source_key": finder.anchor.source_key,
        "place": finder.anchor.place,
        "sentence_hash": finder.anchor.sentence_hash,
        "line": finder.line,
        "origin": finder.origin,
        "added_at": now,
    }


def _paragraphs(place: str) -> set[int | None]:
    """The paragraph numbers that a place such as "par. 23 and 28" or "par. 7-9" names; none for any other place."""
    found = _PARAGRAPH.match(place)
    if found is None:
        return set()
    numbers: set[int | None] = set()
    for part in re.split(r",|;|and", place[found.end() :].split("(", maxsplit=1)[0]):
        ends = [int(n) for n in _NUMBERS.findall(part)]
        numbers |= set(range(ends[0], ends[-1] + 1)) if ends and ends[-1] - ends[0] < 50 else set(ends)
    return numbers
