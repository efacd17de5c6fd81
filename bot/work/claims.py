"""Who may post a message now: a claim is a compare-and-set in a transaction of its own, and ends with its lease."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, or_, select, update
from sqlalchemy.orm import Session

from bot.work.destinations import blocked_until, free, hold_back, joined, not_held, outlived, take_slot
from bot.work.ending import MakePost, give_up, tell_nobody
from bot.work.faults import fault
from bot.work.kinds import LONGEST_LEASE, PostKind, kind_of
from bot.work.notifier import OutgoingPost
from bot.work.outbox import (
    BLOCKED,
    LONGEST_WAIT,
    PENDING,
    SENDING,
    SUPERSEDED,
    UNKNOWN,
    UPDATE,
    WAITING,
    move,
    outgoing,
)
from bot.work.statements import change, due
from bot.work.tables import DestinationRow, OutboxRow
from bot.work.updates import is_outdated, may_go, timestamp_of_card
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

# So many claims in a row go by priority; the next one goes to whoever has waited longest, or nudges could starve.
PREFERRED = 4

StillWanted = Callable[[Session, OutgoingPost], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """The right to post one message until the lease ends. `row` is the message as it stands with this claim."""

    row: OutboxRow
    post: OutgoingPost
    at: datetime

    @property
    def kind(self) -> PostKind:
        """What is to be known of messages like this one."""
        return kind_of(self.row.kind)


class Claims:
    """Takes messages that are due. Any number of workers may do so at once.

    `still_wanted` is asked inside the claim's transaction whether a post still has its reason.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        worker: str,
        still_wanted: StillWanted,
        on_given_up: MakePost = tell_nobody,
    ) -> None:
        self._database = database
        self._clock = clock
        self._worker = worker
        self._still_wanted = still_wanted
        self._on_given_up = on_given_up
        self._taken = 0

    def take(self) -> Claim | None:
        """The next message to post, claimed and committed; None when nothing is due.

        From here on the message may have been delivered, whatever happens to this process.
        """
        while True:
            now = self._clock.now()
            query = _due(now, by_age=self._taken % (PREFERRED + 1) == PREFERRED)
            with self._database.read() as session:
                if session.scalar(query.with_only_columns(OutboxRow.key)) is None:
                    return None
            with self._database.write() as session:
                # Only the message is locked; its channel is compared and set when its turn comes.
                row = session.scalars(query.with_for_update(of=OutboxRow, skip_locked=True)).first()
                if row is None:
                    return None
                claimed = self._claim(session, row, now)
                fault("claim.before_commit")
            if claimed:
                self._taken += 1
                fault("claim.after_commit")
                return Claim(row, outgoing(row), now)

    def renew(self, claim: Claim) -> bool:
        """Hold a message for another while; False when it has passed to somebody else."""
        held = update(OutboxRow).where(
            OutboxRow.key == claim.row.key,
            OutboxRow.state == SENDING,
            OutboxRow.attempt == claim.row.attempt,
            OutboxRow.lease_owner == self._worker,
        )
        with self._database.write() as session:
            return change(session, held.values(lease_until=self._clock.now() + claim.kind.lease)) == 1

    def expire(self) -> list[OutgoingPost]:
        """Put in doubt what a sender has not come back with in its lease; the posts that somebody waits for.

        An update is simply tried again.
        """
        now = self._clock.now()
        lapsed = select(OutboxRow).where(OutboxRow.state == SENDING, due(OutboxRow.lease_until, now, LONGEST_LEASE))
        lapsed = lapsed.limit(100)
        with self._database.read() as session:
            if session.scalar(lapsed.with_only_columns(OutboxRow.key)) is None:
                return []
        with self._database.write() as session:
            rows = session.scalars(lapsed.with_for_update(skip_locked=True)).all()
            doubtful = [outgoing(row) for row in rows if self._expire(session, row, now)]
            fault("expire.before_commit")
        fault("expire.after_commit")
        return doubtful

    def _expire(self, session: Session, row: OutboxRow, now: datetime) -> bool:
        if row.operation == UPDATE:
            self._move(session, row, PENDING, detail="lease ran out", not_before=now)
            return False
        kind = kind_of(row.kind)
        # The sender may have lived, and posted, until shortly before its next renewal.
        last_sign = min((row.lease_until or now) - kind.lease * 2 / 3, now)
        tried = max(row.last_try_at or last_sign, last_sign)
        values = {"last_try_at": tried, "not_before": max(now, min(tried, now) + kind.first_look)}
        return self._move(session, row, UNKNOWN, detail="lease ran out", **values) and kind.awaited

    def _claim(self, session: Session, row: OutboxRow, now: datetime) -> bool:
        unwanted = self._why_unwanted(session, row)
        if unwanted is not None:
            self._move(session, row, SUPERSEDED, detail=unwanted)
            return False
        if self._held_back(session, row, now):
            return False
        if row.operation != UPDATE and not take_slot(session, row.team_id, row.channel, now):
            return False
        values: dict[str, Any] = {
            "attempt": row.attempt + 1,
            "maybe_delivered": True,
            "lease_owner": self._worker,
            "lease_until": now + kind_of(row.kind).lease,
            "first_try_at": row.first_try_at or now,
            "last_try_at": now,
            "looks": 0,
            "unreadable": 0,
            "unreadable_since": None,
            "slack_ts": timestamp_of_card(session, row) if row.operation == UPDATE else None,
        }
        claimed = self._move(session, row, SENDING, **values)
        session.refresh(row)
        return claimed

    def _held_back(self, session: Session, row: OutboxRow, now: datetime) -> bool:
        held = blocked_until(session, row.team_id, row.channel, now)
        if held is None:
            return False
        if outlived(session, row, now):
            give_up(session, row, now, held.reason, worker=self._worker, on_given_up=self._on_given_up)
        elif row.state == PENDING:
            self._move(session, row, BLOCKED, detail=held.reason, not_before=held.until)
        hold_back(session, row.team_id, held, now)
        return True

    def _why_unwanted(self, session: Session, row: OutboxRow) -> str | None:
        if row.operation != UPDATE:
            return None if self._wanted(session, row) else "no longer wanted"
        if is_outdated(session, row):
            return "by a newer state of its card"
        return "its message was never posted" if timestamp_of_card(session, row) is None else None

    def _wanted(self, session: Session, row: OutboxRow) -> bool:
        try:
            return self._still_wanted(session, outgoing(row))
        except (LookupError, TypeError, ValueError) as error:
            # One message whose facts cannot be judged must not hold up all others.
            logger.warning("message %s: %s while asking whether it is wanted", row.key, type(error).__name__)
            return True

    def _move(self, session: Session, row: OutboxRow, state: str, **values: Any) -> bool:
        return move(session, row, self._clock.now(), state, worker=self._worker, **values)


def _due(now: datetime, *, by_age: bool) -> Select[OutboxRow]:
    query = select(OutboxRow).outerjoin(DestinationRow, joined())
    query = query.where(
        OutboxRow.state.in_(WAITING),
        due(OutboxRow.not_before, now, LONGEST_WAIT),
        or_(OutboxRow.operation == UPDATE, free(now)),
        not_held(now),
        may_go(),
    )
    # Blocked messages take turns as the probe: one that alone is refused must not keep its channel blocked.
    probed = case((OutboxRow.state == BLOCKED, OutboxRow.attempt), else_=0)
    urgency = () if by_age else (OutboxRow.priority,)
    return query.order_by(probed, *urgency, OutboxRow.not_before, OutboxRow.id).limit(1)
