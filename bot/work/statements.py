"""Statements that are the same on SQLite and PostgreSQL: insert once, compare and set, what is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, or_
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

from retrieval.database import dialect_insert

# By how much the clocks of two replicas may differ. Beyond it, a clock was set back.
SKEW = timedelta(minutes=10)


def insert_once(session: Session, table: type[DeclarativeBase], values: Mapping[str, Any]) -> bool:
    """Insert a row unless its unique key is there already; whether it was inserted."""
    first_key = next(iter(table.__table__.primary_key))
    inserted = session.execute(
        dialect_insert(session, table).values(**values).on_conflict_do_nothing().returning(first_key)
    )
    return inserted.first() is not None


def change(session: Session, statement: Update | Delete) -> int:
    """Run an UPDATE or a DELETE; how many rows it met. Objects of the session are not refreshed."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def due(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], now: datetime, longest: timedelta
) -> ColumnElement[bool]:
    """Condition: the moment in `column` has come, or is so far ahead that only a clock set back can be the reason.

    `longest` is the longest pause that is ever written there.
    """
    return or_(column <= now, column > now + longest + SKEW)


def is_due(moment: datetime, now: datetime, longest: timedelta) -> bool:
    """As `due`, for a moment at hand."""
    return moment <= now or moment > now + longest + SKEW
