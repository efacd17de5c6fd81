"""Statements that are the same on SQLite and PostgreSQL: insert once, compare and set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def insert_once(session: Session, table: type[DeclarativeBase], values: Mapping[str, Any]) -> bool:
    """Insert a row unless its unique key is there already; whether it was inserted."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    first_key = next(iter(table.__table__.primary_key))
    inserted = session.execute(statement.values(**values).on_conflict_do_nothing().returning(first_key))
    return inserted.first() is not None


def change(session: Session, statement: Update) -> int:
    """Run an UPDATE; how many rows it changed. Objects of the session are not refreshed."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
