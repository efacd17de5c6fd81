"""The database: one Base for every package's tables, one UTC time type, transactions on SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

# SQLite waits this long for a lock; a statement on PostgreSQL may take this long.
BUSY_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = 5


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. Naive values are refused: a time without a zone is a fault of the caller."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a value is in Python."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite stores it without the zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The Base every package declares its own tables on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """Transactions on one engine.

    Writers on SQLite take the write lock at BEGIN (BEGIN IMMEDIATE): two replicas queue, and a transaction that has
    read never fails when it comes to write. Sessions expire nothing on commit, so rows can be read afterwards.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._opened: tuple[int, int] | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; PostgreSQL otherwise."""
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of SQLite; None in memory and on PostgreSQL."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    def still_there(self) -> bool:
        """Whether the file is the one that this process opened first; anything but a file always is."""
        if self.file is None:
            return True
        try:
            found = self.file.stat()
        except FileNotFoundError:
            return False
        present = (found.st_dev, found.st_ino)
        self._opened = self._opened or present
        return self._opened == present

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that writes: committed at the end, rolled back on any exception."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(proviso_write=True)
            with Session(connection, expire_on_commit=False) as session, session.begin():
                yield session
            connection.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads, never waiting for a writer. SQLite shows it one state from beginning to end;
        on PostgreSQL each statement sees what is committed when it begins.
        """
        with self.engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def unlimited(self, session: Session) -> Iterator[None]:
        """Let the statements of a session take as long as they need until the end of the block."""
        driver: Any = session.connection().connection.driver_connection
        if self.is_sqlite:
            yield
            return
        driver.limit = None
        try:
            yield
        finally:
            driver.limit = BUSY_TIMEOUT_SECONDS

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def dialect_insert(session: Session, row: type[DeclarativeBase]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of the session's dialect, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    table = row.__table__
    assert isinstance(table, Table)
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


def open_engine(url: str) -> Engine:
    """An engine for `url`; SQLite gets WAL, full sync and explicit transactions. Raises ArgumentError."""
    parsed = _parsed(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    # `hide_parameters`: an error that is logged must not quote what people typed.
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True, pool_size=20, max_overflow=20, hide_parameters=True)
        event.listen(engine, "do_connect", _connect_postgresql)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    connect = {"timeout": BUSY_TIMEOUT_SECONDS}
    engine = create_engine(parsed, connect_args=connect, pool_size=20, max_overflow=20, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ValueError:
        # Without its cause, which may quote a part of the address: it can hold a password.
        raise ArgumentError("not the address of a database") from None


def _connect_postgresql(_dialect: Any, _record: Any, arguments: Any, options: dict[str, Any]) -> Any:
    from retrieval.postgresql import TimedConnection

    options.setdefault("connect_timeout", CONNECT_TIMEOUT_SECONDS)
    connection = TimedConnection.connect(*arguments, **options)
    connection.limit = BUSY_TIMEOUT_SECONDS
    return connection


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: `_begin_sqlite` decides how each begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    _write_ahead(cursor)
    # A power cut with NORMAL could forget a committed claim, and a nudge would go out twice.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is erased must not lie on in the file's free pages.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    # Two processes that switch a new file over at the same moment get "locked" at once, whatever the timeout.
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("proviso_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
