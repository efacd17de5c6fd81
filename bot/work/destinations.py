"""What is known of each channel: whether it takes messages, and how fast it may be given them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.work.outbox import BLOCKED, GIVE_UP_AFTER, LONGEST_WAIT, PENDING, move
from bot.work.statements import SKEW, change, due, insert_once, is_due
from bot.work.tables import DestinationRow, OutboxRow

EVERYWHERE = "*"
CHANNEL_CHECK = timedelta(hours=1)
CREDENTIALS_CHECK = timedelta(minutes=5)
PACE = timedelta(seconds=1)
BURST = 5


@dataclass(frozen=True, slots=True)
class Held:
    """A channel (or `EVERYWHERE`) that takes nothing until it is checked again, and why."""

    channel: str
    until: datetime
    reason: str


def free(now: datetime) -> ColumnElement[bool]:
    """Condition on an outer-joined destination: its pace allows another message now.

    One message a second and channel, `BURST` at once after a pause (generic cell rate algorithm: `paced_until` is
    the moment at which the bucket is empty again). A moment further ahead than that can be comes from a clock that
    was set back since, and means nothing.
    """
    until = DestinationRow.paced_until
    return or_(until.is_(None), until <= now + PACE * (BURST - 1), until > now + PACE * BURST)


def joined() -> ColumnElement[bool]:
    """The condition that joins a message to its channel."""
    return and_(DestinationRow.team_id == OutboxRow.team_id, DestinationRow.channel == OutboxRow.channel)


def not_held(now: datetime) -> ColumnElement[bool]:
    """Condition on a message: Slack has not asked its workspace to wait."""
    workspace = aliased(DestinationRow)
    holding = and_(workspace.held_until > now, workspace.held_until <= now + LONGEST_WAIT + SKEW)
    held = select(workspace.channel).where(
        workspace.team_id == OutboxRow.team_id, workspace.channel == EVERYWHERE, holding
    )
    return ~held.exists()


def hold(session: Session, team_id: str, until: datetime, now: datetime) -> None:
    """Let the whole workspace wait; a hold that lasts longer stays."""
    insert_once(session, DestinationRow, {"team_id": team_id, "channel": EVERYWHERE})
    column = DestinationRow.held_until
    shorter = or_(column.is_(None), column < until, column > now + LONGEST_WAIT + SKEW)
    statement = update(DestinationRow).where(_is(team_id, EVERYWHERE), shorter)
    change(session, statement.values(held_until=until))


def is_held(session: Session, now: datetime) -> bool:
    """Whether Slack has asked the workspace of this installation to wait."""
    until = session.scalar(
        select(func.max(DestinationRow.held_until)).where(
            DestinationRow.channel == EVERYWHERE, DestinationRow.held_until <= now + LONGEST_WAIT + SKEW
        )
    )
    return until is not None and now < until


def take_slot(session: Session, team_id: str, channel: str, now: datetime) -> bool:
    """Count one message against the pace of a channel; False when another sender was quicker."""
    insert_once(session, DestinationRow, {"team_id": team_id, "channel": channel})
    row = session.get_one(DestinationRow, (team_id, channel), populate_existing=True)
    begin = max(row.paced_until or now, now)
    if begin > now + PACE * BURST:
        begin = now
    statement = update(DestinationRow).where(_is(team_id, channel), free(now))
    statement = statement.where(DestinationRow.paced_until.is_not_distinct_from(row.paced_until))
    return change(session, statement.values(paced_until=begin + PACE)) == 1


def blocked_until(session: Session, team_id: str, channel: str, now: datetime) -> Held | None:
    """What holds back messages to a channel; None when a message may go.

    Where a check is due, one message may go as the probe, and the next check moves on for everybody else.
    """
    names = {EVERYWHERE: CREDENTIALS_CHECK, channel: CHANNEL_CHECK}
    query = select(DestinationRow).where(DestinationRow.team_id == team_id, DestinationRow.channel.in_(names))
    query = query.where(DestinationRow.next_check.is_not(None)).execution_options(populate_existing=True)
    rows = session.scalars(query).all()
    for row in rows:
        if row.next_check is not None and not is_due(row.next_check, now, names[row.channel]):
            return Held(row.channel, row.next_check, row.reason or "")
    for row in rows:
        until = now + names[row.channel]
        probe = update(DestinationRow).where(_is(team_id, row.channel), DestinationRow.next_check == row.next_check)
        if not change(session, probe.values(next_check=until)):
            return Held(row.channel, until, row.reason or "")
    return None


def hold_back(session: Session, team_id: str, held: Held, now: datetime) -> int:
    """Let every blocked message that `held` concerns wait for the next check; how many."""
    waiting = select(OutboxRow.id).where(
        OutboxRow.team_id == team_id, OutboxRow.state == BLOCKED, due(OutboxRow.not_before, now, LONGEST_WAIT)
    )
    if held.channel != EVERYWHERE:
        waiting = waiting.where(OutboxRow.channel == held.channel)
    ids = session.scalars(waiting.with_for_update(skip_locked=True)).all()
    return change(session, update(OutboxRow).where(OutboxRow.id.in_(ids)).values(not_before=held.until))


def block(session: Session, team_id: str, channel: str, reason: str, now: datetime) -> datetime:
    """Note that a channel (or, as `EVERYWHERE`, our credentials) takes nothing; when it is checked again."""
    pause = CREDENTIALS_CHECK if channel == EVERYWHERE else CHANNEL_CHECK
    insert_once(session, DestinationRow, {"team_id": team_id, "channel": channel})
    row = session.get_one(DestinationRow, (team_id, channel), populate_existing=True)
    values: dict[str, Any] = {"reason": reason[:120], "next_check": now + pause}
    if row.blocked_since is None:
        values["blocked_since"] = now
    change(session, update(DestinationRow).where(_is(team_id, channel)).values(**values))
    return now + pause


def blocked_since(session: Session, team_id: str, channel: str) -> datetime | None:
    """Since when nothing has gone to a channel; None when it takes messages."""
    query = select(DestinationRow.blocked_since).where(_is(team_id, channel))
    return session.scalar(query)


def outlived(session: Session, row: OutboxRow, now: datetime) -> bool:
    """Whether a message, and the block of its channel, are so old that it will never be posted."""
    since = blocked_since(session, row.team_id, row.channel)
    return since is not None and now - since >= GIVE_UP_AFTER and now - row.created_at >= GIVE_UP_AFTER


def unblock(session: Session, team_id: str, channel: str, now: datetime, worker: str) -> int:
    """A message went through: whatever waited for this channel may go at once; how many messages that frees."""
    blocked = session.scalars(
        select(DestinationRow.channel).where(
            DestinationRow.team_id == team_id,
            DestinationRow.channel.in_((channel, EVERYWHERE)),
            DestinationRow.blocked_since.is_not(None),
        )
    ).all()
    if not blocked:
        return 0
    cure = update(DestinationRow).where(DestinationRow.team_id == team_id, DestinationRow.channel.in_(blocked))
    change(session, cure.values(reason=None, blocked_since=None, next_check=None))
    waiting = select(OutboxRow).where(OutboxRow.team_id == team_id, OutboxRow.state == BLOCKED)
    if EVERYWHERE not in blocked:
        waiting = waiting.where(OutboxRow.channel == channel)
    rows = session.scalars(waiting.with_for_update(skip_locked=True)).all()
    return sum(move(session, row, now, PENDING, worker=worker, detail="unblocked", not_before=now) for row in rows)


def blocked(session: Session) -> list[DestinationRow]:
    """Every channel that takes nothing at present, for health and `doctor`."""
    query = select(DestinationRow).where(DestinationRow.blocked_since.is_not(None)).order_by(DestinationRow.channel)
    return list(session.scalars(query))


def _is(team_id: str, channel: str) -> ColumnElement[bool]:
    return and_(DestinationRow.team_id == team_id, DestinationRow.channel == channel)
