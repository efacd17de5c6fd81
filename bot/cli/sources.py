"""`proviso sources`: what answers are quoted from, what was decided of it, what changed, and folders in line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from bot.cli.completing import source_ids
from bot.cli.context import print_json, services
from bot.cli.progress import progress
from bot.cli.terminal import plain

if TYPE_CHECKING:
    from bot.app.core import Core
    from bot.views.sources import Ageing
    from retrieval.corpus.sources import SourceSummary
    from retrieval.index.changes import Changes, SourceChange

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")


@click.group(invoke_without_command=True)
@AS_JSON
@click.pass_context
def sources(context: click.Context, as_json: bool) -> None:
    """The sources answers are quoted from: how each stands, and what changed."""
    if context.invoked_subcommand:
        return
    from bot.views.sources import cautions, facts, title
    from retrieval.corpus.passages import EVERYTHING

    with services() as composed:
        composed.ensure_corpus()
        listed, ageing = composed.corpus.sources(EVERYTHING), composed.ageing()
    if as_json:
        print_json([_row(summary, ageing) for summary in listed])
        return
    for summary in listed:
        source = summary.source
        retired = "retired, its original is here" if summary.state == "retired" else ""
        copied = f"the same text as {summary.same_as}, indexed once" if summary.same_as else ""
        label = f"for {source.audience} only" if source.audience else ""
        said = (facts(source), label, cautions(source, None, ageing), retired, copied)
        told = " · ".join(part for part in said if part)
        click.echo(f"{source.source_id}  {plain(title(source))}\n    {plain(told)}  ({summary.passages} passages)")


@sources.command()
@click.argument("source_id", shell_complete=source_ids)
def remove(source_id: str) -> None:
    """Forget a source; reading its file again brings it back (`withdraw` keeps it out)."""
    _decide(lambda composed: composed.corpus.remove(source_id), f"removed {source_id}")


@sources.command()
@click.argument("source_id", shell_complete=source_ids)
@click.option("--by", metavar="ID", shell_complete=source_ids, help="The later source that takes its place.")
def supersede(source_id: str, by: str | None) -> None:
    """Mark a source as superseded: still found, and shown as such."""
    _decide(lambda composed: composed.corpus.supersede(source_id, by), f"superseded {source_id}")


@sources.command()
@click.argument("source_id", shell_complete=source_ids)
def withdraw(source_id: str) -> None:
    """Take a source out and keep it out, new versions included."""
    _decide(lambda composed: composed.corpus.withdraw(source_id), f"withdrew {source_id}")


@sources.command()
@click.argument("source_id", shell_complete=source_ids)
def restore(source_id: str) -> None:
    """Let a source stand again that was superseded, withdrawn or retired."""
    _decide(lambda composed: composed.corpus.restore(source_id), f"restored {source_id}")


@sources.command("changes")
@click.option("--since", metavar="GENERATION|DATE", help="From then on, instead of between the last two generations.")
@AS_JSON
def show_changes(since: str | None, as_json: bool) -> None:
    """Show what changed in the index: sources added, changed, removed, superseded, withdrawn, retired, restored."""
    from retrieval.index.changes import changes

    with services() as composed:
        found = changes(composed.database, _moment(since, composed.settings.proviso_zone))
    if as_json:
        print_json(found.to_json())
        return
    if found.published_at is None:
        click.echo("Nothing was published then." if since else "Nothing was published yet.")
        return
    at = f"{found.published_at:%Y-%m-%d %H:%M} UTC"
    told = f"{len(found.sources)} sources changed{_finders_changed(found)}"
    click.echo(f"{found.before or 'nothing'} -> {found.after}, published {at}: {told}")
    for source in found.sources:
        click.echo(_change_line(source))


@sources.command()
@click.option("--root", "only", metavar="ROOT", help="This remembered root alone.")
@AS_JSON
def sync(only: str | None, as_json: bool) -> int:
    """Bring every remembered folder of this machine in line, as is done every night while the bot serves."""
    from bot.cli.corpus import tell_files
    from ingest.syncing import sync_root, synced_roots

    with services() as composed:
        roots = [only] if only else synced_roots(composed.corpus.roots())
        outcomes = []
        for root in roots:
            outcomes.append(sync_root(composed.ingestor, root))
            if not as_json:
                click.echo(plain(f"{root}: {outcomes[-1].status}. {outcomes[-1].says}"))
                if outcomes[-1].report is not None:
                    tell_files(outcomes[-1].report)
    if as_json:
        print_json([outcome.to_json() for outcome in outcomes])
    return 1 if any(outcome.status in ("withheld", "failed") for outcome in outcomes) else 0


def _decide(decide: Callable[[Core], None], done: str) -> None:
    with services() as composed:
        decide(composed)
        with progress() as show:
            composed.generations.build(lambda count, total: show(count, total, "index"))
    click.echo(f"{done}; the index is in line", err=True)


def _moment(since: str | None, zone: str) -> str | datetime | None:
    """A date or time in the installation's zone, or else the id of a generation."""
    if since is None:
        return None
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        return since
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _finders_changed(found: Changes) -> str:
    if found.finders is None:
        return "" if found.sources else "; finders or vectors may have, which is no longer known"
    new, gone = found.finders
    return f"; finders: {new} new, {gone} gone" if new or gone else ""


def _change_line(source: SourceChange) -> str:
    moved = f", moved from {source.moved_from}" if source.moved_from else ""
    passages = f"{source.passages_before} -> {source.passages_after} passages"
    texts = f"{source.text_new} new, {source.text_gone} gone"
    name = f"{source.title} ({source.path}{moved})" if source.title else f"{source.path}{moved}"
    return plain(f"{source.kind:<10}  {source.source_id}  {name}: {passages}, {texts}")


def _row(summary: SourceSummary, ageing: Ageing) -> dict[str, Any]:
    source = summary.source
    return {
        "source_id": source.source_id,
        "title": source.title,
        "author": source.author,
        "publisher": source.publisher,
        "published": source.published,
        **ageing.of(source.published),
        "edition": source.edition,
        "status": source.status,
        "authority": source.authority,
        "binds": source.binds,
        "audience": source.audience,
        "kind": source.kind,
        "passages": summary.passages,
        "path": source.path,
        "state": summary.state,
        "superseded_by": source.superseded_by,
    }
