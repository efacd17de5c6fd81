"""Write readings of documents to SQL. A reading is invisible until a source row points to it.

A decision by a curator (superseded, withdrawn) and a curator's finders follow their file when it moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from retrieval.corpus.passages import Passage, Source
from retrieval.corpus.records import (
    file_hash,
    passage_id,
    sentences_to_json,
    source_to_json,
    text_hash,
    version_id,
    words_hash,
)
from retrieval.corpus.standing import ACTIVE, SUPERSEDED, WITHDRAWN
from retrieval.corpus.tables import (
    AnchoredFinderRow,
    DecisionRow,
    FinderRow,
    PassageRow,
    SourceRow,
    VersionRow,
)
from retrieval.database import dialect_insert

T = TypeVar("T")

# Small enough for the limit of parameters in one statement on every database.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class PassageFinder:
    """A wording under which the sentence at `position` of the passage at `ordinal` is found."""

    ordinal: int
    position: int
    line: str


@dataclass(frozen=True, slots=True)
class Document:
    """A source as it was read. If `content_hash` is unchanged, the file need not be read again. The part after its last
    colon is the hash of the file's bytes, which identifies the file in another place.

    The ids of `passages` are replaced when they are stored: they are derived from source, content and position.
    """

    source: Source
    root: str
    content_hash: str
    passages: tuple[Passage, ...]
    finders: tuple[PassageFinder, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """A stored reading that is not part of the corpus until `point` is called with it."""

    source_id: str
    root: str
    path: str
    version_id: str
    file_hash: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A curator's decision about a source (see `SourceRow`)."""

    state: str = ACTIVE
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class _Gone:
    source_id: str
    path: str
    file_hash: str
    decision: Decision


def stage(session: Session, documents: Sequence[Document], now: datetime) -> list[Staged]:
    """Store readings. A reading that is already stored is marked as fresh, so that a sweep does not delete it."""
    read = {version_id(d.source, d.content_hash, d.passages): d for d in documents}
    for part in chunks(list(read)):
        # This waits for a running sweep, and the new time keeps the next sweep from deleting them.
        touch = update(VersionRow).where(VersionRow.version_id.in_(part)).values(read_at=now)
        known = set(session.scalars(touch.returning(VersionRow.version_id)))
        new = {version: read[version] for version in part if version not in known}
        if new:
            session.execute(insert(VersionRow), [_version(version, document, now) for version, document in new.items()])
        passages = [_passage(v, n, passage) for v, d in new.items() for n, passage in enumerate(d.passages)]
        if passages:
            session.execute(insert(PassageRow), passages)
        finders = [asdict(finder) | {"version_id": v} for v, d in new.items() for finder in d.finders]
        if finders:
            session.execute(insert(FinderRow), finders)
    return [
        Staged(d.source.source_id, d.root, d.source.path, version, file_hash(d.content_hash))
        for version, d in read.items()
    ]


def point(session: Session, staged: Sequence[Staged], removed: Sequence[str], now: datetime) -> dict[str, str]:
    """Make the readings in `staged` the present versions of their sources, and remove the sources in `removed`.

    Return new id to old id for each file that moved: a new file with the same bytes as a removed one. Decisions move
    with their file. The decision on a file that is gone is kept in case the file returns.
    """
    gone = _leave(session, removed)
    known = _known(session, [item.source_id for item in staged])
    new = [item for item in staged if item.source_id not in known]
    moved = _moves(new, gone)
    left = [lost for lost in gone if lost not in moved.values()]
    _keep_decisions(session, left, now)
    inherited = _inherited(session, new, moved)
    rows = [_source(item, inherited.get(item.source_id, Decision())) for item in staged]
    put = dialect_insert(session, SourceRow)
    put = put.on_conflict_do_update(
        index_elements=["source_id"], set_={name: put.excluded[name] for name in ("root", "path", "version_id")}
    )
    for part in chunks(rows):
        session.execute(put, list(part))
    for new_id, lost in moved.items():
        session.execute(update(SourceRow).where(SourceRow.successor == lost.source_id).values(successor=new_id))
        kept = update(AnchoredFinderRow).where(AnchoredFinderRow.source_key == lost.source_id)
        session.execute(kept.values(source_key=new_id))
    return {new_id: lost.source_id for new_id, lost in moved.items()}


def chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    """Split `items` into parts that fit into one SQL statement."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _leave(session: Session, ids: Sequence[str]) -> list[_Gone]:
    gone: list[_Gone] = []
    for part in chunks(ids):
        query = (
            select(SourceRow, VersionRow.content_hash)
            .join(VersionRow, VersionRow.version_id == SourceRow.version_id)
            .where(SourceRow.source_id.in_(part))
            .order_by(SourceRow.path)
        )
        gone += [
            _Gone(row.source_id, row.path, file_hash(content), Decision(row.state, row.successor))
            for row, content in session.execute(query)
        ]
        session.execute(delete(SourceRow).where(SourceRow.source_id.in_(part)))
    return gone


def _known(session: Session, ids: Sequence[str]) -> set[str]:
    query = select(SourceRow.source_id)
    return {id_ for part in chunks(ids) for id_ in session.scalars(query.where(SourceRow.source_id.in_(part)))}


def _moves(new: Sequence[Staged], gone: Sequence[_Gone]) -> dict[str, _Gone]:
    """Match new sources to removed ones by file hash. Files that kept their name are matched first."""
    waiting: dict[str, list[_Gone]] = defaultdict(list)
    for lost in gone:
        waiting[lost.file_hash].append(lost)
    moved: dict[str, _Gone] = {}
    for same_name in (True, False):
        for item in new:
            candidates = waiting[item.file_hash]
            found = next((lost for lost in candidates if not same_name or _name(lost.path) == _name(item.path)), None)
            if found is not None and item.source_id not in moved:
                candidates.remove(found)
                moved[item.source_id] = found
    return moved


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _keep_decisions(session: Session, gone: Sequence[_Gone], now: datetime) -> None:
    rows = [
        {"source_id": lost.source_id, "file_hash": lost.file_hash, "gone_at": now} | asdict(lost.decision)
        for lost in gone
        if lost.decision.state != ACTIVE
    ]
    if rows:
        put = dialect_insert(session, DecisionRow)
        fresh = {name: put.excluded[name] for name in ("file_hash", "state", "successor", "gone_at")}
        session.execute(put.on_conflict_do_update(index_elements=["source_id"], set_=fresh), rows)


def _inherited(session: Session, new: Sequence[Staged], moved: Mapping[str, _Gone]) -> dict[str, Decision]:
    """Map each new source id to the decision on the file it was before, or on a file with the same bytes."""
    if not new:
        return {}
    kept = {row.source_id: row for row in session.scalars(select(DecisionRow))}
    by_bytes = _decided_by_bytes(session)
    found: dict[str, Decision] = {}
    for item in new:
        if item.source_id in moved:
            found[item.source_id] = moved[item.source_id].decision
        elif item.source_id in kept:
            found[item.source_id] = Decision(kept[item.source_id].state, kept[item.source_id].successor)
        elif item.file_hash in by_bytes:
            found[item.source_id] = by_bytes[item.file_hash]
    back = [row.source_id for row in kept.values() if row.source_id in found or _is_back(row, new, found)]
    for part in chunks(back):
        session.execute(delete(DecisionRow).where(DecisionRow.source_id.in_(part)))
    return found


def _is_back(row: DecisionRow, new: Sequence[Staged], found: Mapping[str, Decision]) -> bool:
    return any(item.file_hash == row.file_hash and item.source_id in found for item in new)


def _decided_by_bytes(session: Session) -> dict[str, Decision]:
    """Map file hashes to decisions, on present and on removed sources. Withdrawn takes precedence."""
    present = (
        select(SourceRow.state, SourceRow.successor, VersionRow.content_hash)
        .join(VersionRow, VersionRow.version_id == SourceRow.version_id)
        .where(SourceRow.state.in_((SUPERSEDED, WITHDRAWN)))
    )
    gone = select(DecisionRow.state, DecisionRow.successor, DecisionRow.file_hash)
    rows = [row for query in (present, gone) for row in session.execute(query)]
    rows.sort(key=lambda row: row[0] == WITHDRAWN)
    return {file_hash(content): Decision(state, successor) for state, successor, content in rows}


def _version(version: str, document: Document, now: datetime) -> dict[str, Any]:
    return {
        "version_id": version,
        "source_id": document.source.source_id,
        "content_hash": document.content_hash,
        "source": source_to_json(document.source),
        "words_hash": words_hash(document.source, document.passages),
        "passages": len(document.passages),
        "read_at": now,
    }


def _passage(version: str, ordinal: int, passage: Passage) -> dict[str, Any]:
    return {
        "passage_id": passage_id(version, ordinal),
        "version_id": version,
        "ordinal": ordinal,
        "section": passage.section,
        "note": passage.note,
        "sentences": sentences_to_json(passage.sentences),
        "text_hash": text_hash(passage.indexed_text),
    }


def _source(item: Staged, decision: Decision) -> dict[str, Any]:
    row = asdict(item) | asdict(decision)
    del row["file_hash"]
    return row
