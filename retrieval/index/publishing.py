"""Generations in SQL: what goes into one, which one answers, which may be forgotten."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from retrieval.corpus import to_passage
from retrieval.errors import IndexBusy
from retrieval.records import source_from_json
from retrieval.tables import GenerationRow, MemberRow, PassageRow, PointerRow, SourceRow, VectorRow, VersionRow

POINTER = "index"
BUILDING, READY = "building", "ready"
# Put together once: it runs at every question.
_POINTED = select(PointerRow.generation_id).where(PointerRow.name == POINTER)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a generation of the present corpus would hold: version ids with their states, and how many passages."""

    members: tuple[tuple[str, str], ...]
    passages: int
    recipe: str | None

    @property
    def fingerprint(self) -> str:
        """Equal fingerprints give equal indexes."""
        record = "\n".join([self.recipe or "", *(f"{version} {state}" for version, state in sorted(self.members))])
        return hashlib.sha256(record.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as an index sees it."""

    passage_id: str
    text_hash: str
    text: str


def plan(session: Session, recipe: str | None) -> Plan:
    """The present corpus, without what is withdrawn and without digests whose original is present."""
    query = (
        select(SourceRow.state, VersionRow)
        .join(VersionRow, VersionRow.version_id == SourceRow.version_id)
        .where(SourceRow.state != "withdrawn")
        .order_by(SourceRow.root, SourceRow.path)
    )
    present = [(state, version) for state, version in session.execute(query)]
    originals = {_title(v.source.get("title")) for _, v in present if v.source.get("kind") != "digest"} - {""}
    kept = [(s, v) for s, v in present if _title(v.source.get("digest_of")) not in originals]
    members = tuple((version.version_id, state) for state, version in kept)
    return Plan(members, sum(version.passages for _, version in kept), recipe)


def pointer(session: Session | Connection) -> str | None:
    """The id of the generation that answers."""
    return session.scalar(_POINTED)


def begin(session: Session, generation: str, planned: Plan, now: datetime) -> None:
    """Write down that `generation` is being built."""
    session.add(
        GenerationRow(
            generation_id=generation,
            state=BUILDING,
            recipe=planned.recipe,
            fingerprint=planned.fingerprint,
            passages=planned.passages,
            created_at=now,
        )
    )
    session.flush()
    rows = [{"generation_id": generation, "version_id": v, "state": state} for v, state in planned.members]
    if rows:
        session.execute(insert(MemberRow), rows)


def publish(session: Session, generation: str, previous: str | None, now: datetime) -> None:
    """Make `generation` the one that answers in place of `previous`.

    Raises IndexBusy when another builder was quicker, which only a lost lock makes possible.
    """
    ready = update(GenerationRow).where(GenerationRow.generation_id == generation, GenerationRow.state == BUILDING)
    changed = session.execute(ready.values(state=READY).returning(GenerationRow.generation_id)).first()
    if changed is None or pointer(session) != previous:
        raise IndexBusy
    if previous is None:
        session.add(PointerRow(name=POINTER, generation_id=generation, published_at=now))
        return
    move = update(PointerRow).where(PointerRow.name == POINTER, PointerRow.generation_id == previous)
    if session.execute(move.values(generation_id=generation, published_at=now).returning(PointerRow.name)).first():
        leave = update(GenerationRow).where(GenerationRow.generation_id == previous)
        session.execute(leave.values(left_at=now))
        return
    raise IndexBusy


def texts(session: Session, generation: str) -> list[Text]:
    """Every passage of the generation, by version and ordinal."""
    query = (
        select(PassageRow, VersionRow)
        .join(MemberRow, MemberRow.version_id == PassageRow.version_id)
        .join(VersionRow, VersionRow.version_id == PassageRow.version_id)
        .where(MemberRow.generation_id == generation)
        .order_by(PassageRow.version_id, PassageRow.ordinal)
        .execution_options(yield_per=1000)
    )
    return [Text(row.passage_id, row.text_hash, _indexed(row, version)) for row, version in session.execute(query)]


def _indexed(row: PassageRow, version: VersionRow) -> str:
    return to_passage(row, source_from_json(version.source)).indexed_text


def stale(session: Session, before: datetime) -> list[str]:
    """Generations that no longer answer: left before `before`, or begun by a builder that died.

    Call it while holding the build lock: only then is a generation that is building certainly dead.
    """
    query = select(GenerationRow.generation_id).where(
        (GenerationRow.state == BUILDING) | (GenerationRow.left_at <= before),
        GenerationRow.generation_id.not_in(select(PointerRow.generation_id)),
    )
    return list(session.scalars(query))


def forget(session: Session, generations: list[str]) -> None:
    """Delete these generations, then versions, passages and vectors that nothing refers to any more."""
    session.execute(delete(MemberRow).where(MemberRow.generation_id.in_(generations)))
    session.execute(delete(GenerationRow).where(GenerationRow.generation_id.in_(generations)))
    used = select(SourceRow.version_id).union(select(MemberRow.version_id))
    unused = select(VersionRow.version_id).where(VersionRow.version_id.not_in(used))
    session.execute(delete(PassageRow).where(PassageRow.version_id.in_(unused)))
    session.execute(delete(VersionRow).where(VersionRow.version_id.not_in(used)))
    session.execute(delete(VectorRow).where(VectorRow.text_hash.not_in(select(PassageRow.text_hash))))


def _title(title: str | None) -> str:
    """A title for comparison: letters and digits in lower case, parted by single spaces."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", title or "").casefold()))
