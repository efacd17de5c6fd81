"""The corpus in SQL: what ingest writes, what indexes are made from, what citations are read from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from retrieval.corpus.passages import PUBLIC, Passage, Scope, Source
from retrieval.corpus.records import STANDING, Standing, file_hash, sentences_from_json, source_from_json, source_id
from retrieval.corpus.standing import ACTIVE, DUPLICATE, SUPERSEDED, UPHELD, WITHDRAWN, Entry, standings
from retrieval.corpus.storing import Document, Staged, chunks, point, stage
from retrieval.corpus.tables import DecisionRow, PassageRow, RootRow, SourceRow, VersionRow
from retrieval.database import Database, dialect_insert
from retrieval.errors import DecisionRefused, SourceUnknown

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
class CorpusChange:
    """What one ingest changes, as a whole or not at all.

    `documents`, and what was `staged` before, are added, or take the place of what their source id held; `removed` are
    source ids; `roots` are remembered even when nothing in them could be read.
    """

    documents: tuple[Document, ...] = ()
    removed: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    staged: tuple[Staged, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What the corpus holds of one file. `state` is the curator's decision about it."""

    source: Source
    content_hash: str
    passages: int = 0
    state: str = ACTIVE


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One line of the list of sources. `state` is active, superseded, withdrawn, retired (a digest whose original is
    there) or duplicate (its text is that of the source at `same_as`): what the next generation makes of it.
    """

    source: Source
    passages: int
    root: str
    state: str = ACTIVE
    same_as: str | None = None


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
                row.path: StoredDocument(_decided(row, version), version.content_hash, version.passages, row.state)
                for row, version in session.execute(query)
            }

    def places(self) -> list[Staged]:
        """Where every source lies, with its present version."""
        with self._database.read() as session:
            return [_staged(row, version) for row, version in session.execute(_present())]

    def count(self) -> int:
        """How many sources there are."""
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(SourceRow)) or 0

    def check(self, ids: Collection[str]) -> None:
        """Raises SourceUnknown for the first of `ids` that is no source's."""
        with self._database.read() as session:
            found = set(session.scalars(select(SourceRow.source_id).where(SourceRow.source_id.in_(ids))))
        for id_ in sorted(set(ids) - found):
            raise SourceUnknown(_unknown(id_))

    def sources(self, scope: Scope = PUBLIC) -> list[SourceSummary]:
        """Every source within `scope`, by root and path."""
        with self._database.read() as session:
            present = present_sources(session)
        paths = {row.source_id: row.path for row, _, _ in present}
        return [
            SourceSummary(source, version.passages, row.root, standing.state, _same_as(standing, paths))
            for row, version, standing in present
            for source in [source_from_json(version.source, standing)]
            if scope.admits(source)
        ]

    def stage(self, documents: Sequence[Document], now: datetime) -> list[Staged]:
        """Write readings down for a change to come: unseen until that is applied, and swept later if it never is."""
        with self._database.write() as session:
            return stage(session, documents, now)

    def apply(self, change: CorpusChange, now: datetime) -> dict[str, str]:
        """Make the change in one transaction; new source id to old one for each file that only moved. Applying the same
        change again changes nothing.

        A curator's decision about a source outlives a new version of it, and goes with its file to another place.
        """
        with self._database.write() as session:
            roots = {*change.roots, *(d.root for d in change.documents), *(s.root for s in change.staged)}
            _remember(session, roots, now)
            staged = [*change.staged, *stage(session, change.documents, now)]
            return point(session, staged, change.removed, now)

    def undoing(self, change: CorpusChange, now: datetime) -> CorpusChange:
        """The change that will put back what `change` (staged or removed) is about to replace; no sweep prevents it."""
        ids = sorted({*change.removed, *(item.source_id for item in change.staged)})
        query, touch = _present(), update(VersionRow).values(read_at=now)
        with self._database.write() as session:
            present = [
                _staged(row, version)
                for part in chunks(ids)
                for row, version in session.execute(query.where(SourceRow.source_id.in_(part)))
            ]
            for part in chunks([item.version_id for item in present]):
                session.execute(touch.where(VersionRow.version_id.in_(part)))
        known = {item.source_id for item in present}
        return CorpusChange(removed=tuple(id_ for id_ in ids if id_ not in known), staged=tuple(present))

    def remove(self, source_id: str) -> None:
        """Forget the source and what was decided of it; reading its file again brings it back. Raises SourceUnknown."""
        with self._database.write() as session:
            gone = session.execute(delete(SourceRow).where(SourceRow.source_id == source_id).returning(SourceRow.path))
            if gone.first() is None:
                raise SourceUnknown(_unknown(source_id))
            session.execute(delete(DecisionRow).where(DecisionRow.source_id == source_id))

    def supersede(self, source_id: str, by: str | None = None) -> None:
        """Mark the source as superseded (by the source `by`): still found, and shown as what it is.

        Raises SourceUnknown, and DecisionRefused for a source that would supersede itself.
        """
        if by == source_id:
            raise DecisionRefused(f"{source_id} cannot supersede itself. Nothing was changed; name the later source.")
        with self._database.write() as session:
            if by is not None and session.get(SourceRow, by) is None:
                raise SourceUnknown(_unknown(by))
            _decide(session, source_id, SUPERSEDED, by)

    def withdraw(self, source_id: str) -> None:
        """Take the source out of the index and keep it out, new versions included. Raises SourceUnknown."""
        with self._database.write() as session:
            _decide(session, source_id, WITHDRAWN)

    def restore(self, source_id: str) -> None:
        """Let the source stand again: what was decided of it is undone, and what other sources say of it is overruled.

        Raises SourceUnknown, and DecisionRefused when it stands already.
        """
        with self._database.write() as session:
            before = _standing(session, source_id)
            if before.state == ACTIVE:
                raise DecisionRefused(f"{source_id} stands already. Nothing was changed.")
            _decide(session, source_id, ACTIVE)
            if _standing(session, source_id).state != ACTIVE:
                _decide(session, source_id, UPHELD)


def present_sources(session: Session) -> list[tuple[SourceRow, VersionRow, Standing]]:
    """Every source with its present version and how it stands, by root and path."""
    present = [(row, version) for row, version in session.execute(_present().order_by(SourceRow.root, SourceRow.path))]
    entries = [
        Entry(source_from_json(version.source), row.state, row.successor, version.words_hash)
        for row, version in present
    ]
    standing = standings(entries)
    return [(row, version, standing[row.source_id]) for row, version in present]


def present_labels(session: Session, ids: Collection[str]) -> dict[str, Source]:
    """Source id to the source as it was read last, for those of `ids` that are there."""
    query = _present().where(SourceRow.source_id.in_(ids))
    return {row.source_id: source_from_json(version.source) for row, version in session.execute(query)}


def load_passages(
    session: Session, ids: Sequence[str], standing: Mapping[str, Standing] | None = None
) -> Iterable[Passage]:
    """The passages with these ids, in no order.

    `standing` maps version ids to how their sources stand, where that is not simply active; without it the present
    decision about each source counts.
    """
    for part in chunks(ids):
        for row in session.execute(_PASSAGES, {"ids": list(part)}):
            stands = Standing(row.state or ACTIVE) if standing is None else standing.get(row.version_id, STANDING)
            yield to_passage(row, source_from_json(row.source, stands))


def to_passage(row: PassageRow | Row[Any], source: Source) -> Passage:
    """A stored passage as a value."""
    return Passage(row.passage_id, source, sentences_from_json(row.sentences), row.section, row.note)


def _present() -> Select[SourceRow, VersionRow]:
    return select(SourceRow, VersionRow).join(VersionRow, VersionRow.version_id == SourceRow.version_id)


def _staged(row: SourceRow, version: VersionRow) -> Staged:
    return Staged(row.source_id, row.root, row.path, row.version_id, file_hash(version.content_hash))


def _decided(row: SourceRow, version: VersionRow) -> Source:
    return source_from_json(version.source, Standing(row.state))


def _same_as(standing: Standing, paths: Mapping[str, str]) -> str | None:
    return paths.get(standing.successor or "") if standing.state == DUPLICATE else None


def _standing(session: Session, source_id: str) -> Standing:
    for row, _, standing in present_sources(session):
        if row.source_id == source_id:
            return standing
    raise SourceUnknown(_unknown(source_id))


def _decide(session: Session, source_id: str, state: str, successor: str | None = None) -> None:
    decide = update(SourceRow).where(SourceRow.source_id == source_id).values(state=state, successor=successor)
    if session.execute(decide.returning(SourceRow.path)).first() is None:
        raise SourceUnknown(_unknown(source_id))


def _remember(session: Session, roots: Iterable[str], now: datetime) -> None:
    rows = [{"root": root, "added_at": now} for root in sorted(roots)]
    if rows:
        session.execute(dialect_insert(session, RootRow).on_conflict_do_nothing(), rows)


def _unknown(source_id: str) -> str:
    return f"There is no source {source_id}. Nothing was changed; `proviso sources` lists those there are."


__all__ = [
    "Corpus", "CorpusChange", "Document", "SourceSummary", "Staged", "StoredDocument",
    "load_passages", "present_labels", "source_id",
]  # fmt: skip
