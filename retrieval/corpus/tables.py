"""The tables of retrieval. SQL is the truth; every index on disk or on a server can be made again from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from retrieval.database import Base, UtcDateTime


class RootRow(Base):
    """A folder or file that was named to ingest, remembered so that files gone from it are noticed."""

    __tablename__ = "corpus_root"

    root: Mapped[str] = mapped_column(String, primary_key=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VersionRow(Base):
    """One reading of one source: a new reading is a new version. Only `read_at` ever changes: when it was last read.

    `source` is the bibliographic record as that reading found it (JSON of `Source`); `words_hash` is that of its text,
    by which copies are known.
    """

    __tablename__ = "corpus_version"

    version_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(40), index=True)
    content_hash: Mapped[str] = mapped_column(String(80))
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    words_hash: Mapped[str | None] = mapped_column(String(64))
    passages: Mapped[int]
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SourceRow(Base):
    """A source and its present version. `state` is a curator's decision: active (none was taken), superseded (by the
    source `successor`, where one was named), withdrawn, or upheld: it stands whatever other sources say of it.
    """

    __tablename__ = "corpus_source"
    __table_args__ = (Index("ix_corpus_source_root_path", "root", "path", unique=True),)

    source_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    root: Mapped[str] = mapped_column(String)
    path: Mapped[str] = mapped_column(String)
    version_id: Mapped[str] = mapped_column(ForeignKey("corpus_version.version_id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    successor: Mapped[str | None] = mapped_column(String(40))


class DecisionRow(Base):
    """What a curator had decided of a source whose file is gone, kept for the day it returns, here or elsewhere.

    `file_hash` is the hash of the file without the reader's own mark: see `Document.content_hash`.
    """

    __tablename__ = "corpus_decision"

    source_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    file_hash: Mapped[str] = mapped_column(String(80), index=True)
    state: Mapped[str] = mapped_column(String(16))
    successor: Mapped[str | None] = mapped_column(String(40))
    gone_at: Mapped[datetime] = mapped_column(UtcDateTime)


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


class FinderRow(Base):
    """A wording under which a sentence of a version is found, as the file beside the document or its text gives it.

    `ordinal` and `position` name the passage and the sentence in it.
    """

    __tablename__ = "corpus_finder"

    finder_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("corpus_version.version_id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    position: Mapped[int]
    line: Mapped[str] = mapped_column(String)


class AnchoredFinderRow(Base):
    """A wording for a place of a source, whatever version of it is read: a curator's line, or a checklist's item.

    `source_key` is a source id, or the title of a source in the form of `standing.same_title`. `place` and
    `sentence_hash` are those of `finders.Anchor`. `origin` is curator or checklist.
    """

    __tablename__ = "corpus_anchored_finder"

    finder_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    source_key: Mapped[str] = mapped_column(String, index=True)
    place: Mapped[str | None] = mapped_column(String)
    sentence_hash: Mapped[str | None] = mapped_column(String(64))
    line: Mapped[str] = mapped_column(String)
    origin: Mapped[str] = mapped_column(String(16))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VectorRow(Base):
    """A cached embedding: little-endian float32, of the text with this hash, by this recipe."""

    __tablename__ = "corpus_vector"

    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    recipe: Mapped[str] = mapped_column(String(120), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class GenerationRow(Base):
    """One index generation. `state` is building until it is published, ready from then on.

    `recipe` is the embedder's (None: lexical alone); `fingerprint` tells what went in, so that an unchanged corpus
    is not built twice; `left_at` is when another generation took its place. `base` is the generation whose collection
    on a Chroma server it stands on (None: its own): what differs lies beside, on each machine.
    """

    __tablename__ = "index_generation"

    generation_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    recipe: Mapped[str | None] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(String(64))
    passages: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    base: Mapped[str | None] = mapped_column(String(40))


class MemberRow(Base):
    """A source version as a generation knows it: `state` is active, superseded (by the source `successor`, where that
    is known), withdrawn, or retired (a digest whose original is there). Of the last two it holds no passages.
    """

    __tablename__ = "index_member"

    generation_id: Mapped[str] = mapped_column(
        ForeignKey("index_generation.generation_id", ondelete="CASCADE"), primary_key=True
    )
    version_id: Mapped[str] = mapped_column(ForeignKey("corpus_version.version_id"), primary_key=True, index=True)
    state: Mapped[str] = mapped_column(String(16))
    successor: Mapped[str | None] = mapped_column(String(40))


class IndexedFinderRow(Base):
    """A finder as a generation searches it: frozen with the generation, whatever becomes of it later."""

    __tablename__ = "index_finder"

    generation_id: Mapped[str] = mapped_column(
        ForeignKey("index_generation.generation_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    passage_id: Mapped[str] = mapped_column(String(40), index=True)
    position: Mapped[int]
    line: Mapped[str] = mapped_column(String)


class PointerRow(Base):
    """Which generation answers. One row, named "index"; changing it is publishing."""

    __tablename__ = "index_pointer"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    generation_id: Mapped[str] = mapped_column(ForeignKey("index_generation.generation_id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublicationRow(Base):
    """That a generation took the place of another, in the order in which they did. It outlives both."""

    __tablename__ = "index_publication"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    generation_id: Mapped[str] = mapped_column(String(40), unique=True)
    previous_id: Mapped[str | None] = mapped_column(String(40))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sources: Mapped[int]
    passages: Mapped[int]


class ChangeRow(Base):
    """What a publication changed of one source. States are those of `MemberRow`, or absent; `passages_*` count what the
    index holds of it. `text_new` and `text_gone` count passages whose indexed text came and went. `moved_from` is the
    path it had before, and `earlier_id` its source id then.
    """

    __tablename__ = "index_change"

    number: Mapped[int] = mapped_column(
        ForeignKey("index_publication.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str | None] = mapped_column(String)
    path: Mapped[str] = mapped_column(String)
    moved_from: Mapped[str | None] = mapped_column(String)
    earlier_id: Mapped[str | None] = mapped_column(String(40))
    state_before: Mapped[str] = mapped_column(String(16))
    state_after: Mapped[str] = mapped_column(String(16))
    version_before: Mapped[str | None] = mapped_column(String(40))
    version_after: Mapped[str | None] = mapped_column(String(40))
    passages_before: Mapped[int]
    passages_after: Mapped[int]
    text_new: Mapped[int]
    text_gone: Mapped[int]
