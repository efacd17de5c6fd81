"""A nudge: one message about one occurrence at one stage, with the facts as they were when it fell due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.reminders.rules import Stage, local_date
from bot.reminders.series import OPEN
from bot.reminders.tables import OccurrenceRow, SeriesRow
from bot.work.kinds import NUDGE
from bot.work.notifier import OutgoingPost
from bot.work.outbox import Post, post_key
from bot.work.people import slack_user

VIEW = "nudge"
QUIET_STAGES: tuple[Stage, ...] = ("ahead", "due")


def nudge_key(team_id: str, occurrence_id: str, stage: str, snooze_no: int) -> str:
    """The same for the same nudge after any crash."""
    return post_key("nudge", team_id, occurrence_id, stage, snooze_no)


def subject(occurrence_id: str) -> str:
    """What a nudge is about, for the outbox."""
    return f"occurrence:{occurrence_id}"


def nudge(session: Session, series: SeriesRow, occurrence: OccurrenceRow, stage: Stage, now: datetime) -> Post:
    """The post for a stage. Its facts are frozen: a retry tomorrow says the same."""
    overdue = (local_date(now, series.zone) - occurrence.due_on).days
    data: dict[str, Any] = {
        "occurrence_id": occurrence.occurrence_id,
        "version": occurrence.version,
        "stage": stage,
        "snooze_no": occurrence.snooze_no,
        "partner_id": series.subject_id,
        "partner": series.title,
        "due_on": occurrence.due_on.isoformat(),
        "scheduled_on": occurrence.scheduled_on.isoformat(),
        "zone": series.zone,
        "owner_slack": _slack(session, series.owner_id),
        "purpose": occurrence.purpose,
        "overdue_days": max(overdue, 0),
        "acknowledged_by": _slack(session, occurrence.acknowledged_by),
    }
    key = nudge_key(series.team_id, occurrence.occurrence_id, stage, occurrence.snooze_no)
    about = subject(occurrence.occurrence_id)
    return Post(NUDGE, key, series.team_id, series.channel, None, VIEW, data, about)


def silenced(occurrence: OccurrenceRow, stage: str) -> bool:
    """Whether an acknowledgement keeps this stage quiet: it does for ahead and due, never for overdue."""
    return occurrence.acknowledged_stage is not None and stage in QUIET_STAGES


def still_wanted(session: Session, post: OutgoingPost) -> bool:
    """Whether a message about to be posted still has its reason; always true of what is no nudge.

    A nudge has lost it when its occurrence is closed, snoozed again, acknowledged, or has reached a later stage.
    """
    if post.view != VIEW:
        return True
    occurrence = session.get(OccurrenceRow, post.data["occurrence_id"], populate_existing=True)
    if occurrence is None or occurrence.state != OPEN:
        return False
    current = (occurrence.snooze_no, occurrence.stage) == (post.data["snooze_no"], post.data["stage"])
    return current and not silenced(occurrence, post.data["stage"])


def _slack(session: Session, person_id: str | None) -> str | None:
    return slack_user(session, person_id) if person_id else None
