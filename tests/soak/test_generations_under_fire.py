"""Four processes ask while five generations are published and the builder is killed: 0 wrong, 0 failed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from retrieval.database import Database
from tests.support.generations_under_fire import run

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("grace", [timedelta(hours=1), timedelta(0)], ids=["grace", "no-grace"])
def test_four_readers_never_see_a_wrong_or_failed_answer(database: Database, tmp_path: Path, grace: timedelta) -> None:
    outcome = run(
        database.engine.url.render_as_string(hide_password=False),
        tmp_path / "home",
        readers=4,
        editions=5,
        kills=2,
        passages=600,
        seed=2026,
        grace=grace,
    )

    print(outcome.answers, "answers")
    assert outcome.wrong == []
    assert outcome.failed == []
    assert outcome.killed == 2
    assert outcome.editions == [5, 5, 5, 5]
    assert len(outcome.folders) == 1
    assert outcome.answers > 400
