"""The one outbox: what is to be posted, each message exactly once, and the story of each."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from bot.work.kinds import PostKind
from bot.work.notifier import OutgoingPost, form_of
from bot.work.statements import change, insert_once
from bot.work.tables import OutboxLogRow, OutboxRow

PENDING = "PENDING"
SENDING = "SENDING"
SENT = "SENT"
UNKNOWN = "UNKNOWN"
BLOCKED = "BLOCKED"
SUPERSEDED = "SUPERSEDED"
DEAD = "DEAD"

WAITING = (PENDING, BLOCKED)
TERMINAL = (SENT, SUPERSEDED, DEAD)

GIVE_UP_AFTER = timedelta(days=7)
GIVE_UP_ATTEMPTS = 20
# No message waits longer than this for its next try or look, whoever asked for it.
LONGEST_WAIT = timedelta(hours=1)

POST = "post"
UPDATE = "update"

_REFERENCE = re.compile(r"[0-9a-f]{8}\Z")
_NAMESPACE = uuid.UUID("6f2f0bd6-8a53-5b0e-9d8b-6b7f3f0d6a11")


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be posted. `view` names how it is shown, `data` (JSON) holds the facts it is shown from.

    `thread` is the timestamp it answers to. `subject` is what it is about: waiting posts about a subject can be
    superseded together. `ephemeral_user` (Slack's id) makes it visible to that person only. `asker` (Slack's id) is
    the person who waits for it, and who is told when it has to be given up.
    """

    kind: PostKind
    key: str
    team_id: str
    channel: str
    thread: str | None
    view: str
    data: Mapping[str, Any]
    subject: str | None = None
    ephemeral_user: str | None = None
    asker: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that somebody sees: its key, the thread it stands in, and the facts it is shown from."""

    key: str
    thread: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a message's story."""

    at: datetime
    from_state: str | None
    to_state: str
    attempt: int
    worker: str | None
    detail: str | None


def post_key(*parts: object) -> str:
    """A key that is the same for the same parts and reveals none of them."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))


def enqueue(session: Session, post: Post, now: datetime) -> bool:
    """Put a message into the outbox; False when its key is there already, and then nothing changes."""
    return insert(session, _values(post), now, PENDING)


def record_superseded(session: Session, post: Post, now: datetime, why: str) -> bool:
    """Record a message that will never be posted, and why; False when its key is there already."""
    return insert(session, _values(post), now, SUPERSEDED, detail=why)


def _values(post: Post) -> dict[str, Any]:
    return {
        "key": post.key,
        "kind": post.kind.name,
        "priority": post.kind.priority,
        "operation": POST,
        "team_id": post.team_id,
        "channel": post.channel,
        "thread": post.thread,
        "ephemeral_user": post.ephemeral_user,
        "asker": post.asker,
        "view": post.view,
        "data": dict(post.data),
        "subject": post.subject,
    }


def insert(
    session: Session, values: Mapping[str, Any], now: datetime, state: str, *, detail: str | None = None
) -> bool:
    """Add a row of the outbox with these values and begin its story; False when its key is there already."""
    begun = {"state": state, "created_at": now, "not_before": now, "finished_at": now if state in TERMINAL else None}
    inserted = insert_once(session, OutboxRow, {**values, **begun})
    if inserted:
        log(session, values["key"], now, None, state, detail=detail)
    return inserted


def log(
    session: Session,
    key: str,
    now: datetime,
    from_state: str | None,
    to_state: str,
    *,
    attempt: int = 0,
    worker: str | None = None,
    detail: str | None = None,
) -> None:
    """Add a line to a message's story."""
    line = OutboxLogRow(
        key=key, at=now, from_state=from_state, to_state=to_state, attempt=attempt, worker=worker, detail=detail
    )
    session.add(line)
    session.flush()


def move(
    session: Session,
    row: OutboxRow,
    now: datetime,
    to_state: str,
    *,
    worker: str,
    only_from: Collection[str] | None = None,
    detail: str | None = None,
    **values: Any,
) -> bool:
    """Compare and set: bring a message to another state unless somebody else has moved it since `row` was read.

    The attempt and the number of looks are part of what is compared, so that nobody who was frozen in between can
    overwrite what was found out meanwhile. `only_from` widens the states it may be in now.
    """
    states = tuple(only_from or (row.state,))
    before = row.state
    if only_from is not None:
        before = session.scalar(select(OutboxRow.state).where(OutboxRow.key == row.key)) or before
    statement = update(OutboxRow).where(
        OutboxRow.key == row.key, OutboxRow.state.in_(states), OutboxRow.attempt == row.attempt
    )
    if only_from is None:
        statement = statement.where(OutboxRow.looks == row.looks, OutboxRow.unreadable == row.unreadable)
    values["finished_at"] = now if to_state in TERMINAL else None
    if to_state != SENDING:
        values |= {"lease_owner": None, "lease_until": None}
    if not change(session, statement.values(state=to_state, **values)):
        return False
    attempt = values.get("attempt", row.attempt)
    log(session, row.key, now, before, to_state, attempt=attempt, worker=worker, detail=detail)
    return True


def supersede(session: Session, subject: str, now: datetime, why: str) -> int:
    """Withdraw every waiting message about a subject; how many. What may have been posted already is left alone."""
    query = select(OutboxRow).where(OutboxRow.subject == subject, OutboxRow.state.in_(WAITING))
    # Locked, so that a sender claims the message either wholly before this or not at all.
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    return sum(move(session, row, now, SUPERSEDED, worker="supersede", detail=why) for row in rows)


def given_up(row: OutboxRow, now: datetime) -> bool:
    """Whether a message was tried often, and for long. Time alone does not count: the bot may have been off."""
    began = row.first_try_at or now
    return row.attempt >= GIVE_UP_ATTEMPTS and now - began >= GIVE_UP_AFTER


def outgoing(row: OutboxRow) -> OutgoingPost:
    """The row as it is handed to a notifier."""
    return OutgoingPost(
        key=row.key,
        channel=row.channel,
        thread=row.thread,
        view=row.view,
        data=row.data or {},
        operation="update" if row.operation == UPDATE else "post",
        slack_ts=row.slack_ts,
        form=form_of(row.form),
        part=row.part,
        repeat=row.repeat,
        ephemeral_user=row.ephemeral_user,
        team_id=row.team_id,
        subject=row.subject,
        asker=row.asker,
    )


def find(session: Session, key: str) -> OutboxRow | None:
    """The message with this key, or with the one key that begins so (8 characters at least)."""
    if len(key) < 8:
        return None
    rows = session.scalars(select(OutboxRow).where(OutboxRow.key.startswith(key, autoescape=True)).limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def find_shown(
    session: Session, reference: str, *, team_id: str, channel: str, slack_user: str, view: str
) -> Shown | None:
    """The message whose key begins with `reference` (8 characters), if it was shown to this person in this channel;
    None also once its text is erased. What was posted to a person's own id stands in their direct message with the bot.
    """
    if not _REFERENCE.match(reference):
        return None
    row = session.scalar(
        select(OutboxRow).where(
            OutboxRow.key.startswith(reference),
            OutboxRow.team_id == team_id,
            OutboxRow.view == view,
            OutboxRow.channel.in_((channel, slack_user)),
            or_(OutboxRow.ephemeral_user.is_(None), OutboxRow.ephemeral_user == slack_user),
        )
    )
    return Shown(row.key, row.thread, row.data) if row is not None and row.data else None


def posted_at(session: Session, key: str) -> str | None:
    """The timestamp of the message with this key; None while it is not posted."""
    return session.scalar(select(OutboxRow.slack_ts).where(OutboxRow.key == key))


def story(session: Session, key: str) -> list[Step]:
    """Everything that happened to one message, in order."""
    lines = session.scalars(select(OutboxLogRow).where(OutboxLogRow.key == key).order_by(OutboxLogRow.id))
    return [Step(x.at, x.from_state, x.to_state, x.attempt, x.worker, x.detail) for x in lines]


def lacking_scopes(session: Session) -> dict[str, int]:
    """The scopes that unfinished messages were refused for, each with how many messages wait for it."""
    open_rows = OutboxRow.state.not_in(TERMINAL)
    lacking = OutboxRow.last_error.startswith("missing_scope: ")
    query = select(OutboxRow.last_error, func.count()).where(open_rows, lacking).group_by(OutboxRow.last_error)
    return {str(error).removeprefix("missing_scope: "): number for error, number in session.execute(query)}


def counts(session: Session) -> dict[str, int]:
    """How many messages are in each state; states without any are left out."""
    rows = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    return {state: number for state, number in rows}  # noqa: C416 - dict() would lose the types
