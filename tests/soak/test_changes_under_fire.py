"""Four processes ask while changes, moves and decisions are applied to copies and the builder is killed: 0 wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.database import Database
from tests.support.changes_under_fire import derived, run

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]
EDITIONS = 12


def test_no_answer_mixes_editions_or_forgets_a_decision(database: Database, tmp_path: Path) -> None:
    url, home = database.engine.url.render_as_string(hide_password=False), tmp_path / "home"
    outcome = run(url, home, readers=4, editions=EDITIONS, kills=4, documents=40, seed=2027)

    print(outcome.answers, "answers,", derived(home, EDITIONS), "editions applied to copies")
    assert (outcome.wrong, outcome.failed) == ([], [])
    assert outcome.killed == 4
    assert outcome.editions == [EDITIONS] * 4
    assert derived(home, EDITIONS) >= EDITIONS // 2
    assert outcome.answers > 200
