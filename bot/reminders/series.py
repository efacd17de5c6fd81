"""Opens a series and its occurrences, and keeps the moment at which each is to be looked at next."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.reminders.rules import Cadence, Stage, Unit, stages_since
from bot.reminders.tables import OccurrenceRow, SeriesRow

ACTIVE = "active"
ENDED = "ended"
OPEN = "open"
DONE = "done"

OUTSET = "outset assessment"
REASSESSMENT = "reassessment"


@dataclass(frozen=True, slots=True)
class NewSeries:
    """What a series is about, where its nudges go and whom they name."""

    team_id: str
    subject_kind: str
    subject_id: str
    title: str
    channel: str
    owner_id: str | None
    cadence: Cadence


def open_series(session: Session, new: NewSeries, *, first_on: date, purpose: str, now: datetime) -> SeriesRow:
    """A new series with its first occurrence open."""
    series = SeriesRow(
        series_id=str(uuid.uuid4()),
        team_id=new.team_id,
        subject_kind=new.subject_kind,
        subject_id=new.subject_id,
        title=new.title,
        channel=new.channel,
        owner_id=new.owner_id,
        zone=new.cadence.zone,
        every=new.cadence.every,
        unit=new.cadence.unit,
        hour=new.cadence.hour,
        warn_days=new.cadence.warn_days,
        anchor_on=first_on,
        state=ACTIVE,
    )
    session.add(series)
    session.flush()
    open_occurrence(session, series, on=first_on, purpose=purpose, now=now)
    return series


def open_occurrence(session: Session, series: SeriesRow, *, on: date, purpose: str, now: datetime) -> OccurrenceRow:
    """The next occurrence of a series that has none open."""
    highest = select(func.max(OccurrenceRow.number)).where(OccurrenceRow.series_id == series.series_id)
    occurrence = OccurrenceRow(
        occurrence_id=str(uuid.uuid4()),
        series_id=series.series_id,
        number=(session.scalar(highest) or 0) + 1,
        purpose=purpose,
        scheduled_on=on,
        due_on=on,
        state=OPEN,
        version=1,
        opened_at=now,
        since=now,
        snooze_no=0,
    )
    session.add(occurrence)
    series.next_scan_at = next_scan(series, occurrence)
    session.flush()
    return occurrence


def end_series(session: Session, series: SeriesRow) -> None:
    """No more occurrences, no more nudges."""
    series.state, series.next_scan_at = ENDED, None
    session.flush()


def cadence_of(series: SeriesRow) -> Cadence:
    """The series' cadence."""
    return Cadence(series.every, cast("Unit", series.unit), series.zone, series.hour, series.warn_days)


def planned(series: SeriesRow, occurrence: OccurrenceRow) -> list[tuple[Stage, datetime]]:
    """The stages of an occurrence as it stands. Once snoozed, nothing is said before the new date."""
    plan = stages_since(occurrence.due_on, cadence_of(series), occurrence.since)
    return [(stage, at) for stage, at in plan if stage != "ahead" or occurrence.snooze_no == 0]


def unsaid(series: SeriesRow, occurrence: OccurrenceRow) -> list[tuple[Stage, datetime]]:
    """The planned stages after the newest one that was said (or recorded)."""
    plan = planned(series, occurrence)
    names = [stage for stage, _ in plan]
    return plan[names.index(occurrence.stage) + 1 :] if occurrence.stage in names else plan


def next_scan(series: SeriesRow, occurrence: OccurrenceRow) -> datetime | None:
    """When there is next something to say; None when all has been said."""
    left = unsaid(series, occurrence)
    return left[0][1] if left else None


def locked(session: Session, series_id: str) -> SeriesRow:
    """The series, locked until the transaction ends: scans and people's changes to it queue here."""
    query = select(SeriesRow).where(SeriesRow.series_id == series_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def open_of(session: Session, series_id: str) -> OccurrenceRow | None:
    """The open occurrence of a series."""
    query = select(OccurrenceRow).where(OccurrenceRow.series_id == series_id, OccurrenceRow.state == OPEN)
    return session.scalars(query.execution_options(populate_existing=True)).first()
