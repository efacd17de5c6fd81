"""Brings each remembered folder in line once a night: claimed in SQL by one replica, done by a process beside it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Update, and_, or_, select, update
from sqlalchemy.orm import Session

from bot.work.statements import change, insert_once
from bot.work.tables import FolderSyncRow
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than a few beats; a replica that died is succeeded after it."""
TRIES, AGAIN = 3, timedelta(minutes=15)
RESTING, RUNNING, DONE, WITHHELD, FAILED = "resting", "running", "done", "withheld", "failed"


class Child(Protocol):
    """A process that brings one root in line."""

    def outcome(self) -> tuple[str, str] | None:
        """State (done, withheld or failed) and what there is to say; None while it runs."""
        ...

    def stop(self) -> None:
        """End it; what it had not finished is not done."""
        ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """A root that was not brought in line: withheld or failed, and why."""

    root: str
    state: str
    says: str


class FolderSync:
    """The nightly round of this replica. `beat` is called every few seconds and never waits for a process.

    `at` is the hour in `zone`; `roots` names the roots this machine has, and `start` begins with one of them. What was
    missed while nothing ran is made up once, at the first beat.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        owner: str,
        *,
        at: time,
        zone: ZoneInfo,
        roots: Callable[[], Sequence[str]],
        start: Callable[[str], Child],
    ) -> None:
        self._database, self._clock, self._owner = database, clock, owner
        self._at, self._zone = at, zone
        self._roots, self._start = roots, start
        self._running: tuple[str, Child] | None = None
        self._beating = threading.Lock()

    def beat(self) -> None:
        """Look after the process under way, or begin with the next root that is due."""
        with self._beating:
            now = self._clock.now()
            if self._running is not None and not self._look_after(*self._running, now):
                return
            night = self.night(now)
            roots = self._roots()
            self._meet(roots, night)
            for root in roots:
                if self._claim(root, night, now):
                    self._running = (root, self._start(root))
                    return

    def stop(self) -> None:
        """End what is under way; another replica, or the next start, takes it up."""
        with self._beating:
            if self._running is None:
                return
            root, child = self._running
            child.stop()
            self._running = None
            with self._database.write() as session:
                change(session, _mine(root, self._owner).values(lease_until=self._clock.now()))

    def night(self, now: datetime) -> date:
        """The newest night whose hour has come."""
        local = now.astimezone(self._zone)
        today = datetime.combine(local.date(), self._at, self._zone)
        return local.date() if local >= today else local.date() - timedelta(days=1)

    def _look_after(self, root: str, child: Child, now: datetime) -> bool:
        """Keep the claim while the process runs, or write down how it ended; whether it has."""
        found = child.outcome()
        values: dict[str, object]
        if found is None:
            values = {"lease_until": now + LEASE}
        else:
            state, says = found
            values = {"state": state, "says": says, "ended_at": now, "lease_until": None}
            self._running = None
            if state != DONE:
                logger.warning("a folder was not brought in line (%s); `proviso doctor` says which and why", state)
        with self._database.write() as session:
            change(session, _mine(root, self._owner).values(**values))
        return found is not None

    def _meet(self, roots: Sequence[str], night: date) -> None:
        """A root that was remembered lately has just been read: its first night is the next one."""
        with self._database.read() as session:
            known = set(session.scalars(select(FolderSyncRow.root)))
        for root in set(roots) - known:
            with self._database.write() as session:
                insert_once(session, FolderSyncRow, {"root": root, "night": night, "state": RESTING, "attempts": 0})

    def _claim(self, root: str, night: date, now: datetime) -> bool:
        row = FolderSyncRow
        abandoned = and_(row.state == RUNNING, row.lease_until <= now, row.attempts < TRIES)
        again = and_(row.state == FAILED, row.ended_at <= now - AGAIN, row.attempts < TRIES)
        with self._database.write() as session:
            given_up = update(row).where(
                row.root == root, row.state == RUNNING, row.lease_until <= now, row.attempts >= TRIES
            )
            change(session, given_up.values(state=FAILED, ended_at=now, says="It was begun and never finished."))
            claim = {"state": RUNNING, "owner": self._owner, "lease_until": now + LEASE}
            # Compared and set in one statement: of two replicas one changes a row.
            due = update(row).where(
                row.root == root, row.night < night, or_(row.state != RUNNING, row.lease_until <= now)
            )
            if change(session, due.values(**claim, night=night, attempts=1)):
                return True
            retry = update(row).where(row.root == root, or_(abandoned, again))
            return bool(change(session, retry.values(**claim, attempts=row.attempts + 1)))


def troubles(session: Session) -> list[Trouble]:
    """The roots whose last round was withheld or failed."""
    query = select(FolderSyncRow).where(FolderSyncRow.state.in_((WITHHELD, FAILED))).order_by(FolderSyncRow.root)
    return [Trouble(row.root, row.state, row.says or "") for row in session.scalars(query)]


def settled(session: Session, roots: Sequence[str]) -> None:
    """Somebody brought these roots in line by hand: what was wrong with them is over."""
    row = FolderSyncRow
    wrong = update(row).where(row.root.in_(roots), row.state.in_((WITHHELD, FAILED)))
    change(session, wrong.values(state=DONE, says=None))


def _mine(root: str, owner: str) -> Update:
    row = FolderSyncRow
    return update(row).where(row.root == root, row.owner == owner, row.state == RUNNING)
