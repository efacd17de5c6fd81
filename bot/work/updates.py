"""Updates of messages that were posted: of those that wait for one card, only the newest is carried out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from bot.work import kinds
from bot.work.outbox import PENDING, POST, SENDING, SENT, SUPERSEDED, TERMINAL, UPDATE, WAITING, insert, move, post_key
from bot.work.tables import OutboxRow


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """What a posted message is to show from now on.

    `card` is the key of that message. `slack_ts` is its timestamp where it is known: then nothing is waited for, and
    the message's own row may be gone. Of two updates of a card the one with the higher `version` is newer.
    """

    card: str
    team_id: str
    channel: str
    view: str
    data: Mapping[str, Any]
    version: int
    slack_ts: str | None = None


def card_at(session: Session, team_id: str, channel: str, slack_ts: str) -> str:
    """The key of the message that was posted there; one made from the place when its row is gone."""
    posted = select(OutboxRow.key).where(
        OutboxRow.channel == channel,
        OutboxRow.slack_ts == slack_ts,
        OutboxRow.team_id == team_id,
        OutboxRow.operation == POST,
    )
    return session.scalar(posted.limit(1)) or post_key("card", team_id, channel, slack_ts)


def enqueue_update(session: Session, update: CardUpdate, now: datetime) -> bool:
    """Put an update into the outbox in place of the older ones that wait for the same card.

    False, and nothing changes, when the card is to show something newer already.
    """
    # Whoever changes the same card waits here, so that each sees the other's update.
    session.execute(select(OutboxRow.key).where(OutboxRow.key == update.card).with_for_update())
    others = session.scalars(_updates_of(update.card).with_for_update()).all()
    if any((other.version or 0) > update.version for other in others):
        return False
    content = json.dumps(update.data, sort_keys=True, default=str)
    key = post_key("update", update.card, update.version, now.isoformat(), content)
    for other in others:
        if other.state in WAITING and other.key != key:
            move(session, other, now, SUPERSEDED, worker="update", detail=f"by version {update.version}")
    values = {
        "key": key,
        "kind": kinds.UPDATE.name,
        "priority": kinds.UPDATE.priority,
        "operation": UPDATE,
        "card": update.card,
        "version": update.version,
        "team_id": update.team_id,
        "channel": update.channel,
        "view": update.view,
        "data": dict(update.data),
        "slack_ts": update.slack_ts,
    }
    return insert(session, values, now, PENDING)


def is_outdated(session: Session, row: OutboxRow) -> bool:
    """Whether a newer update of the same card was put into the outbox after this one."""
    newer = or_(OutboxRow.version > row.version, and_(OutboxRow.version == row.version, OutboxRow.id > row.id))
    return (
        session.scalar(_updates_of(row.card or "").with_only_columns(OutboxRow.key).where(newer).limit(1)) is not None
    )


def timestamp_of_card(session: Session, row: OutboxRow) -> str | None:
    """Where the message lies that this update is for; None when it was never posted or its row is gone."""
    if row.slack_ts is not None:
        return row.slack_ts
    return session.scalar(select(OutboxRow.slack_ts).where(OutboxRow.key == row.card))


def repeat_newest(session: Session, row: OutboxRow, now: datetime, worker: str) -> None:
    """An update came back after its lease: carry out the newest one again, as the late one may lie over it."""
    if row.operation != UPDATE:
        return
    order = (OutboxRow.version.desc(), OutboxRow.id.desc())
    newest = session.scalars(_updates_of(row.card or "").order_by(*order).limit(1)).first()
    if newest is not None and newest.state == SENT and newest.data is not None:
        move(session, newest, now, PENDING, worker=worker, detail="after a late update", not_before=now)


def may_go() -> ColumnElement[bool]:
    """Condition: a message need not wait for another one.

    An update waits for the post of its card and for an earlier update under way, the second half of a message for
    the first.
    """
    before, rival = aliased(OutboxRow), aliased(OutboxRow)
    awaited = select(before.key).where(
        or_(and_(before.key == OutboxRow.card, OutboxRow.slack_ts.is_(None)), before.key == OutboxRow.follows),
        before.state.not_in(TERMINAL),
    )
    under_way = select(rival.key).where(
        OutboxRow.operation == UPDATE, rival.card == OutboxRow.card, rival.id != OutboxRow.id, rival.state == SENDING
    )
    free = and_(OutboxRow.card.is_(None), OutboxRow.follows.is_(None))
    return or_(free, and_(~awaited.exists(), ~under_way.exists()))


def _updates_of(card: str) -> Any:
    return select(OutboxRow).where(OutboxRow.card == card, OutboxRow.operation == UPDATE)
