"""What people do about a nudge: acknowledge it, put it off, record the assessment it asks for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from sqlalchemy.orm import Session

from bot.actions.arguments import for_field
from bot.actions.registry import Context
from bot.errors import Conflict, UserError
from bot.partners import register
from bot.partners.register import Assessment, Conclusion
from bot.reminders import occurrences
from bot.reminders.occurrences import Occurrence
from bot.reminders.rules import local_date
from bot.reminders.series import DONE, OPEN
from bot.views.nudges.model import NudgeView, RecordForm, SnoozeForm
from bot.views.words import CONCLUSIONS
from bot.work.people import person_id, slack_user
from bot.work.updates import CardUpdate, card_at, enqueue_update

_SNOOZE_DAYS = 7


def acknowledge(context: Context, *, occurrence_id: str, version: int, stage: str) -> NudgeView:
    """Somebody has seen it; raises Conflict when somebody else was quicker."""
    with context.services.database.write() as session:
        occurrences.acknowledge(session, occurrence_id, _me(session, context), context.now, version=version)
        return _shown(session, context, occurrence_id, stage)


def snooze_form(
    context: Context,
    *,
    occurrence_id: str,
    version: int,  # noqa: ARG001  # the form opens on the present version: an old card is no reason to refuse it
    stage: str,
) -> SnoozeForm:
    """The form, with a week from today as its date; raises Conflict when nothing is open any more."""
    with context.services.database.read() as session:
        occurrence = _open(session, occurrence_id)
    until = max(local_date(context.now, occurrence.zone), occurrence.due_on) + timedelta(days=_SNOOZE_DAYS)
    return SnoozeForm(occurrence_id, occurrence.version, stage, occurrence.title, occurrence.due_on, until)


def snooze(
    context: Context, *, occurrence_id: str, version: int, stage: str, until: date, reason: str | None = None
) -> NudgeView:
    """No nudge before `until`; the scheduled date stays. Raises FieldError for a date that will not do, Conflict."""
    with context.services.database.write() as session:
        by, now = _me(session, context), context.now
        for_field(
            "until",
            lambda: occurrences.snooze(session, occurrence_id, by, now, until=until, reason=reason, version=version),
        )
        return _shown(session, context, occurrence_id, stage)


def record_form(
    context: Context,
    *,
    occurrence_id: str,
    version: int,  # noqa: ARG001  # as above
    stage: str,
) -> RecordForm:
    """The form; raises Conflict when nothing is open any more."""
    with context.services.database.read() as session:
        it = _open(session, occurrence_id)
    return RecordForm(occurrence_id, it.version, stage, it.title, it.due_on, it.purpose)


def record(
    context: Context, *, occurrence_id: str, version: int, stage: str, conclusion: str, note: str | None = None
) -> NudgeView:
    """Record an assessment: the occurrence is done, the next one is open. Raises FieldError, Conflict."""
    if conclusion not in CONCLUSIONS:
        raise UserError(f"“{conclusion}” is no conclusion. Nothing was changed; choose one of those offered.")
    with context.services.database.write() as session:
        occurrence = occurrences.get(session, occurrence_id)
        assessment = Assessment(cast("Conclusion", conclusion), note, _me(session, context))
        for_field(
            "conclusion",
            lambda: register.record_assessment(
                session, occurrence.subject_id, assessment, context.now, occurrence_id=occurrence_id, version=version
            ),
        )
        return _shown(session, context, occurrence_id, stage)


def refreshed(context: Context, occurrence_id: str, stage: str) -> NudgeView:
    """The card as the database has it now; its message is brought up to it."""
    with context.services.database.write() as session:
        return _shown(session, context, occurrence_id, stage)


def card(session: Session, context: Context, occurrence_id: str, stage: str) -> NudgeView:
    """The card of an occurrence, as it was posted at `stage` and as things stand now."""
    it = occurrences.get(session, occurrence_id)
    partner = register.get(session, context.actor.team_id, it.subject_id)
    done = next((r for r in register.history(session, partner.partner_id) if r.at == it.closed_at), None)
    return NudgeView(
        occurrence_id=occurrence_id,
        version=it.version,
        stage=stage,
        partner_id=partner.partner_id,
        partner=partner.name,
        due_on=it.due_on,
        scheduled_on=it.scheduled_on,
        zone=it.zone,
        purpose=it.purpose,
        owner_slack=partner.focal_slack,
        overdue_days=max(0, (local_date(context.now, it.zone) - it.due_on).days),
        acknowledged_by=slack_user(session, it.acknowledged_by) if it.acknowledged_by else None,
        acknowledged=it.acknowledged_by is not None and it.acknowledged_stage == (it.stage or stage),
        state=it.state,
        snoozed_until=it.due_on if it.snooze_no else None,
        snooze_reason=it.snooze_reason if it.snooze_no else None,
        conclusion=done.conclusion if done and it.state == DONE else None,
        done_by=slack_user(session, it.closed_by) if it.closed_by else None,
    )


def _shown(session: Session, context: Context, occurrence_id: str, stage: str) -> NudgeView:
    """The card as it stands with this transaction, which also has the clicked message show it."""
    view, clicked = card(session, context, occurrence_id, stage), context.card
    if clicked is not None:
        team = context.actor.team_id
        posted = card_at(session, team, clicked.channel, clicked.ts)
        shows = CardUpdate(posted, team, clicked.channel, view.thing, view.to_data(), view.version, slack_ts=clicked.ts)
        enqueue_update(session, shows, context.now)
    return view


def _open(session: Session, occurrence_id: str) -> Occurrence:
    occurrence = occurrences.get(session, occurrence_id)
    if occurrence.state != OPEN:
        raise Conflict("This assessment is closed already. Nothing was changed; `/partner list` shows what is due.")
    return occurrence


def _me(session: Session, context: Context) -> str:
    return person_id(session, context.actor.team_id, context.actor.slack_user)
