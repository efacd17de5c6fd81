"""Databases that many tests share, emptied before each: no table is made and no statement compiled twice."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from retrieval.database import Base, Database
from tests.support.simulation import forget_about_power_cuts


def emptied(database: Database) -> Database:
    Base.metadata.create_all(database.engine)
    with database.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    return database


@pytest.fixture(scope="package")
def shared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'proviso.db'}")
    forget_about_power_cuts(database)
    yield database
    database.close()


@pytest.fixture(scope="package")
def shared_postgresql(postgresql_server: str) -> Iterator[Database]:
    schema = f"shared{os.getpid()}"
    engine = create_engine(postgresql_server)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    database = Database(f"{postgresql_server}?options=-csearch_path%3D{schema}")
    yield database
    database.close()
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def sqlite_database(shared_sqlite: Database) -> Database:
    return emptied(shared_sqlite)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Database:
    return emptied(request.getfixturevalue(f"shared_{request.param}"))
