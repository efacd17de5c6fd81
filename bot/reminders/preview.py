"""List the nudges to come, without writing anything, and tell what happened to one nudge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import NotFound
from bot.reminders.nudges import VIEW, nudge_key, silenced
from bot.reminders.rules import moment, next_due, stages
from bot.reminders.series import ACTIVE, OPEN, REASSESSMENT, cadence_of, unsaid
from bot.reminders.tables import OccurrenceRow, SeriesRow
from bot.work.outbox import Step, find, story

STILL_OPEN = "unless it is recorded before"
ON_TIME = "if the ones before are recorded on their day"
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlannedNudge:
    """A nudge to be posted at `at` (UTC) in `channel`. `condition` says what it depends on; None for nothing."""

    at: datetime
    stage: str
    title: str
    channel: str
    zone: str
    due_on: date
    scheduled_on: date
    purpose: str
    owner_id: str | None
    series_id: str
    key: str | None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything known of one nudge: its state, the data it shows, and every step it went through."""

    key: str
    state: str
    channel: str
    slack_ts: str | None
    data: Mapping[str, Any]
    steps: list[Step]


def preview(
    session: Session, until: datetime, *, now: datetime | None = None, team_id: str | None = None
) -> list[PlannedNudge]:
    """Return every nudge planned up to `until`, in order of time. Nothing is written.

    For the open occurrence of each series, these are the stages not posted yet. For later occurrences, these are the
    stages if each assessment before is recorded on its day. Of the stages due before `now`, only the newest is
    included, because only it will be posted.
    """
    query = select(SeriesRow).where(SeriesRow.state == ACTIVE)
    if team_id is not None:
        query = query.where(SeriesRow.team_id == team_id)
    series = {row.series_id: row for row in session.scalars(query)}
    occurrences = session.scalars(select(OccurrenceRow).where(OccurrenceRow.state == OPEN)).all()
    plans: list[PlannedNudge] = []
    for occurrence in occurrences:
        if (row := series.get(occurrence.series_id)) is not None:
            plans += _of_open(row, occurrence, until, now)
            plans += _of_later(row, occurrence, until)
    return sorted(plans, key=lambda plan: (plan.at, plan.title))


def next_nudge(session: Session, now: datetime) -> PlannedNudge | None:
    """The first nudge after `now` that comes if nobody does anything; None when nothing is planned."""
    pairs = session.execute(
        select(SeriesRow, OccurrenceRow)
        .join(OccurrenceRow, OccurrenceRow.series_id == SeriesRow.series_id)
        .where(SeriesRow.state == ACTIVE, OccurrenceRow.state == OPEN)
    )
    planned = (plan for series, occurrence in pairs for plan in _of_open(series, occurrence, _END_OF_TIME, now))
    return min((plan for plan in planned if plan.at > now), key=lambda plan: plan.at, default=None)


def anything_open(session: Session) -> bool:
    """Whether an assessment of any partner is open, with nudges to come or not."""
    open_ones = (
        select(OccurrenceRow.occurrence_id)
        .join(SeriesRow, OccurrenceRow.series_id == SeriesRow.series_id)
        .where(SeriesRow.state == ACTIVE, OccurrenceRow.state == OPEN)
    )
    return session.scalars(open_ones.limit(1)).first() is not None


def why(session: Session, key: str) -> Story:
    """Return the story of one nudge by its key, or by the first 8 or more characters of it. Raises NotFound."""
    row = find(session, key)
    if row is None or row.view != VIEW:
        raise NotFound(
            f"There is no nudge “{key}”. Nothing was changed; keys are listed by `proviso nudges preview` "
            "and in the log (8 characters are enough)."
        )
    return Story(row.key, row.state, row.channel, row.slack_ts, row.data or {}, story(session, row.key))


def _of_open(
    series: SeriesRow, occurrence: OccurrenceRow, until: datetime, now: datetime | None
) -> Iterator[PlannedNudge]:
    left = [(stage, at) for stage, at in unsaid(series, occurrence) if at <= until]
    if now is not None:
        missed = [at for _, at in left if at <= now]
        left = [(stage, at) for stage, at in left if at > now or at == missed[-1]]
    for stage, at in left:
        if silenced(occurrence, stage):
            continue
        yield PlannedNudge(
            at=at,
            stage=stage,
            title=series.title,
            channel=series.channel,
            zone=series.zone,
            due_on=occurrence.due_on,
            scheduled_on=occurrence.scheduled_on,
            purpose=occurrence.purpose,
            owner_id=series.owner_id,
            series_id=series.series_id,
            key=nudge_key(series.team_id, occurrence.occurrence_id, stage, occurrence.snooze_no),
            condition=STILL_OPEN,
        )


def _of_later(series: SeriesRow, occurrence: OccurrenceRow, until: datetime) -> Iterator[PlannedNudge]:
    cadence = cadence_of(series)
    anchor = series.anchor_on if occurrence.purpose == REASSESSMENT else occurrence.due_on
    last = max(occurrence.due_on, occurrence.scheduled_on)
    while True:
        last, before = next_due(cadence, last, anchor), last
        plan = [(stage, at) for stage, at in stages(last, cadence) if stage in ("ahead", "due")]
        if plan[0][1] > until:
            return
        for stage, at in plan:
            if at > until or (stage == "ahead" and at < moment(before, cadence)):
                continue
            yield PlannedNudge(
                at=at,
                stage=stage,
                title=series.title,
                channel=series.channel,
                zone=series.zone,
                due_on=last,
                scheduled_on=last,
                purpose=REASSESSMENT,
                owner_id=series.owner_id,
                series_id=series.series_id,
                key=None,
                condition=ON_TIME,
            )
