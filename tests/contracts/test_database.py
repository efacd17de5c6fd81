"""Transactions and times, the same on each database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Integer, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from retrieval.database import Database, UtcDateTime


class Own(DeclarativeBase):
    """Not the product's: its tables must not join the product's schema."""


class Moment(Own):
    __tablename__ = "test_moment"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@pytest.fixture(autouse=True)
def _table(database: Database) -> None:
    Own.metadata.create_all(database.engine)


NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_time_comes_back_aware_and_in_utc_whatever_zone_it_went_in_with(database: Database) -> None:
    with database.write() as session:
        session.add(Moment(id=1, at=NOON.astimezone(timezone(timedelta(hours=5)))))
    with database.read() as session:
        [at] = session.scalars(select(Moment.at))
    assert (at, at.tzinfo) == (NOON, UTC)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a time without a zone cannot be stored"), database.write() as session:
        session.add(Moment(id=1, at=NOON.replace(tzinfo=None)))


def test_an_exception_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(Moment(id=1, at=NOON))
        session.flush()
        raise RuntimeError
    with database.read() as session:
        assert session.scalars(select(Moment)).all() == []


def test_two_writers_who_read_first_both_succeed(database: Database) -> None:
    def write(number: int) -> None:
        with database.write() as session:
            session.scalars(select(Moment)).all()
            session.add(Moment(id=number, at=NOON))

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.read() as session:
        assert len(session.scalars(select(Moment)).all()) == 8
