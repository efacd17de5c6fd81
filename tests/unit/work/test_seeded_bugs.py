"""The test of the tests: eight engine bugs, each put in by hand, each found by a small simulation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.reminders import scan
from bot.reminders.scan import Scanner
from bot.reminders.series import locked, next_scan, open_of, unsaid
from bot.work.claims import Claim, Claims
from bot.work.faults import fault
from bot.work.kinds import NUDGE
from bot.work.outbox import PENDING, move
from bot.work.outcomes import Outcomes
from bot.work.reconciler import Reconciler
from bot.work.sender import Sender
from bot.work.tables import OutboxRow
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.fake_slack import Faults
from tests.support.outbox import PostOffice
from tests.support.simulation import Outcome, Scale, Simulation

ROUGH = Faults(rate_limited=0.05, failed_before=0.10, failed_after=0.10, unreadable=0.10, frozen=0.15)
SMALL = Scale(partners=16, days=75, kills=90, step=timedelta(hours=8), outages=((40, 9), (130, 25)), faults=ROUGH)
SEED = 7


def simulate(database: Database) -> Outcome:
    outcome = Simulation(database, SEED, SMALL).run(stop_when_unclean=True)
    print(outcome)
    return outcome


def test_the_engine_itself_is_clean(sqlite_database: Database) -> None:
    outcome = simulate(sqlite_database)
    assert outcome.clean, outcome
    assert outcome.kills > 20


def test_posting_again_without_looking_into_history_is_caught(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post_again(self: Reconciler, row: OutboxRow) -> bool:
        return self._settle(row, PENDING, "nobody looked")

    monkeypatch.setattr(Reconciler, "_look_for", post_again)
    assert simulate(sqlite_database).doubled


def test_marking_as_sent_before_posting_is_caught(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    send = Sender._send

    def sent_first(self: Sender, claim: Claim, began: float) -> None:
        self._outcomes.sent(claim, "0.0")
        send(self, claim, began)

    monkeypatch.setattr(Sender, "_send", sent_first)
    assert simulate(sqlite_database).lost


def test_moving_the_scan_on_before_the_nudge_is_in_the_outbox_is_caught(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved_first(self: Scanner, series_id: str, now: datetime) -> int:
        with self._database.write() as session:
            series = locked(session, series_id)
            occurrence = open_of(session, series_id)
            assert occurrence is not None
            due = [(stage, at) for stage, at in unsaid(series, occurrence) if at <= now]
            before, occurrence.stage = occurrence.stage, due[-1][0]
            series.next_scan_at = next_scan(series, occurrence)
        fault("scan.after_insert")
        with self._database.write() as session:
            series = locked(session, series_id)
            occurrence = open_of(session, series_id)
            assert occurrence is not None
            occurrence.stage = before
            return scan._enqueue(session, series, now)

    monkeypatch.setattr(Scanner, "_scan_one", moved_first)
    assert simulate(sqlite_database).lost


def test_leaving_lapsed_leases_alone_is_caught(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Claims, "expire", lambda self: [])
    assert simulate(sqlite_database).stuck


def test_taking_an_unclear_outcome_as_sent_is_caught(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_as_sent(self: Outcomes, claim: Claim, reason: str) -> bool:
        return self.sent(claim, "0.0")

    monkeypatch.setattr(Outcomes, "ambiguous", take_as_sent)
    assert simulate(sqlite_database).lost


def test_taking_an_unclear_update_as_made_is_caught(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_as_made(self: Outcomes, claim: Claim, reason: str) -> bool:
        return self.sent(claim, str(claim.row.slack_ts))

    monkeypatch.setattr(Outcomes, "_repeat", take_as_made)
    assert simulate(sqlite_database).outdated


def test_making_an_update_although_a_newer_one_was_made_is_caught(
    sqlite_database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.work.claims.is_outdated", lambda session, row: False)
    office = PostOffice(sqlite_database, clock)
    card = office.put(kind=NUDGE)
    office.first.send_due()
    office.update(card, 2, "older")
    claim = office.first._claims.take()
    assert claim is not None
    office.update(card, 3, "newer")
    office.first._outcomes.ambiguous(claim, "no clear reply")
    office.first.send_due()
    office.wait(seconds=5)
    office.first.send_due()
    assert [shown["text"] for shown in office.slack.cards.values()] == ["older"]


def test_claiming_without_counting_the_attempt_is_caught(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncounted(session: Any, row: OutboxRow, now: datetime, state: str, **values: Any) -> bool:
        if "attempt" in values:
            values["attempt"] = row.attempt or 1
        return move(session, row, now, state, **values)

    monkeypatch.setattr("bot.work.claims.move", uncounted)
    assert simulate(sqlite_database).doubled
