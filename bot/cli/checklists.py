"""`proviso checklist`."""

from __future__ import annotations

import click

from bot.cli.completing import topics
from bot.cli.context import print_json


@click.command()
@click.argument("topic", nargs=-1, shell_complete=topics)
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def checklist(topic: tuple[str, ...], as_json: bool) -> None:
    """Show the checklist meant by TOPIC; without it, what there is."""
    from bot.actions.checklists import look_up
    from bot.checklists.catalogue import Catalogue
    from bot.cli.terminal import show

    view = look_up(Catalogue.load(), " ".join(topic))
    if as_json:
        print_json(view.to_json())
    else:
        show(view)
