"""`proviso finders`: wordings under which places of sources are found. They are searched, never shown as guidance."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from bot.cli.completing import finder_ids, source_ids
from bot.cli.context import print_json, services
from bot.cli.progress import progress
from bot.cli.terminal import plain

if TYPE_CHECKING:
    from bot.app.core import Core
    from retrieval.index.placing import Listed

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
STATES = {"placed": "", "lost": "  LOST: the place is gone; not searched", "absent": "  (its source is not here)"}

NOT_YET = "it is kept, and searched once its source is in the index: `proviso sources` says how that one stands"


@click.group()
def finders() -> None:
    """Wordings under which places of sources are found. They are searched, and never shown as guidance."""


@finders.command("list")
@click.argument("source_id", required=False, shell_complete=source_ids)
@AS_JSON
def show(source_id: str | None, as_json: bool) -> None:
    """List the finders of SOURCE_ID, or all: id, where each comes from, place and line.

    Lost ones are marked. Items of checklists whose source is not in the index are left out.
    """
    with services() as composed:
        composed.ensure_corpus()
        if source_id is not None:
            composed.corpus.check([source_id])
        listed = [each for each in composed.generations.finders() if source_id in (None, each.source)]
    if as_json:
        print_json([_row(finder) for finder in listed])
        return
    if not listed:
        click.echo('No finders yet. Add one: proviso finders add SOURCE_ID PLACE "LINE"')
    before = None
    for finder in listed:
        if finder.state == "absent" and finder.origin == "checklist":
            continue  # most rest on treaties that nobody has put in yet
        if finder.source != before:
            click.echo(plain(f"{finder.source}  {finder.title}" if finder.title else finder.source))
            before = finder.source
        click.echo(plain(_line(finder)))


@finders.command()
@click.argument("source_id", shell_complete=source_ids)
@click.argument("place")
@click.argument("line")
@click.option("--says", metavar="WORDS", help="The first words of the sentence, where several stand at the place.")
def add(source_id: str, place: str, line: str, says: str | None) -> None:
    """Have the sentence at PLACE of SOURCE_ID ("par. 8", "p. 3", "Art. 12(2)") found by the words of LINE, too.

    Write LINE as a planner would ask. A line at the wrong place misleads: choose the sentence that answers it.
    """
    with services() as composed:
        anchor = composed.finders.anchor(source_id, place, line, says)
        kept = composed.finders.add(anchor, line, composed.clock.now())
        _build(composed)
        states = {each.finder_id: each.state for each in composed.generations.finders()}
    told = "it is searched from now on" if states.get(kept.finder_id) == "placed" else NOT_YET
    click.echo(f"added {kept.finder_id}; {told}", err=True)


@finders.command()
@click.argument("finder_id", shell_complete=finder_ids)
def remove(finder_id: str) -> None:
    """Forget a line that was added; `proviso finders list` shows the ids."""
    with services() as composed:
        composed.finders.remove(finder_id)
        _build(composed)
    click.echo(f"removed {finder_id}; it is no longer searched", err=True)


def _build(composed: Core) -> None:
    with progress() as show_progress:
        composed.generations.build(lambda count, total: show_progress(count, total, "index"))


def _line(finder: Listed) -> str:
    id_ = finder.finder_id if finder.origin == "curator" and finder.finder_id else "-"
    return f"    {id_:<12}  {finder.origin:<9}  {finder.place or '':<10}  {finder.line}{STATES[finder.state]}"


def _row(finder: Listed) -> dict[str, Any]:
    return asdict(finder)
