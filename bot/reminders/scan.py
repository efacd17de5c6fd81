"""Finds what has fallen due and puts it into the outbox: found, put and moved on in one transaction."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.reminders.nudges import nudge, silenced, subject
from bot.reminders.preview import PlannedNudge, Story, preview, why
from bot.reminders.rules import newest_due
from bot.reminders.series import ACTIVE, locked, next_scan, open_of, unsaid
from bot.reminders.tables import SeriesRow
from bot.work.faults import fault
from bot.work.outbox import enqueue, record_superseded, supersede
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

BATCH = 500


class Scanner:
    """Goes over the series whose moment has come. Any number may scan at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def scan(self) -> int:
        """Enqueue every nudge that has fallen due; how many.

        Each series in a transaction of its own: one that cannot be scanned does not hold up the others.
        """
        now = self._clock.now()
        with self._database.read() as session:
            due = session.scalars(_due(now).with_only_columns(SeriesRow.series_id).limit(BATCH)).all()
        return sum(self._scan_guarded(series_id, now) for series_id in due)

    def refresh(self) -> int:
        """Compute every series' next moment anew, as a changed time zone may have moved it; how many moved."""
        moved = 0
        with self._database.read() as session:
            ids = session.scalars(select(SeriesRow.series_id).where(SeriesRow.state == ACTIVE)).all()
        for series_id in ids:
            with self._database.write() as session:
                series = locked(session, series_id)
                occurrence = open_of(session, series_id)
                moment = next_scan(series, occurrence) if occurrence and series.state == ACTIVE else None
                moved += moment != series.next_scan_at
                series.next_scan_at = moment
        return moved

    def _scan_guarded(self, series_id: str, now: datetime) -> int:
        try:
            return self._scan_one(series_id, now)
        except Exception as error:  # the others still have to be scanned
            logger.warning("series %s: %s while scanning", series_id, type(error).__name__)
            return 0

    def _scan_one(self, series_id: str, now: datetime) -> int:
        with self._database.write() as session:
            query = _due(now).where(SeriesRow.series_id == series_id)
            series = session.scalars(query.with_for_update(skip_locked=True)).first()
            if series is None:
                return 0
            enqueued = _enqueue(session, series, now)
            fault("scan.before_commit")
        fault("scan.after_commit")
        return enqueued


def _enqueue(session: Session, series: SeriesRow, now: datetime) -> int:
    occurrence = open_of(session, series.series_id)
    if occurrence is None:
        series.next_scan_at = None
        return 0
    newest, older = newest_due(unsaid(series, occurrence), now)
    enqueued = 0
    if newest is not None:
        stage = newest[0]
        for missed, _ in older:
            record_superseded(session, nudge(session, series, occurrence, missed, now), now, f"by {stage}")
        supersede(session, subject(occurrence.occurrence_id), now, f"by {stage}")
        occurrence.stage = stage
        post = nudge(session, series, occurrence, stage, now)
        if silenced(occurrence, stage):
            record_superseded(session, post, now, "acknowledged")
        else:
            enqueued = int(enqueue(session, post, now))
    fault("scan.after_insert")
    series.next_scan_at = next_scan(series, occurrence)
    session.flush()
    return enqueued


def _due(now: datetime) -> Select[SeriesRow]:
    query = select(SeriesRow).where(SeriesRow.state == ACTIVE, SeriesRow.next_scan_at <= now)
    return query.order_by(SeriesRow.next_scan_at, SeriesRow.series_id)


__all__ = ["PlannedNudge", "Scanner", "Story", "preview", "why"]
