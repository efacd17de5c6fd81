"""The register of partners: add, list and find them, record assessments, and read their history."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.errors import NotFound, UserError
from bot.partners import validation
from bot.partners.models import CONCLUSIONS, STATUSES, Assessment, Conclusion, NewPartner, Partner, Recorded, Status
from bot.partners.tables import AssessmentRow, PartnerRow
from bot.reminders.occurrences import OccurrenceChanged, complete
from bot.reminders.rules import local_date
from bot.reminders.series import OPEN, OUTSET, NewSeries, cadence_of, end_series, locked, open_of, open_series
from bot.reminders.tables import OccurrenceRow, SeriesRow
from bot.work.statements import insert_once
from bot.work.tables import PersonRow

STATUS_AFTER: dict[Conclusion, Status] = {
    "continue": "active",
    "continue with measures": "active",
    "suspend": "suspended",
    "end": "ended",
}

SUBJECT_KIND = "partner"
# The guidance puts assessment before support and names no period: this one is our own judgement.
# Longer than the two weeks of warning before a due date, so that the warning comes: in the first week.
OUTSET_DAYS = 20


def add(session: Session, new: NewPartner, now: datetime) -> Partner:
    """Register a partner as proposed and open its outset assessment. Raises UserError."""
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
    """Return the partners of a workspace in order of name; with `status`, only those that have it."""
    chosen = [PartnerRow.team_id == team_id]
    if status is not None:
        chosen.append(PartnerRow.status == status)
    return _values(session, *chosen)


def get(session: Session, team_id: str, name_or_id: str) -> Partner:
    """Return a partner by id or by name, ignoring case. Raises NotFound, which suggests similar names."""
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
    """Record an assessment: complete the open occurrence, open the next one, and set the status of the partner.

    `occurrence_id` and `version` are what the person saw; None takes the present ones. Raises UserError, NotFound, and
    Conflict when that occurrence was recorded or changed since.
    """
    if assessment.conclusion not in CONCLUSIONS:
        raise UserError(
            f"“{assessment.conclusion}” is no conclusion. Nothing was changed; choose one of: {', '.join(CONCLUSIONS)}."
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
    """Return every assessment of a partner, newest first."""
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
    [value] = _values(session, PartnerRow.partner_id == row.partner_id)
    return value


def _values(session: Session, *chosen: ColumnElement[bool]) -> list[Partner]:
    query = (
        select(PartnerRow, SeriesRow, OccurrenceRow, PersonRow.slack_user)
        .join(SeriesRow, SeriesRow.series_id == PartnerRow.series_id)
        .outerjoin(OccurrenceRow, and_(OccurrenceRow.series_id == SeriesRow.series_id, OccurrenceRow.state == OPEN))
        .outerjoin(PersonRow, PersonRow.person_id == PartnerRow.focal_id)
        .where(*chosen)
        .order_by(PartnerRow.name_key)
    )
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    ids = [partner.partner_id for partner, *_ in rows]
    assessments = select(AssessmentRow).where(AssessmentRow.partner_id.in_(ids)).order_by(AssessmentRow.assessed_at)
    last = {assessment.partner_id: assessment for assessment in session.scalars(assessments)}
    return [
        _value(partner, series, occurrence, slack_user, last.get(partner.partner_id))
        for partner, series, occurrence, slack_user in rows
    ]


def _value(
    row: PartnerRow,
    series: SeriesRow,
    occurrence: OccurrenceRow | None,
    focal_slack: str | None,
    last: AssessmentRow | None,
) -> Partner:
    return Partner(
        partner_id=row.partner_id,
        team_id=row.team_id,
        name=row.name,
        status=_status(row),
        focal=row.focal_id,
        focal_slack=focal_slack,
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
        last_conclusion=_conclusion(last) if last else None,
    )


def _find(session: Session, team_id: str, name: str) -> PartnerRow | None:
    key = validation.name_key(name)
    query = select(PartnerRow).where(PartnerRow.team_id == team_id, PartnerRow.name_key == key)
    return session.scalars(query).first()


def _taken(name: str) -> UserError:
    return UserError(f"There is a partner named “{name}” already. Nothing was changed; choose another name.")


def _unknown(session: Session, team_id: str, name: str) -> NotFound:
    names: Sequence[str] = session.scalars(select(PartnerRow.name).where(PartnerRow.team_id == team_id)).all()
    by_key = {validation.name_key(known): known for known in names}
    near = [by_key[key] for key in difflib.get_close_matches(validation.name_key(name), by_key, n=3, cutoff=0.6)]
    advice = f"did you mean {' or '.join(near)}?" if near else "list the partners and use a name from the list."
    return NotFound(f"There is no partner “{name}”. Nothing was changed; {advice}")


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
