"""`proviso ingest`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.cli.context import print_json, services
from bot.cli.new_vectors import announce_new_vectors
from bot.cli.progress import progress
from bot.cli.terminal import plain
from bot.errors import UserError
from bot.work.folders import settled
from ingest.errors import LossNeedsConfirmation
from ingest.report import IngestReport
from ingest.sync import Ingestor

STOPPED = "interrupted; the index is as it was and goes on answering; run the same command again to go on"


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--starter", is_flag=True, help="The starter guidance that ships with Proviso, too.")
@click.option("--yes", is_flag=True, help="Do not ask before a folder loses more than 30 % of its sources.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def ingest(paths: tuple[str, ...], starter: bool, yes: bool, as_json: bool) -> int:
    """Bring the index in line with the named files and folders."""
    if not paths and not starter:
        raise click.UsageError("name a file or folder, or --starter")
    if not all(path.strip() for path in paths):
        raise click.UsageError("a PATH is empty")  # it would be taken for the current folder
    with services() as composed:
        announce_new_vectors(composed)
        composed.keep_checklist_finders()
        named = [Path(path) for path in paths] + [composed.starter] * starter
        report = _ingest(composed.ingestor, named, yes)
        with composed.database.write() as session:
            settled(session, [str(Path(path).resolve()) for path in paths])
    if as_json:
        print_json(report.to_json())
    else:
        _tell(report)
    if report.read_nothing:
        raise UserError(
            "Nothing could be read there. The index is as it was; name files or folders with documents: PDF, Word, "
            "PowerPoint, HTML, mail, EPUB, Markdown or text."
        )
    return 0


def _ingest(ingestor: Ingestor, paths: list[Path], yes: bool) -> IngestReport:
    with progress() as show:
        try:
            return ingestor.ingest(paths, yes=yes, progress=show)
        except LossNeedsConfirmation as loss:
            question = str(loss)
        except KeyboardInterrupt:
            raise click.Abort(STOPPED) from None
    if not sys.stdin.isatty():
        raise UserError(question)
    click.confirm(f"{question} Go on?", abort=True, err=True)
    return _ingest(ingestor, paths, yes=True)


def _tell(report: IngestReport) -> None:
    counts = report.to_json()
    click.echo(
        f"{counts['added']} added, {counts['changed']} changed, {counts['unchanged']} unchanged, "
        f"{counts['removed']} removed; {counts['sources']} sources, {counts['passages']} passages "
        f"({counts['seconds']:.1f} s)"
    )
    tell_files(report)


def tell_files(report: IngestReport) -> None:
    """A line for each file that was not read, or that there is something to say of; warnings first."""
    for warning in report.warnings:
        click.echo(plain(warning))
    for duplicate in report.duplicates:
        click.echo(plain(f"the same text: {duplicate.path} and {duplicate.same_as}; it is indexed once"))
    for noted in report.notes:
        click.echo(plain(f"read in part or with a doubt: {noted.path}: {noted.note}"))
    for rejected in report.rejected:
        click.echo(plain(f"not read: {rejected.path}: {rejected.reason}. {rejected.hint}"))
