"""What became of a message that was tried: every outcome a compare-and-set in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.work.claims import Claim
from bot.work.destinations import EVERYWHERE, block, blocked_since, hold, outlived, unblock
from bot.work.ending import MakePost, give_up, tell_nobody
from bot.work.faults import fault
from bot.work.outbox import (
    BLOCKED,
    LONGEST_WAIT,
    PENDING,
    SENDING,
    SENT,
    SUPERSEDED,
    UNKNOWN,
    UPDATE,
    enqueue,
    given_up,
    move,
)
from bot.work.splitting import next_form, split
from bot.work.tables import OutboxRow
from bot.work.updates import repeat_newest
from retrieval.database import Database
from retrieval.ports import Clock

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)


class Outcomes:
    """Records what became of claimed messages.

    `on_given_up` makes the post that tells whoever waits for a message, and `on_blocked` the one that tells somebody,
    once, that a channel has ceased to take messages.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        worker: str,
        on_given_up: MakePost = tell_nobody,
        on_blocked: MakePost = tell_nobody,
    ) -> None:
        self._database = database
        self._clock = clock
        self._worker = worker
        self._on_given_up = on_given_up
        self._on_blocked = on_blocked

    def sent(self, claim: Claim, slack_ts: str) -> bool:
        """It was posted. Holds even when the lease has run out meanwhile, unless a later attempt was begun."""
        row, now = claim.row, self._clock.now()
        known = {"slack_ts": slack_ts, "maybe_delivered": True, "last_error": None}
        with self._database.write() as session:
            done = self._move(session, row, SENT, only_from=(SENDING, UNKNOWN), **known)
            if not done:
                repeat_newest(session, row, now, self._worker)
            unblock(session, row.team_id, row.channel, now, self._worker)
            fault("finish.before_commit")
        fault("finish.after_commit")
        return done

    def refused(self, claim: Claim, retry_after: float | None, reason: str = "refused") -> bool:
        """It was definitely not posted and may be tried again after `retry_after` seconds (an hour at most), or a
        growing pause.
        """
        row, now = claim.row, self._clock.now()
        with self._database.write() as session:
            if given_up(row, now):
                return self._give_up(session, row, reason)
            return self._back(session, row, PENDING, reason, not_before=now + _pause(row.attempt, retry_after))

    def limited(self, claim: Claim, retry_after: float | None) -> bool:
        """There were too many requests, and it was not posted: the whole workspace waits.

        Slack does not say whose limit it was. Our own pace keeps every channel within its limit of one message a
        second, so what is exceeded nevertheless is taken as the workspace's.
        """
        row, now = claim.row, self._clock.now()
        until = now + _pause(row.attempt, retry_after)
        with self._database.write() as session:
            hold(session, row.team_id, until, now)
            return self._back(session, row, PENDING, "too many requests", not_before=until)

    def blocked(self, claim: Claim, reason: str, *, everywhere: bool) -> bool:
        """It was definitely not posted: its channel, or every channel, takes nothing."""
        row, now = claim.row, self._clock.now()
        with self._database.write() as session:
            if not everywhere and blocked_since(session, row.team_id, row.channel) is None:
                told = self._on_blocked(claim.post, reason)
                if told is not None:
                    enqueue(session, told, now)
            until = block(session, row.team_id, EVERYWHERE if everywhere else row.channel, reason, now)
            if not everywhere and outlived(session, row, now):
                return self._give_up(session, row, reason)
            return self._back(session, row, BLOCKED, reason, not_before=until)

    def malformed(self, claim: Claim, reason: str, *, too_long: bool = False) -> bool:
        """It was refused for its form: once more in two parts when it was too long, else as less and less."""
        row, now = claim.row, self._clock.now()
        with self._database.write() as session:
            if too_long and split(session, row, now):
                return self._back(session, row, PENDING, reason, not_before=now, part=1)
            form = next_form(row, too_long=too_long)
            if form is None:
                return self._give_up(session, row, reason)
            return self._back(session, row, PENDING, reason, not_before=now, form=form)

    def gone(self, claim: Claim, reason: str) -> bool:
        """The message that was to be updated is not there any more, or cannot be changed."""
        with self._database.write() as session:
            return self._back(session, claim.row, SUPERSEDED, reason)

    def ambiguous(self, claim: Claim, reason: str) -> bool:
        """Nobody knows whether it was posted: history decides before it is tried again. An update is just repeated."""
        row, now = claim.row, self._clock.now()
        if row.operation == UPDATE:
            return self._repeat(claim, reason)
        look = {"last_try_at": now, "not_before": now + claim.kind.first_look}
        with self._database.write() as session:
            done = self._move(session, row, UNKNOWN, detail=reason, last_error=reason[:120], **look)
            fault("finish.before_commit")
        fault("finish.after_commit")
        return done

    def _repeat(self, claim: Claim, reason: str) -> bool:
        row, now = claim.row, self._clock.now()
        with self._database.write() as session:
            if given_up(row, now):
                return self._give_up(session, row, reason)
            done = self._back(session, row, PENDING, reason, not_before=now + _pause(row.attempt, None))
            if not done:
                repeat_newest(session, row, now, self._worker)
        return done

    def _back(self, session: Session, row: OutboxRow, state: str, reason: str, **values: Any) -> bool:
        moved = self._move(session, row, state, detail=reason, last_error=reason[:120], maybe_delivered=False, **values)
        fault("finish.before_commit")
        return moved

    def _give_up(self, session: Session, row: OutboxRow, reason: str) -> bool:
        now = self._clock.now()
        return give_up(session, row, now, reason, worker=self._worker, on_given_up=self._on_given_up)

    def _move(self, session: Session, row: OutboxRow, state: str, **values: Any) -> bool:
        return move(session, row, self._clock.now(), state, worker=self._worker, **values)


def _pause(attempt: int, retry_after: float | None) -> timedelta:
    if retry_after is not None:
        return min(timedelta(seconds=retry_after), LONGEST_WAIT)
    doublings: int = 2 ** min(attempt - 1, 10)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)
