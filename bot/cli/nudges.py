"""`proviso nudges preview|why|run`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from bot.cli.context import print_json, services
from bot.reminders.preview import PlannedNudge, Story, preview, why
from bot.views.nudges.words import STAGES

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
PREVIEW_DAYS = 90


@click.group()
def nudges() -> None:
    """What will be posted, what became of it, and one round by hand."""


@nudges.command("preview")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help=f"Up to this date; by default {PREVIEW_DAYS} days.")
@AS_JSON
def preview_(until: datetime | None, as_json: bool) -> None:
    """List the nudges to come, if nothing happens before."""
    with services() as composed:
        now = composed.clock.now()
        end = until.replace(tzinfo=UTC) + timedelta(days=1) if until else now + timedelta(days=PREVIEW_DAYS)
        with composed.database.read() as session:
            planned = preview(session, end, now=now)
    if as_json:
        print_json([_json(nudge) for nudge in planned])
        return
    for nudge in planned:
        at = nudge.at.astimezone(ZoneInfo(nudge.zone))
        condition = f" ({nudge.condition})" if nudge.condition else ""
        click.echo(f"{at:%a %d %b %Y %H:%M} {nudge.zone}  {nudge.title}: {STAGES[nudge.stage]}{condition}")
    if not planned:
        click.echo(f"No nudge is planned until {end:%d %B %Y}. `proviso partner add` adds a partner.")


@nudges.command("why")
@click.argument("key")
@AS_JSON
def why_(key: str, as_json: bool) -> None:
    """Tell one nudge's whole story."""
    with services() as composed, composed.database.read() as session:
        story = why(session, key)
    if as_json:
        print_json(_story(story))
        return
    click.echo(f"{story.key}  {story.state}  {story.channel}")
    for step in story.steps:
        click.echo(
            f"  {step.at:%Y-%m-%d %H:%M:%S} UTC  {step.from_state or 'new'} -> {step.to_state}"
            f"  attempt {step.attempt}  {step.detail or ''}".rstrip()
        )


@nudges.command()
def run() -> None:
    """Do one round now: find what has fallen due, post it, look up what nobody knows about."""
    from bot.app.service import build_service

    with services() as composed:
        service = build_service(composed)
        service.check()
        found, posted, settled = service.run_once()
    click.echo(f"{found} fell due, {posted} tried, {settled} settled")


def _json(nudge: PlannedNudge) -> dict[str, object]:
    return {
        "at": nudge.at.isoformat(),
        "stage": nudge.stage,
        "partner": nudge.title,
        "channel": nudge.channel,
        "zone": nudge.zone,
        "due_on": nudge.due_on.isoformat(),
        "scheduled_on": nudge.scheduled_on.isoformat(),
        "purpose": nudge.purpose,
        "key": nudge.key,
        "condition": nudge.condition,
    }


def _story(story: Story) -> dict[str, object]:
    steps = [
        {
            "at": step.at.isoformat(),
            "from": step.from_state,
            "to": step.to_state,
            "attempt": step.attempt,
            "worker": step.worker,
            "detail": step.detail,
        }
        for step in story.steps
    ]
    return {
        "key": story.key,
        "state": story.state,
        "channel": story.channel,
        "slack_ts": story.slack_ts,
        "data": dict(story.data),
        "steps": steps,
    }
