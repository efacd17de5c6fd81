"""The state machine of the outbox, in many more and longer runs than the suite has."""

from __future__ import annotations

import pytest

from retrieval.database import Database
from tests.support.simulation import forget_about_power_cuts
from tests.unit.work.test_outbox_machine import run

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]


def test_nothing_is_seen_twice_in_many_more_runs(sqlite_database: Database) -> None:
    forget_about_power_cuts(sqlite_database)
    run(sqlite_database, examples=600, steps=50)
