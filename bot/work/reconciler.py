"""Finds out about messages that may have been posted: history is asked twice before anything is posted again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import or_, select

from bot.work.destinations import EVERYWHERE, blocked_since, not_held, unblock
from bot.work.ending import MakePost, give_up, tell_nobody
from bot.work.faults import fault
from bot.work.kinds import kind_of
from bot.work.notifier import HistoryUnreadable, Notifier, OutgoingPost
from bot.work.outbox import LONGEST_WAIT, PENDING, SENT, UNKNOWN, given_up, move, outgoing
from bot.work.statements import SKEW, due
from bot.work.tables import OutboxRow
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

# The first try was timed by our clock, history by Slack's: a narrow margin is lost when ours is ahead.
BEFORE_FIRST_TRY = timedelta(hours=24)


class Reconciler:
    """Looks into history for every message in doubt, outside any transaction; compare-and-set decides who was right."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        worker: str,
        *,
        unreadable: Literal["repost", "hold"] = "repost",
        on_found: Callable[[OutgoingPost], None] = lambda _post: None,
        on_given_up: MakePost = tell_nobody,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._worker = worker
        self._unreadable = unreadable
        self._on_found = on_found
        self._on_given_up = on_given_up

    def look(self, limit: int = 100, stopping: Callable[[], bool] = lambda: False) -> int:
        """Look once for each message whose look is due, until `stopping`; how many were settled (found, or free to be
        posted).
        """
        settled = 0
        for row in self._due(limit):
            settled += self._look_for(row)
            if stopping():
                break
        return settled

    def _due(self, limit: int) -> Sequence[OutboxRow]:
        now = self._clock.now()
        look_due = or_(due(OutboxRow.not_before, now, LONGEST_WAIT), OutboxRow.last_try_at > now + SKEW)
        query = select(OutboxRow).where(OutboxRow.state == UNKNOWN, look_due, not_held(now))
        with self._database.read() as session:
            return session.scalars(
                query.order_by(OutboxRow.priority, OutboxRow.not_before, OutboxRow.id).limit(limit)
            ).all()

    def _look_for(self, row: OutboxRow) -> bool:
        if row.ephemeral_user is not None:
            # What only one person sees is in no history; a second copy is better than none, and says so.
            return self._settle(row, PENDING, "not in any history", repeat=True, maybe_delivered=False)
        now, kind = self._clock.now(), kind_of(row.kind)
        if row.last_try_at is not None and row.last_try_at > now + SKEW:
            # The clock was set back since: nobody knows how long ago that was, so the waits begin anew.
            self._settle(row, UNKNOWN, "clock set back", last_try_at=now, not_before=now + kind.first_look)
            return False
        began = min(row.first_try_at or row.created_at, now)
        fault("reconcile.before_look")
        try:
            slack_ts = self._notifier.find(outgoing(row), began - BEFORE_FIRST_TRY)
        except HistoryUnreadable as unreadable:
            return self._could_not_look(row, unreadable)
        except Exception as error:  # a look that failed has found out nothing
            logger.warning("message %s: %s while looking", row.key, type(error).__name__)
            return self._could_not_look(row, HistoryUnreadable())
        fault("reconcile.after_look")
        if slack_ts is None:
            return self._not_there(row)
        found = self._settle(row, SENT, "found in history", slack_ts=slack_ts)
        if found and kind.awaited:
            self._on_found(outgoing(row))
        return found

    def _not_there(self, row: OutboxRow) -> bool:
        now, kind = self._clock.now(), kind_of(row.kind)
        second_look = (row.last_try_at or now) + kind.second_look
        if row.looks > 0 and now >= second_look:
            if given_up(row, now):
                return self._give_up(row, "it never shows in history")
            return self._settle(row, PENDING, "not in history, twice", maybe_delivered=False)
        later = max(second_look, now + kind.first_look)
        empty = {"looks": row.looks + 1, "unreadable": 0, "unreadable_since": None}
        self._settle(row, UNKNOWN, "not in history", not_before=later, **empty)
        return False

    def _could_not_look(self, row: OutboxRow, why: HistoryUnreadable) -> bool:
        now, kind = self._clock.now(), kind_of(row.kind)
        since, count = min(row.unreadable_since or now, now), row.unreadable + 1
        long_enough = count >= kind.unreadable_looks and now - since >= kind.unreadable
        if long_enough and self._unreadable == "repost" and not self._credentials_blocked(row):
            return self._settle(row, PENDING, "history unreadable for long", repeat=True, maybe_delivered=False)
        pause = min(kind.first_look * 2 ** min(row.unreadable, 10), kind.unreadable / kind.unreadable_looks)
        pause = min(max(pause, timedelta(seconds=why.retry_after or 0)), LONGEST_WAIT)
        counted = {"unreadable": count, "unreadable_since": since, "last_error": why.reason[:120]}
        self._settle(row, UNKNOWN, why.reason, not_before=now + pause, **counted)
        return False

    def _give_up(self, row: OutboxRow, reason: str) -> bool:
        with self._database.write() as session:
            now = self._clock.now()
            return give_up(session, row, now, reason, worker=self._worker, on_given_up=self._on_given_up)

    def _credentials_blocked(self, row: OutboxRow) -> bool:
        with self._database.read() as session:
            return blocked_since(session, row.team_id, EVERYWHERE) is not None

    def _settle(self, row: OutboxRow, state: str, detail: str, **values: Any) -> bool:
        now = self._clock.now()
        with self._database.write() as session:
            values.setdefault("not_before", now)
            settled = move(session, row, now, state, worker=self._worker, detail=detail, **values)
            if settled and state == SENT:
                unblock(session, row.team_id, row.channel, now, self._worker)
            fault("reconcile.before_commit")
        fault("reconcile.after_commit")
        return settled
