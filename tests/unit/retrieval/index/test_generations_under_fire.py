"""The quick form of the soak test: readers in processes of their own, a builder that is killed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from retrieval.database import Database
from tests.support.generations_under_fire import run


def test_readers_see_only_whole_editions_while_a_builder_is_killed(sqlite_database: Database, tmp_path: Path) -> None:
    outcome = run(
        sqlite_database.url,
        tmp_path / "home",
        readers=2,
        editions=1,
        kills=1,
        passages=60,
        seed=1,
        grace=timedelta(0),
    )

    assert (outcome.wrong, outcome.failed) == ([], [])
    assert outcome.killed == 1
    assert outcome.editions == [1, 1]
    assert len(outcome.folders) == 1
