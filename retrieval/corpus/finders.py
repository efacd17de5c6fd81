"""Finders: wordings under which a place in a source is found. They are searched and never shown, and are no evidence.

A place is named by an `Anchor`, which survives another reading of the document.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from retrieval.corpus.passages import Passage, Sentence
from retrieval.corpus.records import source_from_json, text_hash
from retrieval.corpus.sources import to_passage
from retrieval.corpus.tables import AnchoredFinderRow, PassageRow, SourceRow, VersionRow
from retrieval.database import Database
from retrieval.errors import FinderRefused, SourceUnknown
from retrieval.text.places import Key, heading_keys, keys_of, words_for
from retrieval.text.tokens import tokens
from retrieval.text.wording import normal

CURATOR, CHECKLIST = "curator", "checklist"
LONGEST_LINE = 300
# A sentence with its passage and its position there.
Place = tuple[Passage, int, Sentence]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in a source: the key of the source (its id, or the `same_title` form of its title), the locator or
    paragraph ("Art. 12(2)", "par. 8"), and the hash of the sentence. With both, the sentence decides and the place
    helps where it changed."""

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


def places_of(passages: Iterable[Passage]) -> Iterator[Place]:
    """Every sentence with its passage and position."""
    for passage in passages:
        for position, sentence in enumerate(passage.sentences):
            yield passage, position, sentence


def place_name(sentence: Sentence) -> str | None:
    """What the place of a sentence is called: its original's place, its own number, its paragraph or its page."""
    numbers = [(kind, n) for span in sentence.spans for kind, n in (("par.", span.paragraph), ("p.", span.page)) if n]
    first = f"{numbers[0][0]} {numbers[0][1]}" if numbers else None
    return sentence.locator or sentence.place or first


class Places:
    """The sentences of a document by what they are called and by what they say."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._all = list(places_of(passages))
        self._named: dict[str | Key, list[int]] = defaultdict(list)
        self._saying: dict[str, list[int]] = {}
        for row, (_, _, sentence) in enumerate(self._all):
            for name in _names(sentence):
                self._named[name].append(row)

    def at(self, place: str) -> list[Place]:
        """The sentences at a place: those whose number or original's place it is, or that stand in its paragraphs or
        on its pages.
        """
        names: set[str | Key] = {place.casefold().strip(), *keys_of(place)}
        rows = {row for name in names for row in self._named.get(name, ())}
        return [self._all[row] for row in sorted(rows)]

    def saying(self, hash_: str) -> list[Place]:
        """The sentences with this hash."""
        if not self._saying:
            for row, (_, _, sentence) in enumerate(self._all):
                self._saying.setdefault(sentence_hash(sentence.text), []).append(row)
        return [self._all[row] for row in self._saying.get(hash_, ())]

    def beginning(self, words: str, place: str | None) -> list[Place]:
        """The sentences at a place, or anywhere, that begin with these words."""
        wanted = normal(words).casefold()
        there = self._all if place is None else self.at(place)
        return [each for each in there if normal(each[2].text).casefold().startswith(wanted)]

    def resolve(self, anchor: Anchor, said: str = "") -> tuple[str, int] | None:
        """(passage id, position) of an anchor; None when it is lost.

        Of several sentences that say the same the one at the place is meant, of several at a place the one that shares
        most with `said`.
        """
        same = self.saying(anchor.sentence_hash) if anchor.sentence_hash else []
        there = self.at(anchor.place) if anchor.place is not None else []
        meant = [each for each in same if each in there] or same or there
        if not meant:
            return None
        passage, position, _ = closest(meant, said)
        return passage.passage_id, position


def closest(places: Sequence[Place], said: str) -> Place:
    """Of some sentences, the first of those that share most words with `said`."""
    words = set(tokens(said))
    return max(places, key=lambda each: len(words & set(tokens(each[2].text))))


def finders_of_digest(
    digest: Sequence[Passage], lines: Mapping[tuple[str, int], Sequence[str]], original: Places
) -> list[Placed]:
    """The finders that a digest gives its original: each statement, and the lines at it, for the place it names."""
    found = []
    for passage, position, sentence in places_of(digest):
        if sentence.locator is None:
            continue
        place = original.resolve(Anchor("", sentence.locator), sentence.text)
        if place is not None:
            said = (sentence.text, *lines.get((passage.passage_id, position), ()))
            found += [Placed(*place, line) for line in said]
    return found


class Finders:
    """The finders that are kept for sources, whatever version of them is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, anchor: Anchor, line: str, now: datetime) -> AnchoredFinder:
        """Keep a line; the next generation searches it. Raises FinderRefused for an empty or a very long one."""
        line = " ".join(line.split())
        if not tokens(line) or len(line) > LONGEST_LINE:
            raise FinderRefused(
                f"A line has a word at least, and {LONGEST_LINE} characters at most. Nothing was added; write it as a "
                "planner would ask."
            )
        finder = AnchoredFinder(uuid.uuid4().hex[:12], anchor, line, CURATOR)
        with self._database.write() as session:
            session.add(_row(finder, now))
        return finder

    def anchor(self, source_id: str, place: str, line: str, says: str | None = None) -> Anchor:
        """The anchor of a sentence of a source: the one at `place` that begins with `says`, or else shares most with
        `line`. Raises SourceUnknown, and FinderRefused when no sentence is there.
        """
        with self._database.read() as session:
            row = session.get(SourceRow, source_id)
            if row is None:
                raise SourceUnknown(
                    f"There is no source {source_id}. Nothing was added; `proviso sources` lists those there are."
                )
            places = Places(passages_of(session, row.version_id))
        there = places.at(place)
        if not there:
            raise FinderRefused(
                f"No sentence of {source_id} is at {place}. Nothing was added; name a paragraph, a page or a number of "
                'the text, such as "par. 8", "p. 3" or "Art. 12(2)".'
            )
        if says is not None and not (there := places.beginning(says, place)):
            raise FinderRefused(
                f'No sentence at {place} of {source_id} begins with "{says}". Nothing was added; give its first words '
                "as they stand there."
            )
        return Anchor(source_id, place, sentence_hash(closest(there, line)[2].text))

    def remove(self, finder_id: str) -> None:
        """Forget a curator's line. Raises FinderRefused when none has this id."""
        with self._database.write() as session:
            row = session.get(AnchoredFinderRow, finder_id)
            if row is None or row.origin != CURATOR:
                what = f"There is no finder {finder_id}" if row is None else f"{finder_id} is an item of a checklist"
                raise FinderRefused(
                    f"{what}. Nothing was changed; `proviso finders list` shows the ids of lines that can be removed."
                )
            session.delete(row)

    def replace(self, origin: str, finders: Sequence[tuple[Anchor, str]], now: datetime) -> bool:
        """Have just these lines of an origin; whether that changed anything."""
        with self._database.write() as session:
            known = {(f.anchor, f.line) for f in kept(session) if f.origin == origin}
            if known == set(finders):
                return False
            session.execute(delete(AnchoredFinderRow).where(AnchoredFinderRow.origin == origin))
            rows = (AnchoredFinder(uuid.uuid4().hex, anchor, line, origin) for anchor, line in finders)
            session.add_all(_row(finder, now) for finder in rows)
        return True


def passages_of(session: Session, version_id: str) -> list[Passage]:
    """The passages of one reading of a source, in order."""
    query = select(PassageRow).where(PassageRow.version_id == version_id).order_by(PassageRow.ordinal)
    version = session.get_one(VersionRow, version_id)
    return [to_passage(row, source_from_json(version.source)) for row in session.scalars(query)]


def kept(session: Session) -> list[AnchoredFinder]:
    """Every line that is kept for a source."""
    order = AnchoredFinderRow.source_key, AnchoredFinderRow.place, AnchoredFinderRow.line, AnchoredFinderRow.finder_id
    return [
        AnchoredFinder(row.finder_id, Anchor(row.source_key, row.place, row.sentence_hash), row.line, row.origin)
        for row in session.scalars(select(AnchoredFinderRow).order_by(*order))
    ]


def _row(finder: AnchoredFinder, now: datetime) -> AnchoredFinderRow:
    known = {**asdict(finder.anchor), "finder_id": finder.finder_id, "line": finder.line, "origin": finder.origin}
    return AnchoredFinderRow(**known, added_at=now)


def place_keys(sentence: Sentence, section: str | None) -> set[Key]:
    """The keys of the places that a sentence is at: its own number, or else its paragraph and page, and its headings.

    The number of an item is one of a list, of which a document may have many: its paragraph counts too.
    """
    own = keys_of(sentence.place or "") | keys_of(sentence.locator or "")
    numbered = any(key[0] != "item" for key in own)
    return own | (set() if numbered else _counted(sentence)) | heading_keys(section)


def place_words(passage: Passage) -> str:
    """The words under which the places of a passage are indexed."""
    keys = {key for sentence in passage.sentences for key in place_keys(sentence, passage.section)}
    return " ".join(sorted(words_for(keys)))


def _counted(sentence: Sentence) -> set[Key]:
    """The keys of the paragraphs and pages that a sentence stands in."""
    numbers = {(kind, n) for s in sentence.spans for kind, n in (("par", s.paragraph), ("page", s.page))}
    return {(kind, str(n)) for kind, n in numbers if n is not None}


def _names(sentence: Sentence) -> set[str | Key]:
    """What a sentence may be called by: its original's place alone where it has one, since that counts paragraphs of
    another text; else its number, and the numbers of its paragraphs and pages."""
    name = sentence.locator or sentence.place or ""
    keys = keys_of(name) if sentence.locator else keys_of(name) | _counted(sentence)
    return {name.casefold()} - {""} | {key[:end] for key in keys for end in range(2, len(key) + 1)}
