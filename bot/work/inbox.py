"""The inbox: stores each incoming event once and leases it to a worker until it is done or failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from bot.work.faults import fault
from bot.work.outbox import Post, enqueue
from bot.work.statements import change, due, insert_once
from bot.work.tables import InboxRow
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

# A question whose worker was killed waits this long. The lease is renewed while its worker lives.
LEASE = timedelta(seconds=10)
MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=2)

NEW: Final = "new"
WORKING: Final = "working"
DONE: Final = "done"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """An event to handle. `attempt` counts from 1; `worker` holds the lease."""

    kind: str
    key: str
    body: Mapping[str, Any]
    team_id: str
    attempt: int
    worker: str = ""


class Inbox:
    """Events by kind and key. A lease lasts `lease` unless it is renewed; then another worker may take the event.

    `on_receive` and `on_posts` are called after the commit, to wake the threads of this process that wait for rows.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        lease: timedelta = LEASE,
        max_attempts: int = MAX_ATTEMPTS,
        on_receive: Callable[[], None] = lambda: None,
        on_posts: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease
        self.max_attempts = max_attempts
        self.on_receive = on_receive
        self.on_posts = on_posts

    @property
    def lease_seconds(self) -> float:
        """Return how many seconds a lease lasts unless it is renewed."""
        return self._lease.total_seconds()

    def receive(
        self,
        kind: str,
        key: str,
        body: Mapping[str, Any],
        team_id: str,
        *,
        beside: Callable[[Session], None] | None = None,
    ) -> bool:
        """Store an event and commit it. Return False when the same event was stored before.

        `beside` is called for a new event, in the transaction that stores it.
        """
        now = self._clock.now()
        values = {
            "kind": kind,
            "key": key,
            "team_id": team_id,
            "body": dict(body),
            "state": NEW,
            "attempt": 0,
            "received_at": now,
            "not_before": now,
        }
        with self._database.write() as session:
            new = insert_once(session, InboxRow, values)
            if new and beside is not None:
                beside(session)
            fault("receive.before_commit")
        fault("receive.after_commit")
        if new:
            self.on_receive()
        return new

    def lease(self, worker: str, kinds: Sequence[str] | None = None) -> Received | None:
        """Lease the oldest open event of these kinds, or one whose lease has run out; None when there is none.

        If `attempt` is greater than `max_attempts`, earlier attempts ended their workers: the caller must fail the
        event without handling it.
        """
        now = self._clock.now()
        query = _open(now, kinds, self._lease, _pause(self.max_attempts))
        with self._database.read() as session:
            if session.scalar(query.with_only_columns(InboxRow.key)) is None:
                return None
        with self._database.write() as session:
            row = session.scalars(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            row.state, row.attempt = WORKING, row.attempt + 1
            row.lease_owner, row.lease_until = worker, now + self._lease
            received = Received(row.kind, row.key, row.body or {}, row.team_id, row.attempt, worker)
            session.flush()
            fault("lease.before_commit")
        fault("lease.after_commit")
        return received

    def renew(self, received: Received) -> bool:
        """Renew a lease. Return False when another worker holds it now."""
        with self._database.write() as session:
            return self._set(session, received, lease_until=self._clock.now() + self._lease)

    def finish(self, received: Received, posts: Sequence[Post], state: Literal["done", "failed"] = DONE) -> bool:
        """End an event, erase its body, and enqueue its posts, in one transaction.

        Return False when another worker holds the lease now. Then nothing is enqueued, because that worker answers.
        """
        now = self._clock.now()
        with self._database.write() as session:
            if not self._set(session, received, state=state, finished_at=now, body=None, lease_until=None):
                return False
            for post in posts:
                enqueue(session, post, now)
            fault("answer.before_commit")
        fault("answer.after_commit")
        if posts:
            self.on_posts()
        return True

    def fail(self, received: Received, posts: Sequence[Post]) -> bool:
        """End an event as failed. `posts` tell the person who asked."""
        return self.finish(received, posts, FAILED)

    def release(self, received: Received, error: str) -> bool:
        """Give an event back for another attempt, after a growing pause. `error` is a class name, never a message."""
        after = self._clock.now() + _pause(received.attempt)
        with self._database.write() as session:
            return self._set(session, received, state=NEW, not_before=after, last_error=error[:80])

    def _set(self, session: Session, received: Received, **values: Any) -> bool:
        statement = update(InboxRow).where(
            InboxRow.kind == received.kind,
            InboxRow.key == received.key,
            InboxRow.state == WORKING,
            InboxRow.lease_owner == received.worker,
            InboxRow.attempt == received.attempt,
        )
        return change(session, statement.values(**values)) == 1


def _pause(attempt: int) -> timedelta:
    doublings: int = 2 ** (attempt - 1)
    return RETRY_AFTER * doublings


def _open(now: datetime, kinds: Sequence[str] | None, lease: timedelta, longest_pause: timedelta) -> Any:
    fresh = and_(InboxRow.state == NEW, due(InboxRow.not_before, now, longest_pause))
    lapsed = and_(InboxRow.state == WORKING, due(InboxRow.lease_until, now, lease))
    query = select(InboxRow).where(or_(fresh, lapsed)).order_by(InboxRow.received_at).limit(1)
    return query if kinds is None else query.where(InboxRow.kind.in_(kinds))
