"""Whatever the order of scans, sends, deaths, faults and people's acts: nothing is seen twice, nothing is made up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from bot.errors import Conflict
from bot.reminders.rules import local_date
from bot.work.faults import armed
from bot.work.notifier import (
    Ambiguous,
    CredentialsBlocked,
    DestinationBlocked,
    Malformed,
    RateLimited,
    Refused,
    TooLong,
)
from bot.work.outbox import POST, SENT, TERMINAL
from bot.work.tables import OutboxLogRow, OutboxRow
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.other_posts import OtherPosts
from tests.support.reused import emptied
from tests.support.simulation import Crash
from tests.support.watch import Watch

LEGAL = {
    (None, "PENDING"),
    (None, "SUPERSEDED"),
    ("PENDING", "SENDING"),
    ("PENDING", "BLOCKED"),
    ("PENDING", "SUPERSEDED"),
    ("PENDING", "DEAD"),
    ("BLOCKED", "PENDING"),
    ("BLOCKED", "SENDING"),
    ("BLOCKED", "SUPERSEDED"),
    ("BLOCKED", "DEAD"),
    ("SENDING", "SENT"),
    ("SENDING", "PENDING"),
    ("SENDING", "BLOCKED"),
    ("SENDING", "UNKNOWN"),
    ("SENDING", "DEAD"),
    ("UNKNOWN", "UNKNOWN"),
    ("UNKNOWN", "SENT"),
    ("UNKNOWN", "PENDING"),
    ("UNKNOWN", "DEAD"),
}
FAULTS: list[Exception | str] = [
    "accepted, no reply",
    Ambiguous(),
    Refused(30),
    Refused(),
    DestinationBlocked("is_archived"),
    CredentialsBlocked("invalid_auth"),
    Malformed("invalid_blocks"),
    TooLong("msg_too_long"),
    RateLimited(15),
]


class OutboxMachine(RuleBasedStateMachine):
    """Two senders, three partners and those who ask, one Slack."""

    database: Database

    @initialize()
    def begin(self) -> None:
        emptied(self.database)
        self.watch = Watch(self.database, ManualClock())
        self.others = OtherPosts(self.database, self.watch.slack, self.watch.clock, self.watch.team)
        self.fuse: int | None = None
        for number in range(3):
            name = f"Partner {number}" if number else "Border Guard"
            self.watch.add(name, channel=f"C{number % 2}", cadence="30 days")
        self.senders = [self.watch.sender(worker) for worker in ("one", "two")]

    def teardown(self) -> None:
        if hasattr(self, "watch"):
            self._settle()

    def _guarded(self, step: Callable[[], object]) -> None:
        try:
            with armed(self._strike):
                step()
        except Crash:
            self.senders = [self.watch.sender(f"after-{self.watch.clock.now().timestamp()}-{n}") for n in range(2)]

    def _strike(self, point: str) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                self.fuse = None
                raise Crash(point)

    @rule(amount=st.sampled_from([1, 5, 59, 61, 121, 301, 3600, 86_400, 400_000, 1_300_000]))
    def advance(self, amount: int) -> None:
        self.watch.clock.advance(timedelta(seconds=amount))

    @rule()
    def scan(self) -> None:
        self._guarded(self.watch.scanner.scan)

    @rule(sender=st.integers(0, 1))
    def send(self, sender: int) -> None:
        self._guarded(self.senders[sender].send_due)

    @rule(sender=st.integers(0, 1))
    def reconcile(self, sender: int) -> None:
        self._guarded(self.senders[sender].reconcile)

    @rule(points=st.integers(0, 8))
    def die_soon(self, points: int) -> None:
        self.fuse = points

    @rule(fault=st.sampled_from(FAULTS))
    def go_wrong_soon(self, fault: Exception | str) -> None:
        self.watch.slack.script.append(fault)

    @rule()
    def ask(self) -> None:
        self.others.answer()

    @rule()
    def update_cards(self) -> None:
        with self.database.write() as session:
            self.others.update_cards(session, self.watch.occurrence())

    @rule()
    def acknowledge(self) -> None:
        with contextlib.suppress(Conflict):
            self.watch.acknowledge()

    @rule(days=st.integers(1, 30))
    def snooze(self, days: int) -> None:
        self.watch.snooze(local_date(self.watch.clock.now(), "UTC") + timedelta(days=days))

    @rule()
    def complete(self) -> None:
        self.watch.record()

    @invariant()
    def nothing_is_seen_twice(self) -> None:
        if hasattr(self, "watch"):
            assert all(copies == 1 for copies in self.watch.slack.copies().values())

    def _settle(self) -> None:
        self.fuse, self.watch.slack.script = None, []
        for _ in range(8):
            self.watch.clock.advance(timedelta(minutes=40))
            self.watch.beat()
        seen = self.watch.slack.copies()
        with self.database.read() as session:
            rows = session.scalars(select(OutboxRow)).all()
            log = session.scalars(select(OutboxLogRow).order_by(OutboxLogRow.id)).all()
        assert [row.state for row in rows if row.state not in TERMINAL] == []
        assert {row.key for row in rows if row.state == SENT and row.operation == POST} == set(seen)
        assert self.others.outdated() == []
        state: dict[str, str] = {}
        for step in log:
            assert step.from_state == state.get(step.key)
            assert (step.from_state, step.to_state) in LEGAL
            state[step.key] = step.to_state
        assert state == {row.key: row.state for row in rows}


def run(database: Database, examples: int, steps: int) -> None:
    OutboxMachine.database = database
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        OutboxMachine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks
        ),
    )


def test_nothing_is_seen_twice_and_every_step_is_legal(sqlite_database: Database) -> None:
    run(sqlite_database, examples=15, steps=25)
