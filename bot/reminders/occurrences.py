"""Acknowledge, snooze or complete an occurrence. If two people act at once, the second gets a conflict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.errors import Conflict, NotFound, UserError
from bot.reminders.nudges import QUIET_STAGES, subject
from bot.reminders.rules import local_date, next_due
from bot.reminders.series import DONE, OPEN, OUTSET, REASSESSMENT, cadence_of, locked, next_scan, open_occurrence
from bot.reminders.tables import OccurrenceRow, SeriesRow
from bot.work.outbox import supersede
from bot.work.people import slack_user
from bot.work.statements import change

LONGEST_SNOOZE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The present state of an occurrence. People are person ids. `acknowledged_stage` is the acknowledged stage."""

    occurrence_id: str
    series_id: str
    subject_id: str
    title: str
    purpose: str
    scheduled_on: date
    due_on: date
    state: str
    version: int
    zone: str
    stage: str | None
    snooze_no: int
    snooze_reason: str | None
    snoozed_by: str | None
    acknowledged_stage: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None


class OccurrenceChanged(Conflict):
    """Somebody else was quicker. Your change was not made; look at the present state and decide again.

    `what` was done, `by` which person (person id; `slack_user` where known), and `at` which moment.
    """

    def __init__(self, what: str, by: str | None, slack_user: str | None, at: datetime | None) -> None:
        who = f" by {slack_user}" if slack_user else ""
        when = f" on {at:%Y-%m-%d at %H:%M} UTC" if at else ""
        super().__init__(
            f"Already {what}{who}{when}. Your change was not made; look at the present state and decide again."
        )
        self.what, self.by, self.slack_user, self.at = what, by, slack_user, at


def get(session: Session, occurrence_id: str) -> Occurrence:
    """Return the present state of an occurrence. Raises NotFound."""
    row, series = _rows(session, occurrence_id)
    return _as_value(row, series)


def acknowledge(
    session: Session, occurrence_id: str, by: str, now: datetime, *, version: int | None = None
) -> Occurrence:
    """Note that a person (person id) has seen a nudge. This stops "ahead" and "due" nudges, not overdue ones.

    `version` is the version the person saw; None means the present one. Raises Conflict when the occurrence is closed,
    was changed since that version, or has this stage acknowledged already.
    """
    row, series = _open(session, occurrence_id, version)
    stage = row.stage or "ahead"
    if row.acknowledged_stage == stage:
        raise _changed(session, row)
    _set(session, row, acknowledged_stage=stage, acknowledged_by=by, acknowledged_at=now)
    if stage in QUIET_STAGES:
        # A waiting overdue nudge is still posted: the person who acknowledged has not seen it yet.
        supersede(session, subject(occurrence_id), now, "acknowledged")
    return _as_value(row, series)


def snooze(
    session: Session,
    occurrence_id: str,
    by: str,
    now: datetime,
    *,
    until: date,
    reason: str | None = None,
    version: int | None = None,
) -> Occurrence:
    """Move the due date to `until` (a local date) and post nothing before it. The dates of the series do not move.

    Raises UserError when `until` is not in the future or is more than a year away, and Conflict as `acknowledge` does.
    """
    row, series = _open(session, occurrence_id, version)
    today = local_date(now, series.zone)
    if until <= today:
        raise UserError(f"{until} is not in the future. Nothing was changed; choose a date after {today}.")
    if until > today + LONGEST_SNOOZE:
        latest = today + LONGEST_SNOOZE
        raise UserError(f"{until} is more than a year away. Nothing was changed; choose a date up to {latest}.")
    supersede(session, subject(occurrence_id), now, "snoozed")
    _set(
        session,
        row,
        due_on=until,
        since=now,
        stage=None,
        snooze_no=row.snooze_no + 1,
        snooze_reason=reason,
        snoozed_by=by,
        snoozed_at=now,
        acknowledged_stage=None,
        acknowledged_by=None,
        acknowledged_at=None,
    )
    series.next_scan_at = next_scan(series, row)
    session.flush()
    return _as_value(row, series)


def complete(
    session: Session,
    occurrence_id: str,
    by: str,
    now: datetime,
    *,
    version: int | None = None,
    reopen: bool = True,
) -> Occurrence | None:
    """Close an occurrence as done, withdraw its waiting nudges, and open the next occurrence.

    Return the next occurrence, or None when `reopen` is false. Raises Conflict as `acknowledge` does.
    """
    row, series = _open(session, occurrence_id, version)
    _set(session, row, state=DONE, closed_by=by, closed_at=now)
    supersede(session, subject(occurrence_id), now, "done")
    if not reopen:
        series.next_scan_at = None
        session.flush()
        return None
    on = _following(series, row, local_date(now, series.zone))
    return _as_value(open_occurrence(session, series, on=on, purpose=REASSESSMENT, now=now), series)


def _following(series: SeriesRow, row: OccurrenceRow, today: date) -> date:
    # The dates of a series are counted from its anchor. The outset assessment sets the anchor. An assessment done well
    # before its date sets it anew: otherwise the next date would be further away than the cadence allows. A late or
    # snoozed assessment leaves the anchor as it is.
    cadence = cadence_of(series)
    early = today < row.scheduled_on - timedelta(days=cadence.warn_days)
    if row.purpose == OUTSET or early:
        series.anchor_on = today
        return next_due(cadence, today)
    return next_due(cadence, max(today, row.scheduled_on), series.anchor_on)


def _rows(session: Session, occurrence_id: str) -> tuple[OccurrenceRow, SeriesRow]:
    row = session.get(OccurrenceRow, occurrence_id)
    if row is None:
        raise NotFound("There is no such reminder here. Nothing was changed; list the partners and open it from there.")
    return row, session.get_one(SeriesRow, row.series_id)


def _open(session: Session, occurrence_id: str, version: int | None) -> tuple[OccurrenceRow, SeriesRow]:
    row, series = _rows(session, occurrence_id)
    series = locked(session, series.series_id)
    session.refresh(row)
    if row.state != OPEN or (version is not None and version != row.version):
        raise _changed(session, row)
    return row, series


def _set(session: Session, row: OccurrenceRow, **values: Any) -> None:
    statement = update(OccurrenceRow).where(
        OccurrenceRow.occurrence_id == row.occurrence_id, OccurrenceRow.version == row.version
    )
    if not change(session, statement.values(version=row.version + 1, **values)):
        session.refresh(row)
        raise _changed(session, row)
    session.refresh(row)


def _changed(session: Session, row: OccurrenceRow) -> OccurrenceChanged:
    steps = [
        ("recorded", row.closed_by, row.closed_at),
        ("acknowledged", row.acknowledged_by, row.acknowledged_at),
        (f"snoozed until {row.due_on}", row.snoozed_by, row.snoozed_at),
    ]
    taken = [(what, by, at) for what, by, at in steps if at is not None]
    if not taken:
        return OccurrenceChanged("changed", None, None, None)
    what, by, at = max(taken, key=lambda step: step[2])
    return OccurrenceChanged(what, by, slack_user(session, by) if by else None, at)


def _as_value(row: OccurrenceRow, series: SeriesRow) -> Occurrence:
    return Occurrence(
        occurrence_id=row.occurrence_id,
        series_id=row.series_id,
        subject_id=series.subject_id,
        title=series.title,
        purpose=row.purpose,
        scheduled_on=row.scheduled_on,
        due_on=row.due_on,
        state=row.state,
        version=row.version,
        zone=series.zone,
        stage=row.stage,
        snooze_no=row.snooze_no,
        snooze_reason=row.snooze_reason,
        snoozed_by=row.snoozed_by,
        acknowledged_stage=row.acknowledged_stage,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )
