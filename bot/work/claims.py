"""Who may post a message, and what became of it: every step a compare-and-set in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from bot.work.destinations import (
    EVERYWHERE,
    block,
    blocked_since,
    blocked_until,
    free,
    hold_back,
    joined,
    take_slot,
    unblock,
)
from bot.work.faults import fault
from bot.work.notifier import OutgoingPost
from bot.work.outbox import (
    BLOCKED,
    DEAD,
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    PENDING,
    SENDING,
    SENT,
    SUPERSEDED,
    UNKNOWN,
    WAITING,
    given_up,
    move,
    outgoing,
)
from bot.work.statements import due
from bot.work.tables import DestinationRow, OutboxRow
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)

StillWanted = Callable[[Session, OutgoingPost], bool]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to post one message until the lease ends. `row` is the message as it stands with this claim."""

    row: OutboxRow
    post: OutgoingPost
    at: datetime


class Claims:
    """Takes messages that are due and records what became of them. Any number of workers may do so at once.

    `still_wanted` is asked inside the claim's transaction whether a message still has its reason.
    """

    lease = LEASE

    def __init__(self, database: Database, clock: Clock, worker: str, still_wanted: StillWanted) -> None:
        self._database = database
        self._clock = clock
        self._worker = worker
        self._still_wanted = still_wanted

    def take(self) -> Claim | None:
        """The next message to post, claimed and committed; None when nothing is due.

        From here on the message may have been delivered, whatever happens to this process.
        """
        while True:
            now = self._clock.now()
            with self._database.read() as session:
                if session.scalar(_due(now).with_only_columns(OutboxRow.key)) is None:
                    return None
            with self._database.write() as session:
                # Only the message is locked; its channel is compared and set when its turn comes.
                row = session.scalars(_due(now).with_for_update(of=OutboxRow, skip_locked=True)).first()
                if row is None:
                    return None
                claimed = self._claim(session, row, now)
                fault("claim.before_commit")
            if claimed:
                fault("claim.after_commit")
                return Claim(row, outgoing(row), now)

    def _claim(self, session: Session, row: OutboxRow, now: datetime) -> bool:
        if not self._wanted(session, row):
            self._move(session, row, SUPERSEDED, detail="no longer wanted")
            return False
        held = blocked_until(session, row.team_id, row.channel, now)
        if held is not None:
            if self._outlived(session, row, now):
                self._die(session, row, held.reason)
            elif row.state == PENDING:
                self._move(session, row, BLOCKED, detail=held.reason, not_before=held.until)
            hold_back(session, row.team_id, held, now)
            return False
        if not take_slot(session, row.team_id, row.channel, now):
            return False
        values: dict[str, Any] = {
            "attempt": row.attempt + 1,
            "maybe_delivered": True,
            "lease_owner": self._worker,
            "lease_until": now + self.lease,
            "first_try_at": row.first_try_at or now,
            "last_try_at": now,
            "looks": 0,
            "unreadable": 0,
            "unreadable_since": None,
        }
        claimed = self._move(session, row, SENDING, **values)
        session.refresh(row)
        return claimed

    def sent(self, claim: Claim, slack_ts: str) -> bool:
        """It was posted. Holds even when the lease has run out meanwhile, unless a later attempt was begun."""
        row, now = claim.row, self._clock.now()
        with self._database.write() as session:
            done = self._move(
                session,
                row,
                SENT,
                only_from=(SENDING, UNKNOWN),
                slack_ts=slack_ts,
                maybe_delivered=True,
                last_error=None,
            )
            unblock(session, row.team_id, row.channel, now, self._worker)
            fault("finish.before_commit")
        fault("finish.after_commit")
        return done

    def refused(self, claim: Claim, retry_after: float | None, reason: str = "refused") -> bool:
        """It was definitely not posted and may be tried again after `retry_after` seconds (an hour at most), or a
        growing pause.
        """
        row, now = claim.row, self._clock.now()
        pause = _pause(row.attempt) if retry_after is None else min(timedelta(seconds=retry_after), LONGEST_WAIT)
        with self._database.write() as session:
            if given_up(row, now):
                return self._die(session, row, reason)
            return self._back(session, row, PENDING, reason, not_before=now + pause)

    def blocked(self, claim: Claim, reason: str, *, everywhere: bool) -> bool:
        """It was definitely not posted: its channel, or every channel, takes nothing."""
        row, now = claim.row, self._clock.now()
        with self._database.write() as session:
            until = block(session, row.team_id, EVERYWHERE if everywhere else row.channel, reason, now)
            if not everywhere and self._outlived(session, row, now):
                return self._die(session, row, reason)
            return self._back(session, row, BLOCKED, reason, not_before=until)

    def malformed(self, claim: Claim, reason: str) -> bool:
        """It was refused for its form: once more as plain text, then never again."""
        row, now = claim.row, self._clock.now()
        with self._database.write() as session:
            if row.form != "full":
                return self._die(session, row, reason)
            return self._back(session, row, PENDING, reason, not_before=now, form="plain")

    def ambiguous(self, claim: Claim, reason: str) -> bool:
        """Nobody knows whether it was posted: history decides before it is tried again."""
        with self._database.write() as session:
            done = self._move(
                session, claim.row, UNKNOWN, detail=reason, last_error=reason, not_before=self._clock.now()
            )
            fault("finish.before_commit")
        fault("finish.after_commit")
        return done

    def expire(self) -> int:
        """Messages whose sender has not come back within its lease: nobody knows about them either; how many."""
        now = self._clock.now()
        lapsed = select(OutboxRow).where(OutboxRow.state == SENDING, due(OutboxRow.lease_until, now, self.lease))
        lapsed = lapsed.limit(100)
        with self._database.read() as session:
            if session.scalar(lapsed.with_only_columns(OutboxRow.key)) is None:
                return 0
        with self._database.write() as session:
            rows = session.scalars(lapsed.with_for_update(skip_locked=True)).all()
            count = sum(self._move(session, row, UNKNOWN, detail="lease ran out", not_before=now) for row in rows)
            fault("expire.before_commit")
        fault("expire.after_commit")
        return count

    def _wanted(self, session: Session, row: OutboxRow) -> bool:
        try:
            return self._still_wanted(session, outgoing(row))
        except (LookupError, TypeError, ValueError) as error:
            # One message whose facts cannot be judged must not hold up all others.
            logger.warning("message %s: %s while asking whether it is wanted", row.key, type(error).__name__)
            return True

    def _outlived(self, session: Session, row: OutboxRow, now: datetime) -> bool:
        since = blocked_since(session, row.team_id, row.channel)
        return since is not None and now - since >= GIVE_UP_AFTER and now - row.created_at >= GIVE_UP_AFTER

    def _back(self, session: Session, row: OutboxRow, state: str, reason: str, **values: Any) -> bool:
        moved = self._move(session, row, state, detail=reason, last_error=reason[:120], maybe_delivered=False, **values)
        fault("finish.before_commit")
        return moved

    def _die(self, session: Session, row: OutboxRow, reason: str) -> bool:
        logger.error("message %s is given up: %s", row.key, reason)
        return self._move(session, row, DEAD, detail=reason, last_error=reason[:120], maybe_delivered=False)

    def _move(self, session: Session, row: OutboxRow, state: str, **values: Any) -> bool:
        return move(session, row, self._clock.now(), state, worker=self._worker, **values)


def _due(now: datetime) -> Select[OutboxRow]:
    query = select(OutboxRow).outerjoin(DestinationRow, joined())
    query = query.where(OutboxRow.state.in_(WAITING), due(OutboxRow.not_before, now, LONGEST_WAIT), free(now))
    # Blocked messages take turns as the probe: one that alone is refused must not keep its channel blocked.
    probed = case((OutboxRow.state == BLOCKED, OutboxRow.attempt), else_=0)
    return query.order_by(probed, OutboxRow.priority, OutboxRow.not_before, OutboxRow.id).limit(1)


def _pause(attempt: int) -> timedelta:
    doublings: int = 2 ** min(attempt - 1, 10)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)
