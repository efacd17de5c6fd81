"""`proviso checklist`."""

from __future__ import annotations

import click

from bot.checklists.catalogue import Catalogue
from bot.cli.context import print_json
from bot.cli.terminal import show
from bot.views.models import ChecklistView


@click.command()
@click.argument("topic", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def checklist(topic: tuple[str, ...], as_json: bool) -> None:
    """Show the checklist meant by TOPIC; without it, what there is."""
    catalogue, query = Catalogue.load(), " ".join(topic)
    found = catalogue.find(query)
    titles = catalogue.titles()
    view = ChecklistView(query, found.checklist, tuple((other, titles[other]) for other in found.others))
    if as_json:
        print_json(view.to_json())
    else:
        show(view)
