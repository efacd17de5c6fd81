"""`proviso partner add|list|show`: the register, as in Slack."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from bot.cli.completing import partner_names
from bot.cli.context import services


def _id(letters: str) -> Callable[[click.Context, click.Parameter, str], str]:
    def check(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
        if not re.fullmatch(rf"[{letters}][A-Z0-9]+", value):
            raise click.BadParameter(
                f"Slack's ids begin with {' or '.join(letters)}; copy it from the profile in Slack"
            )
        return value

    return check


@click.group()
def partner() -> None:
    """The register of partners."""


@partner.command()
@click.argument("name")
@click.option("--channel", required=True, callback=_id("CG"), help="Slack's id of its channel (C…).")
@click.option("--focal", required=True, callback=_id("UW"), help="Slack's id of the person who is nudged (U…).")
@click.option("--every", required=True, type=click.IntRange(min=1), help="How many units between two assessments.")
@click.option("--unit", default="days", show_default=True, type=click.Choice(["days", "months"]))
@click.option("--zone", help="The partner's time zone, such as Europe/Brussels.")
@click.option("--first-due", type=click.DateTime(["%Y-%m-%d"]), help="The local date of the outset assessment.")
def add(name: str, first_due: datetime | None, **values: Any) -> None:
    """Add a partner; it is proposed until its outset assessment is recorded."""
    _run("partner.add", name=name, first_due=first_due.date() if first_due else None, **values)


@partner.command("list")
def list_() -> None:
    """List the partners, what is due first on top."""
    _run("partner.list")


@partner.command()
@click.argument("name", nargs=-1, required=True, shell_complete=partner_names)
def show(name: tuple[str, ...]) -> None:
    """Show one partner; a name of several words needs no quotation marks."""
    _run("partner.show", name=" ".join(name))


def _run(action: str, **values: Any) -> None:
    from bot.actions.registry import Actor, Call, Context
    from bot.actions.table import REGISTRY
    from bot.cli.terminal import show as show_view
    from bot.work.workspace import LOCAL, local_team

    with services() as composed:
        with composed.database.write() as session:
            team = local_team(session)
        context = Context(composed.services, Actor(team, LOCAL), composed.clock.now(), REGISTRY)
        show_view(REGISTRY.run(context, Call(REGISTRY.get(action), values)))
