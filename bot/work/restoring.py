"""Handle open messages after a restore: the backup shows them as not posted, but they may have been posted since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.work.kinds import kind_of
from bot.work.outbox import BLOCKED, PENDING, SENDING, UNKNOWN, move
from bot.work.tables import OutboxRow

OPEN = (PENDING, SENDING, BLOCKED)


def distrust(session: Session, created: datetime) -> int:
    """Mark the outcome of every open message as unknown, and return how many. `created` is when the backup was written.

    Slack's history since then decides whether a message was posted.
    """
    rows = session.scalars(select(OutboxRow).where(OutboxRow.state.in_(OPEN)).with_for_update()).all()
    return sum(_doubt(session, row, created) for row in rows)


def _doubt(session: Session, row: OutboxRow, created: datetime) -> bool:
    return move(
        session,
        row,
        created,
        UNKNOWN,
        worker="restore",
        detail="restored from a backup",
        maybe_delivered=True,
        first_try_at=min(row.first_try_at or created, created),
        last_try_at=row.last_try_at or created,
        not_before=max(row.last_try_at or created, created) + kind_of(row.kind).first_look,
        looks=0,
        unreadable=0,
        unreadable_since=None,
    )
