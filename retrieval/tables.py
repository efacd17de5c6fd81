"""The tables of retrieval. SQL is the truth; every index on disk or on a server can be made again from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from retrieval.database import Base, UtcDateTime


class RootRow(Base):
    """A folder or file that was named to ingest, remembered so that files gone from it are noticed."""

    __tablename__ = "corpus_root"

    root: Mapped[str] = mapped_column(String, primary_key=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VersionRow(Base):
    """One reading of one source, never changed once written: a new reading is a new version.

    `source` is the bibliographic record as that reading found it (JSON of `Source`).
    """

    __tablename__ = "corpus_version"

    version_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(40), index=True)
    content_hash: Mapped[str] = mapped_column(String(80))
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    passages: Mapped[int]
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SourceRow(Base):
    """A source and its present version. `state` is active, superseded or withdrawn: a curator's decision."""

    __tablename__ = "corpus_source"
    __table_args__ = (Index("ix_corpus_source_root_path", "root", "path", unique=True),)

    source_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    root: Mapped[str] = mapped_column(String)
    path: Mapped[str] = mapped_column(String)
    version_id: Mapped[str] = mapped_column(ForeignKey("corpus_version.version_id"), index=True)
    state: Mapped[str] = mapped_column(String(16))


class PassageRow(Base):
    """A passage: its sentences with spans and locators as JSON, and the hash of the text that is indexed."""

    __tablename__ = "corpus_passage"

    passage_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("corpus_version.version_id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    section: Mapped[str | None] = mapped_column(String)
    note: Mapped[bool]
    sentences: Mapped[list[Any]] = mapped_column(JSON)
    text_hash: Mapped[str] = mapped_column(String(64), index=True)


class VectorRow(Base):
    """A cached embedding: little-endian float32, of the text with this hash, by this recipe."""

    __tablename__ = "corpus_vector"

    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    recipe: Mapped[str] = mapped_column(String(120), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class GenerationRow(Base):
    """One index generation. `state` is building until it is published, ready from then on.

    `recipe` is the embedder's (None: lexical alone); `fingerprint` tells what went in, so that an unchanged corpus
    is not built twice; `left_at` is when another generation took its place.
    """

    __tablename__ = "index_generation"

    generation_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    recipe: Mapped[str | None] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(String(64))
    passages: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MemberRow(Base):
    """A source version that belongs to a generation. `state` is the curator's decision when it was built."""

    __tablename__ = "index_member"

    generation_id: Mapped[str] = mapped_column(
        ForeignKey("index_generation.generation_id", ondelete="CASCADE"), primary_key=True
    )
    version_id: Mapped[str] = mapped_column(ForeignKey("corpus_version.version_id"), primary_key=True, index=True)
    state: Mapped[str] = mapped_column(String(16))


class PointerRow(Base):
    """Which generation answers. One row, named "index"; changing it is publishing."""

    __tablename__ = "index_pointer"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    generation_id: Mapped[str] = mapped_column(ForeignKey("index_generation.generation_id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


def table_of(row: type[Base]) -> Table:
    """The table behind a row class, for statements that are particular to a database."""
    table = row.__table__
    assert isinstance(table, Table)
    return table
