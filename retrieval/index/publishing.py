"""Generations in SQL: what goes into one, which one answers, which may be forgotten."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.orm import Session

from retrieval.corpus.finders import Placed, place_words
from retrieval.corpus.records import source_from_json
from retrieval.corpus.sources import present_sources, to_passage
from retrieval.corpus.standing import ACTIVE, SUPERSEDED
from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import (
    FinderRow,
    GenerationRow,
    IndexedFinderRow,
    MemberRow,
    PassageRow,
    PointerRow,
    SourceRow,
    VectorRow,
    VersionRow,
)
from retrieval.errors import IndexBusy
from retrieval.index.changes import record_changes
from retrieval.index.placing import placed

POINTER = "index"
BUILDING, READY = "building", "ready"
INDEXED = (ACTIVE, SUPERSEDED)
# Put together once: it runs at every question.
_POINTED = select(PointerRow.generation_id).where(PointerRow.name == POINTER)


@dataclass(frozen=True, slots=True)
class Member:
    """A source version as a generation knows it (see `MemberRow`), and how many passages it has."""

    version_id: str
    state: str
    successor: str | None
    passages: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a generation of the present corpus would know."""

    members: tuple[Member, ...]
    recipe: str | None
    finders: tuple[Placed, ...] = ()

    @property
    def passages(self) -> int:
        """How many passages it would hold."""
        return sum(member.passages for member in self.members if member.state in INDEXED)

    @property
    def fingerprint(self) -> str:
        """Equal fingerprints give equal indexes."""
        lines = sorted(f"{member.version_id} {member.state} {member.successor}" for member in self.members)
        finders = [f"{finder.passage_id} {finder.position} {finder.line}" for finder in self.finders]
        return hashlib.sha256("\n".join([self.recipe or "", *lines, *finders]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as an index sees it. `places` are the words under which its places are indexed."""

    passage_id: str
    text_hash: str
    text: str
    places: str = ""


def plan(session: Session, recipe: str | None) -> Plan:
    """The present corpus, each source as it stands."""
    present = present_sources(session)
    members = tuple(
        Member(row.version_id, standing.state, standing.successor, version.passages)
        for row, version, standing in present
    )
    return Plan(members, recipe, placed(session, present))


def pointer(session: Session | Connection) -> str | None:
    """The id of the generation that answers."""
    return session.scalar(_POINTED)


def begin(session: Session, generation: str, planned: Plan, now: datetime, base: str | None = None) -> None:
    """Write down that `generation` is being built, upon the collection of the generation `base` if that can be."""
    session.add(
        GenerationRow(
            generation_id=generation,
            state=BUILDING,
            recipe=planned.recipe,
            fingerprint=planned.fingerprint,
            passages=planned.passages,
            created_at=now,
            base=base,
        )
    )
    session.flush()
    rows = [
        {"generation_id": generation, "version_id": m.version_id, "state": m.state, "successor": m.successor}
        for m in planned.members
    ]
    if rows:
        session.execute(insert(MemberRow), rows)
    finders = [
        {"generation_id": generation, "number": n, "passage_id": f.passage_id, "position": f.position, "line": f.line}
        for n, f in enumerate(planned.finders)
    ]
    if finders:
        session.execute(insert(IndexedFinderRow), finders)


def publish(session: Session, generation: str, previous: str | None, now: datetime) -> None:
    """Make `generation` the one that answers in place of `previous`, and write down what that changes.

    Raises IndexBusy when another builder was quicker, which only a lost lock makes possible.
    """
    ready = update(GenerationRow).where(GenerationRow.generation_id == generation, GenerationRow.state == BUILDING)
    changed = session.execute(ready.values(state=READY).returning(GenerationRow.generation_id)).first()
    if changed is None or pointer(session) != previous:
        raise IndexBusy
    record_changes(session, generation, previous, now)
    if previous is None:
        session.add(PointerRow(name=POINTER, generation_id=generation, published_at=now))
        return
    move = update(PointerRow).where(PointerRow.name == POINTER, PointerRow.generation_id == previous)
    if session.execute(move.values(generation_id=generation, published_at=now).returning(PointerRow.name)).first():
        leave = update(GenerationRow).where(GenerationRow.generation_id == previous)
        session.execute(leave.values(left_at=now))
        return
    raise IndexBusy


def of_passages(generation: str, *columns: Any) -> Select[Any]:
    """These columns of every passage of the generation, by version and ordinal."""
    return (
        select(*columns)
        .join_from(MemberRow, PassageRow, MemberRow.version_id == PassageRow.version_id)
        .where(MemberRow.generation_id == generation, MemberRow.state.in_(INDEXED))
        .order_by(PassageRow.version_id, PassageRow.ordinal)
    )


def texts(session: Session, generation: str, versions: Sequence[str] | None = None) -> list[Text]:
    """Every passage of the generation, or of these `versions` in it, by version and ordinal."""
    query = of_passages(generation, PassageRow, VersionRow).execution_options(yield_per=1000)
    query = query.join(VersionRow, VersionRow.version_id == PassageRow.version_id)
    parts = [query] if versions is None else [query.where(VersionRow.version_id.in_(part)) for part in chunks(versions)]
    return [
        Text(row.passage_id, row.text_hash, passage.indexed_text, place_words(passage))
        for part in parts
        for row, version in session.execute(part)
        for passage in (to_passage(row, source_from_json(version.source)),)
    ]


def lines(session: Session, generation: str) -> dict[str, tuple[str, ...]]:
    """Passage id to the lines under which the generation finds it, for the passages that have any."""
    query = select(IndexedFinderRow).where(IndexedFinderRow.generation_id == generation)
    found: dict[str, list[str]] = defaultdict(list)
    for row in session.scalars(query.order_by(IndexedFinderRow.number)):
        found[row.passage_id].append(row.line)
    return {passage: tuple(said) for passage, said in found.items()}


def members(session: Session, generation: str) -> set[str]:
    """The versions whose passages the generation holds."""
    query = select(MemberRow.version_id).where(MemberRow.generation_id == generation, MemberRow.state.in_(INDEXED))
    return set(session.scalars(query))


def hashes(session: Session, generation: str) -> dict[str, str]:
    """Passage id to text hash, for every passage of the generation, by version and ordinal."""
    query = of_passages(generation, PassageRow.passage_id, PassageRow.text_hash)
    return {id_: text_hash for id_, text_hash in session.execute(query)}  # noqa: C416 - dict() would lose the types


def stale(session: Session, before: datetime) -> list[str]:
    """Generations that no longer answer: left before `before`, or begun by a builder that died.

    Call it while holding the build lock: only then is a generation that is building certainly dead.
    """
    query = select(GenerationRow.generation_id).where(
        (GenerationRow.state == BUILDING) | (GenerationRow.left_at <= before),
        GenerationRow.generation_id.not_in(select(PointerRow.generation_id)),
    )
    return list(session.scalars(query))


def left_behind(session: Session, generations: Sequence[str]) -> list[str]:
    """The generations whose collections on a server no other than these `generations` stands on."""
    rows = session.execute(select(GenerationRow.generation_id, GenerationRow.base)).all()
    needed = {row.base or row.generation_id for row in rows if row.generation_id not in generations}
    used = {row.base or row.generation_id for row in rows if row.generation_id in generations}
    return sorted(used - needed)


def stand_alone(session: Session, generation: str) -> None:
    """Write down that `generation` has a collection of its own."""
    alone = update(GenerationRow).where(GenerationRow.generation_id == generation)
    session.execute(alone.values(base=None))


def forget(session: Session, generations: list[str], unread_since: datetime) -> None:
    """Delete these generations, then versions, passages and vectors that nothing refers to any more.

    A version that nothing refers to but that was read after `unread_since` may be part of a change to come.
    """
    session.execute(delete(IndexedFinderRow).where(IndexedFinderRow.generation_id.in_(generations)))
    session.execute(delete(MemberRow).where(MemberRow.generation_id.in_(generations)))
    session.execute(delete(GenerationRow).where(GenerationRow.generation_id.in_(generations)))
    used = select(SourceRow.version_id).union(select(MemberRow.version_id))
    unused = select(VersionRow.version_id).where(VersionRow.version_id.not_in(used), VersionRow.read_at < unread_since)
    gone = list(session.scalars(unused.with_for_update()))
    for part in chunks(gone):
        session.execute(delete(FinderRow).where(FinderRow.version_id.in_(part)))
        session.execute(delete(PassageRow).where(PassageRow.version_id.in_(part)))
        session.execute(delete(VersionRow).where(VersionRow.version_id.in_(part)))
    if gone:
        session.execute(delete(VectorRow).where(VectorRow.text_hash.not_in(select(PassageRow.text_hash))))
