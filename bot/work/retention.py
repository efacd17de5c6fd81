"""Erase what is no longer needed: the contents of messages, old events, and the story of old messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.work.inbox import DONE, FAILED
from bot.work.kinds import KINDS
from bot.work.outbox import TERMINAL
from bot.work.statements import change
from bot.work.tables import InboxRow, OutboxLogRow, OutboxRow

_KEPT = tuple(kind.name for kind in KINDS.values() if kind.kept)
# Slack may deliver an event again after an hour, or later after a restart of the bot.
SHORTEST_KEY_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many contents of messages, events and messages were erased."""

    contents: int
    events: int
    messages: int


@dataclass(frozen=True, slots=True)
class Ages:
    """How long to keep the contents of a message, the key of an event, and the row of a message after their end."""

    contents: timedelta = timedelta(days=1)
    events: timedelta = timedelta(days=7)
    messages: timedelta = timedelta(days=30)


def sweep(session: Session, now: datetime, ages: Ages | None = None) -> Swept:
    """Erase what is older than its age. Messages of a kind that is kept stay, with their data and their story."""
    ages = ages or Ages()
    ended = (OutboxRow.state.in_(TERMINAL), OutboxRow.kind.not_in(_KEPT))
    erase = update(OutboxRow).where(*ended, OutboxRow.finished_at < now - ages.contents, OutboxRow.data.is_not(None))
    contents = change(session, erase.values(data=None, asker=None))
    keys = select(OutboxRow.key).where(*ended, OutboxRow.finished_at < now - ages.messages)
    change(session, delete(OutboxLogRow).where(OutboxLogRow.key.in_(keys)))
    messages = change(session, delete(OutboxRow).where(OutboxRow.key.in_(keys)))
    long_done = now - max(ages.events, SHORTEST_KEY_AGE)
    done = delete(InboxRow).where(InboxRow.state.in_((DONE, FAILED)), InboxRow.finished_at < long_done)
    return Swept(contents, change(session, done), messages)
