"""The schema's history ends where the code is, on each database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

import bot.migrations
from bot.errors import SettingsError
from bot.migrations import HEAD, revision, upgrade
from bot.work.tables import OutboxRow
from retrieval.corpus.finders import Finders, kept
from retrieval.corpus.sources import Corpus
from retrieval.database import Base, Database
from retrieval.index.generations import Generations
from retrieval.model.tables import CachedRow
from tests.support.clock import ManualClock
from tests.support.corpus import ROOT, document, store


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


EARLIER_OUTBOX = """
INSERT INTO outbox (key, team_id, channel, view, subject, state, attempt, maybe_delivered, plain, repeat, created_at,
                    not_before, looks, unreadable)
VALUES (:key, 't', 'C1', :view, :subject, 'PENDING', 0, false, :plain, false, :at, :at, 0, 0)
"""


def test_messages_of_an_earlier_version_get_their_kind_priority_and_form(empty: Database) -> None:
    rows = [
        {"key": "1", "view": "answer", "subject": None, "plain": False},
        {"key": "2", "view": "nudge", "subject": "occurrence:1", "plain": True},
        {"key": "3", "view": "help", "subject": None, "plain": False},
        {"key": "4", "view": "notice", "subject": None, "plain": True},
    ]
    upgrade(empty, "0004")
    with empty.write() as session:
        session.execute(text(EARLIER_OUTBOX), [row | {"at": "2026-03-02 08:00:00+00:00"} for row in rows])
    upgrade(empty)
    with empty.read() as session:
        found = session.scalars(select(OutboxRow).order_by(OutboxRow.key)).all()
    assert [(row.kind, row.priority, row.operation, row.part, row.form) for row in found] == [
        ("answer", 0, "post", 0, "full"),
        ("nudge", 10, "post", 0, "plain"),
        ("answer", 0, "post", 0, "full"),
        ("notice", 0, "post", 0, "plain"),
    ]


def test_answers_that_models_worded_for_an_earlier_version_are_not_kept(empty: Database) -> None:
    upgrade(empty, "0005")
    with empty.write() as session:
        session.execute(
            text(
                "INSERT INTO index_generation (generation_id, state, fingerprint, passages, created_at) "
                "VALUES ('g', 'ready', 'f', 1, '2026-01-01 00:00:00')"
            )
        )
        session.execute(
            text(
                "INSERT INTO answer_cache (key, generation_id, claims, stored_at) "
                "VALUES ('k', 'g', '[]', '2026-01-01 00:00:00')"
            )
        )
    upgrade(empty)
    with empty.read() as session:
        assert session.scalars(select(CachedRow)).all() == []


def test_an_index_of_a_version_without_finders_takes_them_and_gives_them_back(
    empty: Database, tmp_path: Path, clock: ManualClock
) -> None:
    upgrade(empty, "0006")
    with empty.write() as session:
        session.execute(text("INSERT INTO corpus_root (root, added_at) VALUES ('/harbour', '2026-01-01 00:00:00')"))
    upgrade(empty)
    store(Corpus(empty), clock, document("oil.md", "Oil is dear."))
    finders = Finders(empty)
    [source] = Corpus(empty).sources()
    finders.add(finders.anchor(source.source.source_id, "par. 1", "fuel costs"), "fuel costs", clock.now())
    generation = Generations(empty, tmp_path / "home", None, clock).build()
    assert generation.passages == 1

    config = Config()
    config.set_main_option("script_location", str(Path(bot.migrations.__file__).parent))
    with empty.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
    with empty.read() as session:
        assert session.scalar(text("SELECT root FROM corpus_root")) == ROOT
        assert session.scalar(text("SELECT count(*) FROM index_generation")) == 1
    upgrade(empty)
    with empty.read() as session:
        assert kept(session) == []


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


def test_a_database_of_a_newer_version_is_named_and_left_alone(empty: Database) -> None:
    upgrade(empty)
    with empty.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError) as refused:
        upgrade(empty)
    assert refused.value.message == (
        f"The database is of schema 9999, which this version does not know: it goes up to {HEAD}. Nothing was changed; "
        "run the newer version that made it, or restore a backup of this version into an empty home."
    )
    assert revision(empty) == "9999"
