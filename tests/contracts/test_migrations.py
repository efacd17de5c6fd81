"""The schema's history ends where the code is, on each database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import bot.migrations
from bot.migrations import HEAD, revision, upgrade
from retrieval.database import Base, Database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'new.db'}")
    return Database(request.getfixturevalue("postgres_url"))


def test_the_newest_revision_is_the_one_the_code_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(bot.migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_new_database_gets_exactly_the_tables_of_the_code(empty: Database) -> None:
    assert revision(empty) is None
    upgrade(empty)
    assert revision(empty) == HEAD

    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return not (kind == "table" and name is not None and name.startswith("test_"))

    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_replicas_that_start_together_all_find_the_schema(empty: Database) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            upgrade(Database(empty.url))
        except BaseException as error:
            failures.append(error)

    replicas = [threading.Thread(target=start) for _ in range(4)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    assert failures == []
    assert revision(empty) == HEAD
