"""What `./run` shows in the terminal: all three uses, on the starter guidance."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import click

from bot.actions.checklists import look_up
from bot.app.core import Core
from bot.cli.terminal import show
from bot.reminders.rules import Cadence, local_date, stages
from bot.views.answers.model import AnswerView
from bot.views.nudges.words import STAGES

QUESTION = "When should support to a partner be suspended?"
TOPIC = "detention"
CADENCE = Cadence(every=180, unit="days", zone="Europe/Brussels")
FIRST_IN_DAYS = 30


def show_all(composed: Core) -> None:
    """A cited answer, a checklist, and the nudges an example partner would bring."""
    _heading("Ask", f'./run ask "{QUESTION}"')
    show(AnswerView(composed.answerer.answer(QUESTION), ageing=composed.ageing()))
    _heading("Look up a checklist", f"./run checklist {TOPIC}")
    show(look_up(composed.catalogue, TOPIC))
    _heading("Be nudged", "./run nudges preview")
    _preview(composed)


def _preview(composed: Core) -> None:
    zone = ZoneInfo(CADENCE.zone)
    due = local_date(composed.clock.now(), CADENCE.zone) + timedelta(days=FIRST_IN_DAYS)
    click.echo(f"A partner whose outset assessment is due on {due:%d %B %Y} would bring, until it is recorded:\n")
    for stage, at in stages(due, CADENCE):
        click.echo(f"  {at.astimezone(zone):%a %d %b %Y %H:%M} {CADENCE.zone}   {STAGES[stage]}")
    click.echo(f"\nOnce it is recorded, the next assessment follows {CADENCE.every} {CADENCE.unit} later.")


def _heading(title: str, command: str) -> None:
    click.secho(f"\n── {title} ", bold=True, nl=False)
    click.secho(f"  {command}\n", dim=True)
