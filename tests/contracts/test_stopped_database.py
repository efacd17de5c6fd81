"""A database that stops answering is given up in time: stopped servers, and files that another process holds."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from retrieval import database as limits
from retrieval.database import Database
from tests.support.postgresql import PostgresqlMissing, PostgresqlServer


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    try:
        server = PostgresqlServer().start()
    except PostgresqlMissing as missing:
        pytest.skip(f"no PostgreSQL: {missing}")
    yield server
    server.thaw()
    server.remove()


@pytest.mark.postgresql
def test_a_stopped_server_is_given_up_and_used_again_once_it_answers(
    server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BUSY_TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(limits, "CONNECT_TIMEOUT_SECONDS", 2)
    database = Database(server.url)
    with database.read() as session:
        session.execute(text("SELECT 1"))
        server.freeze()
        began = time.monotonic()
        with pytest.raises(OperationalError, match=r"no reply within 0\.5 seconds"):
            session.execute(text("SELECT 1"))
    with pytest.raises(OperationalError, match="timeout"), database.read() as session:
        session.execute(text("SELECT 1"))
    assert time.monotonic() - began < 8
    server.thaw()
    with database.read() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1
    database.close()


@pytest.mark.postgresql
def test_a_migration_may_take_longer_than_any_other_statement(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BUSY_TIMEOUT_SECONDS", 0.3)
    database = Database(postgres_url)
    with database.write() as session, database.unlimited(session):
        session.execute(text("SELECT pg_sleep(0.6)"))
    with pytest.raises(OperationalError, match="no reply within"), database.write() as session:
        session.execute(text("SELECT pg_sleep(0.6)"))
    database.close()


def test_a_file_that_another_process_holds_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BUSY_TIMEOUT_SECONDS", 1)
    path = tmp_path / "proviso.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    database, began = Database(f"sqlite:///{path}"), time.monotonic()
    with pytest.raises(OperationalError, match="locked"), database.write() as session:
        session.execute(text("SELECT 1"))
    assert time.monotonic() - began < 8
    holder.close()
