"""What is tried when a message is refused for its form: two parts of it, its text alone, a line in its place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.work.notifier import Form, form_of
from bot.work.outbox import PENDING, UPDATE, insert, post_key
from bot.work.tables import OutboxRow

_COPIED = ("kind", "priority", "operation", "team_id", "channel", "thread", "view", "data", "subject", "asker", "form")
_LESS: dict[Form, Form] = {"full": "plain", "plain": "short"}


def split(session: Session, row: OutboxRow, now: datetime) -> bool:
    """Enqueue the second half of a message, to follow the first; False when the message cannot be taken apart.

    The half has a key of its own, made from the first one's: it is posted once like any other message.
    """
    if row.part or row.operation == UPDATE or row.ephemeral_user or row.form == "short":
        return False
    values = {name: getattr(row, name) for name in _COPIED}
    values |= {"key": post_key(row.key, "part", 2), "part": 2, "follows": row.key, "repeat": row.repeat}
    return insert(session, values, now, PENDING)


def next_form(row: OutboxRow, *, too_long: bool) -> Form | None:
    """How a message is tried after it was refused in its present form; None when nothing is left to try."""
    if row.operation == UPDATE:
        return "plain" if row.form == "full" else None
    form = form_of(row.form)
    # Text alone is about as long as text in blocks.
    return "short" if too_long and form != "short" else _LESS.get(form)
