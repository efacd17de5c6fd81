"""What each publication changed of each source: written with it, kept when the generations themselves are swept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from retrieval.corpus.records import file_hash
from retrieval.corpus.standing import ACTIVE, DUPLICATE, RETIRED, SUPERSEDED, WITHDRAWN
from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import (
    ChangeRow,
    GenerationRow,
    IndexedFinderRow,
    MemberRow,
    PassageRow,
    PublicationRow,
    VersionRow,
)
from retrieval.database import Database
from retrieval.errors import GenerationUnknown

ABSENT = "absent"
_INDEXED = (ACTIVE, SUPERSEDED)


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What became of one source. `kind` is added, changed, removed, superseded, withdrawn, retired, duplicate or
    restored; a file that moved is changed, and `moved_from` its path before. Passages are those the index holds of it;
    `text_new` and `text_gone` count those whose indexed text came or went, summed over the publications looked at.
    """

    source_id: str
    kind: str
    title: str | None
    path: str
    moved_from: str | None
    passages_before: int
    passages_after: int
    text_new: int
    text_gone: int

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed from `before` (None: nothing was indexed) to `after`, both ids of generations.

    `finders` are how many lines came and went, None where one of the two generations is forgotten.
    """

    before: str | None
    after: str | None
    published_at: datetime | None
    sources: tuple[SourceChange, ...]
    finders: tuple[int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        at = self.published_at.isoformat() if self.published_at else None
        listed = [source.to_json() for source in self.sources]
        lines = self.finders and {"new": self.finders[0], "gone": self.finders[1]}
        return {"before": self.before, "after": self.after, "published_at": at, "sources": listed, "finders": lines}


@dataclass(frozen=True, slots=True)
class _Known:
    """A source in one generation."""

    source_id: str
    version_id: str | None
    state: str
    title: str | None
    path: str
    file_hash: str
    indexed: int


_NOTHING = _Known("", None, ABSENT, None, "", "", 0)


def record_changes(session: Session, generation: str, previous: str | None, now: datetime) -> None:
    """Write down how `generation` differs from `previous`. Part of the transaction that publishes it."""
    before, after = _known(session, previous), _known(session, generation)
    publication = PublicationRow(
        generation_id=generation,
        previous_id=previous,
        published_at=now,
        sources=len(after),
        passages=sum(known.indexed for known in after.values()),
    )
    session.add(publication)
    session.flush()
    pairs = _pairs(before, after)
    texts = _texts(
        session, [known.version_id for pair in pairs if _NOTHING not in pair for known in pair if known.version_id]
    )
    rows = [_row(publication.number, one, other, texts) for one, other in pairs]
    if rows:
        session.execute(insert(ChangeRow), rows)


def changes(database: Database, since: str | datetime | None = None) -> Changes:
    """What changed between the last two generations, or since a generation or a moment. Raises GenerationUnknown."""
    with database.read() as session:
        looked_at = _publications(session, since)
        if not looked_at:
            return Changes(None, None, None, ())
        rows = _changes(session, [publication.number for publication in looked_at])
        first, last = looked_at[0], looked_at[-1]
        lines = _lines(session, first.previous_id, last.generation_id)
    return Changes(first.previous_id, last.generation_id, last.published_at.astimezone(UTC), _folded(rows), lines)


def _lines(session: Session, before: str | None, after: str) -> tuple[int, int] | None:
    """How many lines of finders came and went from one generation to the other; None where one is forgotten."""
    both = [id_ for id_ in (before, after) if id_ is not None]
    known = set(session.scalars(select(GenerationRow.generation_id).where(GenerationRow.generation_id.in_(both))))
    if len(known) < len(both):
        return None
    query = select(IndexedFinderRow.line)
    had, has = (Counter(session.scalars(query.where(IndexedFinderRow.generation_id == id_))) for id_ in (before, after))
    return (has - had).total(), (had - has).total()


def _publications(session: Session, since: str | datetime | None) -> list[PublicationRow]:
    query = select(PublicationRow).order_by(PublicationRow.number)
    if since is None:
        return list(session.scalars(query.order_by(None).order_by(PublicationRow.number.desc()).limit(1)))
    if isinstance(since, datetime):
        return list(session.scalars(query.where(PublicationRow.published_at >= since)))
    number = session.scalar(select(PublicationRow.number).where(PublicationRow.generation_id == since))
    if number is None:
        raise GenerationUnknown
    return list(session.scalars(query.where(PublicationRow.number > number)))


def _changes(session: Session, numbers: Sequence[int]) -> list[ChangeRow]:
    query = select(ChangeRow).order_by(ChangeRow.number, ChangeRow.path, ChangeRow.source_id)
    return [row for part in chunks(numbers) for row in session.scalars(query.where(ChangeRow.number.in_(part)))]


def _folded(rows: Iterable[ChangeRow]) -> tuple[SourceChange, ...]:
    """One change a source, from what it first was to what it is last; what came to nothing is left out."""
    stories: dict[str, list[ChangeRow]] = {}
    for row in rows:
        story = stories.pop(row.earlier_id, []) if row.earlier_id else stories.get(row.source_id, [])
        stories[row.source_id] = [*story, row]
    folded = [_fold(story) for story in stories.values()]
    return tuple(sorted((change for change in folded if change), key=lambda change: (change.path, change.source_id)))


def _fold(story: Sequence[ChangeRow]) -> SourceChange | None:
    first, last = story[0], story[-1]
    if (first.state_before, first.version_before) == (last.state_after, last.version_after):
        return None
    return SourceChange(
        source_id=last.source_id,
        kind=_kind(first.state_before, last.state_after),
        title=last.title,
        path=last.path,
        moved_from=next((row.moved_from for row in story if row.moved_from), None),
        passages_before=first.passages_before,
        passages_after=last.passages_after,
        text_new=sum(row.text_new for row in story),
        text_gone=sum(row.text_gone for row in story),
    )


def _kind(before: str, after: str) -> str:
    if after == ABSENT:
        return "removed"
    if after in (WITHDRAWN, RETIRED, SUPERSEDED, DUPLICATE) and after != before:
        return after
    if before == ABSENT:
        return "added"
    return "changed" if before == after else "restored"


def _known(session: Session, generation: str | None) -> dict[str, _Known]:
    query = (
        select(MemberRow.state, VersionRow)
        .join(VersionRow, VersionRow.version_id == MemberRow.version_id)
        .where(MemberRow.generation_id == generation)
    )
    return {
        row.source_id: _Known(
            row.source_id,
            row.version_id,
            state,
            row.source.get("title"),
            row.source["path"],
            file_hash(row.content_hash),
            row.passages if state in _INDEXED else 0,
        )
        for state, row in session.execute(query)
    }


def _pairs(before: dict[str, _Known], after: dict[str, _Known]) -> list[tuple[_Known, _Known]]:
    """What differs, before and after; a file that moved is one pair, not two."""
    gone = {id_: known for id_, known in before.items() if id_ not in after}
    by_bytes: dict[str, list[str]] = {}
    for id_, known in gone.items():
        by_bytes.setdefault(known.file_hash, []).append(id_)
    pairs: list[tuple[_Known, _Known]] = []
    for id_, known in after.items():
        was = before.get(id_, _NOTHING)
        if was is _NOTHING and by_bytes.get(known.file_hash):
            was = gone.pop(by_bytes[known.file_hash].pop(0))
        if (was.version_id, was.state) != (known.version_id, known.state):
            pairs.append((was, known))
    return [*pairs, *((known, _NOTHING) for known in gone.values())]


def _texts(session: Session, versions: Sequence[str]) -> dict[str, Counter[str]]:
    """Version id to the hashes of its indexed texts."""
    found: dict[str, Counter[str]] = {version: Counter() for version in versions}
    query = select(PassageRow.version_id, PassageRow.text_hash)
    for part in chunks(versions):
        for version, text_hash in session.execute(query.where(PassageRow.version_id.in_(part))):
            found[version][text_hash] += 1
    return found


def _row(number: int, before: _Known, after: _Known, texts: dict[str, Counter[str]]) -> dict[str, Any]:
    known = before if after is _NOTHING else after
    new, gone = _text_counts(before, after, texts)
    moved = _NOTHING not in (before, after) and before.source_id != after.source_id
    return {
        "number": number,
        "source_id": known.source_id,
        "title": known.title,
        "path": known.path,
        "moved_from": before.path if moved else None,
        "earlier_id": before.source_id if moved else None,
        "state_before": before.state,
        "state_after": after.state,
        "version_before": before.version_id,
        "version_after": after.version_id,
        "passages_before": before.indexed,
        "passages_after": after.indexed,
        "text_new": new,
        "text_gone": gone,
    }


def _text_counts(before: _Known, after: _Known, texts: dict[str, Counter[str]]) -> tuple[int, int]:
    """How many indexed texts come, and how many go."""
    if before.version_id is None or after.version_id is None or not (before.indexed and after.indexed):
        return after.indexed, before.indexed
    one, other = texts[before.version_id], texts[after.version_id]
    return (other - one).total(), (one - other).total()
