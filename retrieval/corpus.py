"""The corpus in SQL: what ingest writes, what indexes are made from, what citations are read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Select, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from retrieval.database import Database
from retrieval.errors import SourceUnknown
from retrieval.records import (
    passage_id,
    sentences_from_json,
    sentences_to_json,
    source_from_json,
    source_id,
    source_to_json,
    text_hash,
    version_id,
)
from retrieval.tables import PassageRow, RootRow, SourceRow, VersionRow, table_of
from retrieval.types import Passage, Source, SourceKind

T = TypeVar("T")

# Below the number of parameters a statement may have on every database.
CHUNK = 500

# Put together once: it runs at every question.
_PASSAGES = (
    select(
        PassageRow.passage_id,
        PassageRow.version_id,
        PassageRow.section,
        PassageRow.note,
        PassageRow.sentences,
        VersionRow.source,
        SourceRow.state,
    )
    .join(VersionRow, VersionRow.version_id == PassageRow.version_id)
    .outerjoin(SourceRow, SourceRow.source_id == VersionRow.source_id)
    .where(PassageRow.passage_id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Document:
    """A source as it was read. `content_hash` is ingest's own: equal means there is nothing to read again.

    The ids of `passages` are given anew when they are stored: they derive from source, content and ordinal.
    """

    source: Source
    root: str
    content_hash: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class CorpusChange:
    """What one ingest changes, as a whole or not at all.

    `documents` are added, or take the place of what their source id held; `removed` are source ids; `roots` are
    remembered even when nothing in them could be read.
    """

    documents: tuple[Document, ...] = ()
    removed: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What the corpus holds of one file. `state` is active, superseded or withdrawn."""

    source: Source
    content_hash: str
    passages: int = 0
    state: str = "active"


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One line of the list of sources. `state` is active, superseded or withdrawn."""

    source: Source
    kind: SourceKind
    passages: int
    root: str
    state: str = "active"


class Corpus:
    """Sources and their passages. A change takes effect in answers once a generation is built from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def roots(self) -> list[str]:
        """The remembered roots, sorted."""
        with self._database.read() as session:
            return list(session.scalars(select(RootRow.root).order_by(RootRow.root)))

    def documents(self, root: str) -> dict[str, StoredDocument]:
        """Path to document, for everything below `root`, withdrawn sources included."""
        query = _present().where(SourceRow.root == root).order_by(SourceRow.path)
        with self._database.read() as session:
            return {
                row.path: StoredDocument(
                    source_from_json(version.source, row.state), version.content_hash, version.passages, row.state
                )
                for row, version in session.execute(query)
            }

    def sources(self) -> list[SourceSummary]:
        """Every source, by root and path."""
        query = _present().order_by(SourceRow.root, SourceRow.path)
        with self._database.read() as session:
            return [_summary(row, version) for row, version in session.execute(query)]

    def apply(self, change: CorpusChange, now: datetime) -> None:
        """Make the change in one transaction. Applying the same change again changes nothing.

        A curator's decision about a source outlives a new version of it.
        """
        with self._database.write() as session:
            _remember(self._database, session, {*change.roots, *(d.root for d in change.documents)}, now)
            for ids in chunks(change.removed):
                session.execute(delete(SourceRow).where(SourceRow.source_id.in_(ids)))
            for documents in chunks(change.documents):
                _store(self._database, session, documents, now)

    def remove(self, source_id: str) -> None:
        """Forget the source; reading its file again brings it back. Raises SourceUnknown."""
        with self._database.write() as session:
            gone = session.execute(delete(SourceRow).where(SourceRow.source_id == source_id).returning(SourceRow.path))
            if gone.first() is None:
                raise SourceUnknown(_unknown(source_id))

    def supersede(self, source_id: str) -> None:
        """Mark the source as superseded: still found, and shown as what it is. Raises SourceUnknown."""
        self._decide(source_id, "superseded")

    def withdraw(self, source_id: str) -> None:
        """Take the source out of the index and keep it out, new versions included. Raises SourceUnknown."""
        self._decide(source_id, "withdrawn")

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages with these ids, in this order; those that are gone are left out."""
        with self._database.read() as session:
            found = {passage.passage_id: passage for passage in load_passages(session, ids)}
        return [found[key] for key in ids if key in found]

    def _decide(self, source_id: str, state: str) -> None:
        decide = update(SourceRow).where(SourceRow.source_id == source_id).values(state=state)
        with self._database.write() as session:
            if session.execute(decide.returning(SourceRow.path)).first() is None:
                raise SourceUnknown(_unknown(source_id))


def load_passages(session: Session, ids: Sequence[str], states: dict[str, str] | None = None) -> Iterable[Passage]:
    """The passages with these ids, in no order.

    `states` maps version ids to the decisions to show; without it the present decision about each source counts.
    """
    for part in chunks(ids):
        for row in session.execute(_PASSAGES, {"ids": list(part)}):
            state = row.state if states is None else states.get(row.version_id)
            yield to_passage(row, source_from_json(row.source, state or "active"))


def to_passage(row: PassageRow | Row[Any], source: Source) -> Passage:
    """A stored passage as a value."""
    return Passage(row.passage_id, source, sentences_from_json(row.sentences), row.section, row.note)


def chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    """`items` in parts that fit into one statement."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _present() -> Select[SourceRow, VersionRow]:
    return select(SourceRow, VersionRow).join(VersionRow, VersionRow.version_id == SourceRow.version_id)


def _summary(row: SourceRow, version: VersionRow) -> SourceSummary:
    source = source_from_json(version.source, row.state)
    return SourceSummary(source, source.kind, version.passages, row.root, row.state)


def _remember(database: Database, session: Session, roots: Iterable[str], now: datetime) -> None:
    rows = [{"root": root, "added_at": now} for root in sorted(roots)]
    if rows:
        session.execute(database.insert(table_of(RootRow)).on_conflict_do_nothing(), rows)


def _store(database: Database, session: Session, documents: Sequence[Document], now: datetime) -> None:
    read = {version_id(d.source, d.content_hash, d.passages): d for d in documents}
    # Held against a sweep that would forget a version nobody refers to yet.
    query = select(VersionRow.version_id).where(VersionRow.version_id.in_(read))
    known = set(session.scalars(query.with_for_update(read=True, key_share=True)))
    new = {version: document for version, document in read.items() if version not in known}
    if new:
        session.execute(insert(VersionRow), [_version(version, document, now) for version, document in new.items()])
    passages = [_passage(v, n, passage) for v, d in new.items() for n, passage in enumerate(d.passages)]
    if passages:
        session.execute(insert(PassageRow), passages)
    put = database.insert(table_of(SourceRow))
    put = put.on_conflict_do_update(
        index_elements=["source_id"], set_={name: put.excluded[name] for name in ("root", "path", "version_id")}
    )
    session.execute(put, [_source(version, document) for version, document in read.items()])


def _version(version: str, document: Document, now: datetime) -> dict[str, Any]:
    return {
        "version_id": version,
        "source_id": document.source.source_id,
        "content_hash": document.content_hash,
        "source": source_to_json(document.source),
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


def _source(version: str, document: Document) -> dict[str, Any]:
    source = document.source
    place = {"root": document.root, "path": source.path}
    return {"source_id": source.source_id, "version_id": version, "state": "active"} | place


def _unknown(source_id: str) -> str:
    return f"There is no source {source_id}. Nothing was changed; `proviso sources` lists those there are."


__all__ = ["Corpus", "CorpusChange", "Document", "SourceSummary", "StoredDocument", "load_passages", "source_id"]
