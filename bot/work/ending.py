"""How a message ends that will never be posted: whoever waits for it is told in the same transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.work.kinds import kind_of
from bot.work.notifier import OutgoingPost
from bot.work.outbox import DEAD, Post, enqueue, move, outgoing, post_key
from bot.work.tables import OutboxRow

logger = logging.getLogger(__name__)

MakePost = Callable[[OutgoingPost, str], Post | None]


def tell_nobody(_post: OutgoingPost, _reason: str) -> Post | None:
    """Nobody is told of a message that is given up."""
    return None


def give_up(
    session: Session, row: OutboxRow, now: datetime, reason: str, *, worker: str, on_given_up: MakePost
) -> bool:
    """End a message; for an awaited one `on_given_up` makes the post that says so, once for both parts of it."""
    logger.error("message %s is given up: %s", row.key, reason)
    ended = move(session, row, now, DEAD, worker=worker, detail=reason, last_error=reason[:120], maybe_delivered=False)
    notice = on_given_up(outgoing(row), reason) if ended and kind_of(row.kind).awaited else None
    if notice is not None:
        enqueue(session, replace(notice, key=post_key("given up", row.follows or row.key)), now)
    return ended
