"""Open a series of assessment dates and its occurrences, and keep the moment of the next scan of each."""

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
    """The subject of a series, the channel its nudges go to, and the person they name."""

    team_id: str
    subject_kind: str
    subject_id: str
    title: str
    channel: str
    owner_id: str | None
    cadence: Cadence


def open_series(session: Session, new: NewSeries, *, first_on: date, purpose: str, now: datetime) -> SeriesRow:
    """Create a series and open its first occurrence."""
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
    """Open the next occurrence of a series. No other occurrence of the series may be open."""
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
    """End a series: it gets no further occurrence and no further nudge."""
    series.state, series.next_scan_at = ENDED, None
    session.flush()


def cadence_of(series: SeriesRow) -> Cadence:
    """Return the cadence of a series."""
    return Cadence(series.every, cast("Unit", series.unit), series.zone, series.hour, series.warn_days)


def planned(series: SeriesRow, occurrence: OccurrenceRow) -> list[tuple[Stage, datetime]]:
    """Return the stages of an occurrence with their moments. A snoozed occurrence has no "ahead" stage."""
    plan = stages_since(occurrence.due_on, cadence_of(series), occurrence.since)
    return [(stage, at) for stage, at in plan if stage != "ahead" or occurrence.snooze_no == 0]


def unsaid(series: SeriesRow, occurrence: OccurrenceRow) -> list[tuple[Stage, datetime]]:
    """Return the planned stages that come after the last one posted (or recorded as left out)."""
    plan = planned(series, occurrence)
    names = [stage for stage, _ in plan]
    return plan[names.index(occurrence.stage) + 1 :] if occurrence.stage in names else plan


def next_scan(series: SeriesRow, occurrence: OccurrenceRow) -> datetime | None:
    """Return the moment of the next stage; None when no stage is left."""
    left = unsaid(series, occurrence)
    return left[0][1] if left else None


def locked(session: Session, series_id: str) -> SeriesRow:
    """Lock a series until the transaction ends, so that scans and changes by people happen one after another."""
    query = select(SeriesRow).where(SeriesRow.series_id == series_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def open_of(session: Session, series_id: str) -> OccurrenceRow | None:
    """Return the open occurrence of a series; None when there is none."""
    query = select(OccurrenceRow).where(OccurrenceRow.series_id == series_id, OccurrenceRow.state == OPEN)
    return session.scalars(query.execution_options(populate_existing=True)).first()
