"""300 partners for 365 simulated days, with outages, faults and deaths at named points, on each database."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from retrieval.database import Database
from tests.support.simulation import ENGINE_POINTS, Scale, Simulation

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

YEAR = Scale(
    partners=300,
    days=365,
    kills=1100,
    step=timedelta(hours=1),
    outages=((24 * 40, 24 * 2), (24 * 120 + 7, 24 * 9), (24 * 250 + 3, 24 * 5), (24 * 300, 11)),
)


def test_in_a_year_no_nudge_is_lost_doubled_or_stuck(database: Database) -> None:
    seed = int(os.environ.get("SEED", "2026"))
    outcome = Simulation(database, seed, YEAR).run()
    print(f"\n{database.engine.dialect.name}, {outcome}")
    assert outcome.clean, (str(outcome), outcome.stories, outcome.wrong[:5])
    assert outcome.kills >= 500
    assert outcome.expected > 1500
    assert set(outcome.points) == set(ENGINE_POINTS)
