"""Tables of what outlives a request: teams, people, inbox, outbox and its log, destinations, heartbeats."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from retrieval.database import Base, UtcDateTime

KEY = String(36)


class TeamRow(Base):
    """A workspace. `team_id` is ours; only this row knows Slack's own. `owner`: the one this installation serves."""

    __tablename__ = "team"

    team_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    slack_team: Mapped[str] = mapped_column(String(64), unique=True)
    owner: Mapped[bool] = mapped_column(default=False)


class PersonRow(Base):
    """A person of a workspace. Everything else refers to `person_id`, so a person can be erased here alone."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("team_id", "slack_user"),)

    person_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.team_id"))
    slack_user: Mapped[str | None] = mapped_column(String(64))


class InboxRow(Base):
    """Something that came in, once. `body` lives until the terminal state (done, failed), then is erased."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_open", "state", "not_before"),)

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    team_id: Mapped[str] = mapped_column(KEY)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(String(12), default="new")
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(80))


class OutboxRow(Base):
    """One message to be posted exactly once, or one update of a message that was. `key` says nothing about it.

    `kind` names the PostKind, `view` and `data` are frozen at insert. An update has the key of the message it is for
    in `card`, its timestamp in `slack_ts` and the version of what it shows. `part` counts the halves of a message that
    was too long (0: whole); `follows` is the key of the message that must be posted before. `asker` is Slack's id of
    the person who waits for it. `looks` counts empty looks into history since the last try, `unreadable` the looks
    that history refused.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "not_before"),
        Index("ix_outbox_lease", "state", "lease_until"),
        Index("ix_outbox_posted", "channel", "slack_ts"),
        Index("ix_outbox_card", "card", "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(KEY, unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int] = mapped_column(Integer)
    operation: Mapped[str] = mapped_column(String(8), default="post")
    card: Mapped[str | None] = mapped_column(KEY)
    version: Mapped[int | None] = mapped_column(Integer)
    part: Mapped[int] = mapped_column(Integer, default=0)
    follows: Mapped[str | None] = mapped_column(KEY)
    asker: Mapped[str | None] = mapped_column(String(64))
    team_id: Mapped[str] = mapped_column(KEY)
    channel: Mapped[str] = mapped_column(String(64))
    thread: Mapped[str | None] = mapped_column(String(40))
    ephemeral_user: Mapped[str | None] = mapped_column(String(64))
    view: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    subject: Mapped[str | None] = mapped_column(String(80), index=True)
    state: Mapped[str] = mapped_column(String(12))
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    maybe_delivered: Mapped[bool] = mapped_column(default=False)
    form: Mapped[str] = mapped_column(String(8), default="full")
    repeat: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looks: Mapped[int] = mapped_column(Integer, default=0)
    unreadable: Mapped[int] = mapped_column(Integer, default=0)
    unreadable_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slack_ts: Mapped[str | None] = mapped_column(String(40))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(120))


class OutboxLogRow(Base):
    """One step of one message. Only ever added to."""

    __tablename__ = "outbox_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(KEY, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    attempt: Mapped[int] = mapped_column(Integer)
    worker: Mapped[str | None] = mapped_column(String(80))
    detail: Mapped[str | None] = mapped_column(Text)


class DestinationRow(Base):
    """What is known of a channel: whether it takes messages, and when the next one may go.

    `paced_until` counts what was posted lately; until `held_until` Slack has asked us to wait. The channel `*` stands
    for the whole workspace: blocked when our credentials are refused, held when there were too many requests.
    """

    __tablename__ = "destination"

    team_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str | None] = mapped_column(String(120))
    blocked_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_check: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paced_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HeartbeatRow(Base):
    """When a job last ran to its end."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    seconds: Mapped[float]
    last_ok: Mapped[datetime] = mapped_column(UtcDateTime)


__all__ = [
    "DestinationRow",
    "HeartbeatRow",
    "InboxRow",
    "OutboxLogRow",
    "OutboxRow",
    "PersonRow",
    "TeamRow",
]


class FolderSyncRow(Base):
    """How a remembered root does at night. `state` is resting, running (until `lease_until`, for `owner`), done,
    withheld (too much was gone) or failed; `night` is the newest night it was begun for.
    """

    __tablename__ = "folder_sync"

    root: Mapped[str] = mapped_column(String, primary_key=True)
    night: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    says: Mapped[str | None] = mapped_column(String)
