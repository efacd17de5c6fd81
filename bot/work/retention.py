"""Erases what is no longer needed: what messages said, events long done, the log of messages long gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, delete, select, update
from sqlalchemy.orm import Session

from bot.work.inbox import DONE, FAILED
from bot.work.kinds import KINDS
from bot.work.outbox import TERMINAL
from bot.work.statements import change
from bot.work.tables import InboxRow, OutboxLogRow, OutboxRow

_KEPT = tuple(kind.name for kind in KINDS.values() if kind.kept)
# Slack may deliver an event again after an hour, and after a restart later still.
SHORTEST_KEY_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many were erased: contents of messages, events, messages."""

    contents: int
    events: int
    messages: int


@dataclass(frozen=True, slots=True)
class Ages:
    """How long to keep, after the terminal state: what a message said, an event's key, the message's own row."""

    contents: timedelta = timedelta(days=1)
    events: timedelta = timedelta(days=7)
    messages: timedelta = timedelta(days=30)


def sweep(session: Session, now: datetime, ages: Ages | None = None) -> Swept:
    """Erase what has outlived its age. Messages of a kept kind stay, with their facts and their story."""
    ages = ages or Ages()
    ended = (OutboxRow.state.in_(TERMINAL), OutboxRow.kind.not_in(_KEPT))
    erase = update(OutboxRow).where(*ended, OutboxRow.finished_at < now - ages.contents, OutboxRow.data.is_not(None))
    contents = change(session, erase.values(data=None, asker=None))
    keys = select(OutboxRow.key).where(*ended, OutboxRow.finished_at < now - ages.messages)
    _delete(session, delete(OutboxLogRow).where(OutboxLogRow.key.in_(keys)))
    messages = _delete(session, delete(OutboxRow).where(OutboxRow.key.in_(keys)))
    long_done = now - max(ages.events, SHORTEST_KEY_AGE)
    done = delete(InboxRow).where(InboxRow.state.in_((DONE, FAILED)), InboxRow.finished_at < long_done)
    return Swept(contents, _delete(session, done), messages)


def _delete(session: Session, statement: Delete) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
