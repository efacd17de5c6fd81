"""Adding partners to the register, listing and showing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.actions.arguments import FieldError, for_field
from bot.actions.registry import Context
from bot.partners import register, validation
from bot.partners.register import NewPartner, Partner
from bot.reminders import occurrences
from bot.reminders.rules import local_date, offered_zones, zones
from bot.views.partners.model import AddPartnerForm, PartnerListView, PartnerView
from bot.work.people import person_id, slack_user

_ADDED = "Added as proposed: support should not begin before the outset assessment is recorded."
_INVITE = (
    " I am not in that channel yet, so no nudge can be posted there: type `/invite @Proviso` in it, "
    "and what is due is posted within an hour."
)
_SHARED = (
    "I cannot tell that this channel is yours alone: another organisation may share it, or I am not in it. "
    "Invite me, or choose another."
)
_NO_POSTS = "Nudges are not posted there. Choose a channel that is open; a direct message is none."
_NO_NUDGES = (
    "I can only nudge a full member of your workspace: no app, no guest, nobody who has left. Choose another person."
)


def add_form(
    context: Context,
    *,
    name: str = "",
    focal: str | None = None,
    channel: str | None = None,
    zone: str | None = None,
    every: int | None = None,
    unit: str | None = None,
    first_due: date | None = None,
) -> AddPartnerForm:
    """The form, with what was typed and what can be guessed: this channel, this person, the usual first date."""
    zone = zone or _own_zone(context)
    here = context.channel if context.channel and not context.channel.startswith("D") else None
    today = local_date(context.now, zone if zone in zones() else "UTC")
    return AddPartnerForm(
        zone=zone,
        name=name,
        focal_slack=focal or context.actor.slack_user,
        channel=channel or here,
        every=every,
        unit=unit or "months",
        first_due=first_due or today + timedelta(days=register.OUTSET_DAYS),
        origin=context.channel,
        zones=offered_zones(),
    )


def _own_zone(context: Context) -> str:
    """The zone of the person who asks, else the installation's."""
    own = context.directory.zone_of(context.actor.slack_user)
    return own if own in zones() else context.services.zone


def add(
    context: Context,
    *,
    name: str,
    channel: str,
    every: int,
    unit: str = "months",
    focal: str | None = None,
    zone: str | None = None,
    first_due: date | None = None,
) -> PartnerView:
    """Register a partner as proposed; raises FieldError naming the field to be mended."""
    zone = for_field("zone", lambda: validation.zone_name(zone or _own_zone(context)))
    cadence = f"{every} {unit}"
    for_field("name", lambda: validation.partner_name(name))
    for_field("every", lambda: validation.cadence(cadence, zone, 0))
    if first_due is not None:
        for_field("first_due", lambda: validation.not_past(first_due, local_date(context.now, zone)))
    if not context.inside(channel):
        raise FieldError("channel", _SHARED)
    if not context.directory.can_post_in(channel):
        raise FieldError("channel", _NO_POSTS)
    if focal and not context.directory.can_be_nudged(focal):
        raise FieldError("focal", _NO_NUDGES)
    actor = context.actor
    with context.services.database.write() as session:
        new = NewPartner(
            team_id=actor.team_id,
            name=name,
            channel=channel,
            zone=zone,
            cadence=cadence,
            focal=person_id(session, actor.team_id, focal or actor.slack_user),
            by=person_id(session, actor.team_id, actor.slack_user),
            assess_by=first_due,
        )
        partner = for_field("name", lambda: register.add(session, new, context.now))
        added = view_of(session, partner)
    # Asked outside the transaction: Slack may take its time.
    return replace(added, lead=_ADDED if context.reached(channel) else _ADDED + _INVITE)


def show(context: Context, *, name: str) -> PartnerView:
    """One partner; raises NotFound with the names nearest to it."""
    with context.services.database.read() as session:
        return view_of(session, register.get(session, context.actor.team_id, name))


def list_(context: Context) -> PartnerListView:
    """Every partner, what is due first on top."""
    with context.services.database.read() as session:
        views = [view_of(session, partner) for partner in register.list_(session, context.actor.team_id)]
    return PartnerListView(tuple(sorted(views, key=lambda view: (view.next_due or date.max, view.name.casefold()))))


def view_of(session: Session, partner: Partner, lead: str | None = None) -> PartnerView:
    """A partner with its open occurrence and its last assessment."""
    occurrence = occurrences.get(session, partner.occurrence_id) if partner.occurrence_id else None
    last = next(iter(register.history(session, partner.partner_id)), None)
    acknowledged = occurrence.acknowledged_by if occurrence else None
    return PartnerView(
        partner_id=partner.partner_id,
        name=partner.name,
        status=partner.status,
        channel=partner.channel,
        zone=partner.zone,
        cadence=partner.cadence,
        focal_slack=partner.focal_slack,
        next_due=partner.due_on,
        purpose=partner.purpose,
        acknowledged_by=slack_user(session, acknowledged) if acknowledged else None,
        snoozed_until=occurrence.due_on if occurrence and occurrence.snooze_no else None,
        last_conclusion=last.conclusion if last else None,
        last_note=last.note if last else None,
        last_on=local_date(last.at, partner.zone) if last else None,
        lead=lead,
    )
