"""A backup of any database restores to any other, whole or not at all."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Date, Integer, LargeBinary, String, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bot.backup import BackupError, Restored, read_backup, write_backup
from retrieval.database import Database, UtcDateTime


class Own(DeclarativeBase):
    """Not the product's: its tables must not join the product's schema."""


class Keepsake(Own):
    __tablename__ = "test_keepsake"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str | None] = mapped_column(String)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    on: Mapped[date] = mapped_column(Date)
    raw: Mapped[bytes] = mapped_column(LargeBinary)


NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROW = {"name": "é\n", "at": NOON, "on": date(2026, 3, 2), "raw": b"\x00\xff"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Without the product's tables: a copy knows all tables there are, or refuses."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'proviso.db'}")
    return Database(request.getfixturevalue("postgres_url"))


@pytest.fixture
def backup(database: Database, tmp_path: Path) -> Path:
    Own.metadata.create_all(database.engine)
    with database.write() as session:
        session.add(Keepsake(**ROW))
    path = tmp_path / "proviso.backup"
    assert write_backup(database, path, "0001", NOON, Own.metadata) == {"test_keepsake": 1}
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    Own.metadata.create_all(other.engine)
    return other


def test_every_kind_of_value_comes_back_as_it_was(backup: Path, empty: Database) -> None:
    assert read_backup(empty, backup, "0001", Own.metadata) == Restored(NOON, {"test_keepsake": 1})
    with empty.read() as session:
        [row] = session.scalars(select(Keepsake))
    assert {key: getattr(row, key) for key in ROW} == ROW


def test_rows_can_be_added_after_a_restore(backup: Path, database: Database) -> None:
    with database.write() as session:
        session.delete(session.scalars(select(Keepsake)).one())
    read_backup(database, backup, "0001", Own.metadata)
    with database.write() as session:
        session.add(Keepsake(**ROW))
    with database.read() as session:
        assert len(session.scalars(select(Keepsake)).all()) == 2


def test_a_database_that_holds_rows_is_not_written_over(backup: Path, database: Database) -> None:
    with pytest.raises(BackupError, match="already holds test_keepsake"):
        read_backup(database, backup, "0001", Own.metadata)


def test_a_file_cut_short_restores_nothing(backup: Path, empty: Database, tmp_path: Path) -> None:
    lines = gzip.decompress(backup.read_bytes()).decode().splitlines(keepends=True)
    cut = tmp_path / "cut.backup"
    with gzip.open(cut, "wt", encoding="utf-8") as file:
        file.writelines(lines[:-1])
    with pytest.raises(BackupError, match=r"cut\.backup is cut short\. Nothing was changed; use a whole backup"):
        read_backup(empty, cut, "0001", Own.metadata)
    with empty.read() as session:
        assert session.scalars(select(Keepsake)).all() == []


def test_a_file_that_is_no_backup_is_refused_with_a_reason(empty: Database, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("hello")
    with pytest.raises(BackupError, match=r"notes\.txt is not a backup of Proviso"):
        read_backup(empty, other, "0001", Own.metadata)


def test_what_is_done_before_the_commit_belongs_to_the_same_transaction(backup: Path, empty: Database) -> None:
    def fail(session: Session, created: datetime) -> None:
        assert created == NOON
        assert len(session.scalars(select(Keepsake)).all()) == 1
        raise OSError

    with pytest.raises(OSError):
        read_backup(empty, backup, "0001", Own.metadata, before_commit=fail)
    with empty.read() as session:
        assert session.scalars(select(Keepsake)).all() == []


def test_a_backup_of_another_schema_is_refused(backup: Path, empty: Database) -> None:
    with pytest.raises(BackupError, match="schema 0001, this version's is 0002"):
        read_backup(empty, backup, "0002", Own.metadata)


def test_a_table_the_code_does_not_know_is_not_left_out_in_silence(backup: Path, database: Database) -> None:
    with database.write() as session:
        session.execute(text("CREATE TABLE later (id INTEGER)"))
    with pytest.raises(BackupError, match=r"the database holds later, unknown here\. Nothing was written"):
        write_backup(database, backup, "0001", NOON, Own.metadata)


MANIFEST = '{"format": 1, "revision": "0001", "created": "2026-03-02T12:00:00+00:00"}\n'
BAD = {
    "an empty file": (b"", "is empty. Nothing was changed; name a file that `proviso backup` wrote"),
    "no gzip": (
        b"hello",
        FOREIGN := "is not a backup of Proviso. Nothing was changed; name a file that `proviso backup` wrote",
    ),
    "gzip of nothing": (gzip.compress(b""), "is empty. Nothing was changed; name a file that `proviso backup` wrote"),
    "gzip of words": (gzip.compress(b"hello\n"), FOREIGN),
    "gzip of a list": (gzip.compress(b"[1, 2]\n"), FOREIGN),
    "gzip of another JSON": (gzip.compress(b'{"name": "x"}\n'), FOREIGN),
    "gzip of bytes": (gzip.compress(bytes(range(256))), FOREIGN),
    "brackets without end": (gzip.compress(b"[" * 100_000), FOREIGN),
    "an unknown table": (gzip.compress((MANIFEST + '{"table": "x", "row": {}}\n').encode()), FOREIGN),
    "an unknown column": (
        gzip.compress((MANIFEST + '{"table": "test_keepsake", "row": {"x": 1}}\n').encode()),
        FOREIGN,
    ),
    "a value of another kind": (
        gzip.compress((MANIFEST + '{"table": "test_keepsake", "row": {"id": 1, "at": 5}}\n').encode()),
        FOREIGN,
    ),
    "a row without its values": (
        gzip.compress((MANIFEST + '{"table": "test_keepsake", "row": {}}\n').encode()),
        FOREIGN,
    ),
    "counts of others": (
        gzip.compress((MANIFEST + '{"rows": {"x": 1}}\n').encode()),
        DAMAGED := "is damaged. Nothing was changed; use another copy of it",
    ),
    "another checksum": ((ended := gzip.compress((MANIFEST + '{"rows": {}}\n').encode()))[:-8] + bytes(8), DAMAGED),
    "no checksum": (ended[:-6], "is cut short. Nothing was changed; use a whole backup"),
    "more after the end": (ended + b"hello", DAMAGED),
    "two backups in one": (ended + ended, DAMAGED),
    "a moment that is none": (gzip.compress(MANIFEST.replace("2026", "soon").encode()), FOREIGN),
    "a manifest alone": (gzip.compress(MANIFEST.encode()), "is cut short. Nothing was changed; use a whole backup"),
    "half a file": (
        gzip.compress(MANIFEST.encode() * 50)[:40],
        "is cut short. Nothing was changed; use a whole backup",
    ),
    "a file with a hole": (
        (whole := gzip.compress(MANIFEST.encode()))[:12] + b"\xff\xff\xff" + whole[15:],
        DAMAGED,
    ),
}


@pytest.mark.parametrize(("raw", "says"), BAD.values(), ids=BAD)
def test_each_file_that_is_no_whole_backup_is_named_for_what_it_is(
    empty: Database, tmp_path: Path, raw: bytes, says: str
) -> None:
    bad = tmp_path / "bad.backup"
    bad.write_bytes(raw)
    with pytest.raises(BackupError) as refused:
        read_backup(empty, bad, "0001", Own.metadata)
    assert str(refused.value) == f"bad.backup {says}"
    with empty.read() as session:
        assert session.scalars(select(Keepsake)).all() == []


def test_a_backup_is_on_the_disk_before_it_has_its_name(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Own.metadata.create_all(database.engine)
    path, steps = tmp_path / "proviso.backup", []
    sync = os.fsync

    def note(handle: int) -> None:
        steps.append((Path(f"/proc/self/fd/{handle}").readlink().name, path.exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", note)
    write_backup(database, path, "0001", NOON, Own.metadata)
    ours = [step for step in steps if step[0] in ("proviso.backup.partial", tmp_path.name)]
    assert ours == [("proviso.backup.partial", False), (tmp_path.name, True)]
