"""The register: partners, who looks after each, and what its assessments concluded."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import NotFound, UserError
from bot.partners import validation
from bot.partners.tables import AssessmentRow, PartnerRow
from bot.reminders.occurrences import OccurrenceChanged, complete
from bot.reminders.rules import local_date
from bot.reminders.series import OUTSET, NewSeries, cadence_of, end_series, locked, open_of, open_series
from bot.reminders.tables import OccurrenceRow, SeriesRow
from bot.work.people import slack_user
from bot.work.statements import insert_once

Status = Literal["proposed", "active", "paused", "suspended", "ended"]
Conclusion = Literal["continue", "continue with measures", "suspend", "end"]

STATUSES: tuple[Status, ...] = get_args(Status)
CONCLUSIONS: tuple[Conclusion, ...] = get_args(Conclusion)
STATUS_AFTER: dict[Conclusion, Status] = {
    "continue": "active",
    "continue with measures": "active",
    "suspend": "suspended",
    "end": "ended",
}

SUBJECT_KIND = "partner"
WARN_DAYS = 14
# The guidance puts assessment before support and names no period: this one is our own judgement.
OUTSET_DAYS = 14


@dataclass(frozen=True, slots=True)
class NewPartner:
    """A partner to be registered. `focal` and `by` are person ids; `cadence` as typed ("180 days", "6 months").

    `assess_by` is the local date of the outset assessment; by default two weeks from today.
    """

    team_id: str
    name: str
    channel: str
    zone: str
    cadence: str
    focal: str | None
    by: str | None = None
    assess_by: date | None = None
    warn_days: int = WARN_DAYS


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as it stands. `focal` is a person id, `focal_slack` the same person for Slack, where known.

    `occurrence_id`, `due_on` and `purpose` are those of the open assessment; None once support has ended.
    """

    partner_id: str
    team_id: str
    name: str
    status: Status
    focal: str | None
    focal_slack: str | None
    channel: str
    zone: str
    cadence: str
    created_at: datetime
    series_id: str
    occurrence_id: str | None
    occurrence_version: int | None
    purpose: str | None
    due_on: date | None
    scheduled_on: date | None
    last_conclusion: Conclusion | None
    last_assessed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What somebody (person id) concluded about a partner."""

    conclusion: Conclusion
    note: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An assessment in a partner's history."""

    assessment_id: str
    conclusion: Conclusion
    note: str | None
    by: str
    at: datetime
    purpose: str | None
    scheduled_on: date | None


def add(session: Session, new: NewPartner, now: datetime) -> Partner:
    """Register a partner as proposed, with its outset assessment open; raises UserError."""
    name = validation.partner_name(new.name)
    zone = validation.zone_name(new.zone)
    cadence = validation.cadence(new.cadence, zone, new.warn_days)
    today = local_date(now, zone)
    first_on = validation.not_past(new.assess_by or today + timedelta(days=OUTSET_DAYS), today)
    partner_id = str(uuid.uuid4())
    if not new.channel:
        raise UserError("A partner needs a channel for its nudges. Nothing was changed; name one.")
    if _find(session, new.team_id, name) is not None:
        raise _taken(name)
    series = open_series(
        session,
        NewSeries(new.team_id, SUBJECT_KIND, partner_id, name, new.channel, new.focal, cadence),
        first_on=first_on,
        purpose=OUTSET,
        now=now,
    )
    values = {
        "partner_id": partner_id,
        "team_id": new.team_id,
        "name": name,
        "name_key": validation.name_key(name),
        "status": "proposed",
        "focal_id": new.focal,
        "channel": new.channel,
        "created_by": new.by,
        "created_at": now,
        "series_id": series.series_id,
    }
    if not insert_once(session, PartnerRow, values):
        raise _taken(name)
    return _as_value(session, session.get_one(PartnerRow, partner_id))


def list_(session: Session, team_id: str, *, status: Status | None = None) -> list[Partner]:
    """Every partner of the workspace, by name; only those of one status when it is given."""
    query = select(PartnerRow).where(PartnerRow.team_id == team_id).order_by(PartnerRow.name_key)
    if status is not None:
        query = query.where(PartnerRow.status == status)
    return [_as_value(session, row) for row in session.scalars(query)]


def get(session: Session, team_id: str, name_or_id: str) -> Partner:
    """The partner of that name (case makes no difference) or id; raises NotFound with the names nearest to it."""
    row = session.get(PartnerRow, name_or_id)
    if row is None or row.team_id != team_id:
        row = _find(session, team_id, name_or_id)
    if row is None:
        raise _unknown(session, team_id, name_or_id)
    return _as_value(session, row)


def record_assessment(
    session: Session,
    partner_id: str,
    assessment: Assessment,
    now: datetime,
    *,
    occurrence_id: str | None = None,
    version: int | None = None,
) -> Partner:
    """Record an assessment: it completes the open occurrence, opens the next one and sets the partner's status.

    `occurrence_id` and `version` are those the person saw; without them the present ones are taken. Raises UserError,
    NotFound, and Conflict when that occurrence was recorded or changed meanwhile.
    """
    if assessment.conclusion not in CONCLUSIONS:
        raise UserError(
            f"{assessment.conclusion!r} is no conclusion. Nothing was changed; choose one of: {', '.join(CONCLUSIONS)}."
        )
    note = validation.note(assessment.note)
    row = session.get(PartnerRow, partner_id)
    if row is None:
        raise NotFound
    series = locked(session, row.series_id)
    session.refresh(row)
    occurrence = open_of(session, series.series_id)
    if occurrence is None:
        raise UserError(f"Support to {row.name} has ended. Nothing was changed; register it anew to assess it again.")
    ends = assessment.conclusion == "end"
    occurrence_id = occurrence_id or occurrence.occurrence_id
    complete(session, occurrence_id, assessment.by, now, version=version, reopen=not ends)
    if ends:
        end_series(session, series)
    row.status = STATUS_AFTER[assessment.conclusion]
    session.add(
        AssessmentRow(
            assessment_id=str(uuid.uuid4()),
            partner_id=partner_id,
            occurrence_id=occurrence_id,
            conclusion=assessment.conclusion,
            note=note,
            assessed_by=assessment.by,
            assessed_at=now,
        )
    )
    session.flush()
    return _as_value(session, row)


def history(session: Session, partner_id: str) -> list[Recorded]:
    """Every assessment of a partner, newest first."""
    query = (
        select(AssessmentRow, OccurrenceRow)
        .outerjoin(OccurrenceRow, OccurrenceRow.occurrence_id == AssessmentRow.occurrence_id)
        .where(AssessmentRow.partner_id == partner_id)
        .order_by(AssessmentRow.assessed_at.desc())
    )
    return [
        Recorded(
            assessment_id=row.assessment_id,
            conclusion=_conclusion(row),
            note=row.note,
            by=row.assessed_by,
            at=row.assessed_at,
            purpose=occurrence.purpose if occurrence else None,
            scheduled_on=occurrence.scheduled_on if occurrence else None,
        )
        for row, occurrence in session.execute(query)
    ]


def _as_value(session: Session, row: PartnerRow) -> Partner:
    series = session.get_one(SeriesRow, row.series_id)
    occurrence = open_of(session, row.series_id)
    last = next(iter(history(session, row.partner_id)), None)
    return Partner(
        partner_id=row.partner_id,
        team_id=row.team_id,
        name=row.name,
        status=_status(row),
        focal=row.focal_id,
        focal_slack=slack_user(session, row.focal_id) if row.focal_id else None,
        channel=row.channel,
        zone=series.zone,
        cadence=str(cadence_of(series)),
        created_at=row.created_at,
        series_id=row.series_id,
        occurrence_id=occurrence.occurrence_id if occurrence else None,
        occurrence_version=occurrence.version if occurrence else None,
        purpose=occurrence.purpose if occurrence else None,
        due_on=occurrence.due_on if occurrence else None,
        scheduled_on=occurrence.scheduled_on if occurrence else None,
        last_conclusion=last.conclusion if last else None,
        last_assessed_at=last.at if last else None,
    )


def _find(session: Session, team_id: str, name: str) -> PartnerRow | None:
    key = validation.name_key(name)
    query = select(PartnerRow).where(PartnerRow.team_id == team_id, PartnerRow.name_key == key)
    return session.scalars(query).first()


def _taken(name: str) -> UserError:
    return UserError(f"There is a partner named {name!r} already. Nothing was changed; choose another name.")


def _unknown(session: Session, team_id: str, name: str) -> NotFound:
    names: Sequence[str] = session.scalars(select(PartnerRow.name).where(PartnerRow.team_id == team_id)).all()
    by_key = {validation.name_key(known): known for known in names}
    near = [by_key[key] for key in difflib.get_close_matches(validation.name_key(name), by_key, n=3, cutoff=0.6)]
    advice = f"did you mean {' or '.join(near)}?" if near else "list the partners and use a name from the list."
    return NotFound(f"There is no partner {name!r}. Nothing was changed; {advice}")


def _status(row: PartnerRow) -> Status:
    return next(status for status in STATUSES if status == row.status)


def _conclusion(row: AssessmentRow) -> Conclusion:
    return next(conclusion for conclusion in CONCLUSIONS if conclusion == row.conclusion)


__all__ = [
    "CONCLUSIONS",
    "STATUSES",
    "Assessment",
    "Conclusion",
    "NewPartner",
    "OccurrenceChanged",
    "Partner",
    "Recorded",
    "Status",
    "add",
    "get",
    "history",
    "list_",
    "record_assessment",
]
