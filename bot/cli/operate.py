"""`proviso doctor`, `manifest`, `backup` and `restore`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.cli.context import print_json, services
from bot.errors import UserError

SIGNS = {"ok": "ok  ", "warning": "warn", "problem": "FAIL", "off": "off "}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def doctor(as_json: bool) -> int:
    """Check each setting, scope, server and index, and say how to mend what is wrong."""
    from bot.app.doctor import examine

    with services() as composed:
        findings = examine(composed)
    if as_json:
        print_json([finding.to_json() for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{SIGNS[finding.state]}  {finding.subject}: {finding.says}")
            if finding.mend:
                click.echo(f"      mend: {finding.mend}")
    return 1 if any(finding.state == "problem" for finding in findings) else 0


@click.command()
def manifest() -> None:
    """Print the Slack app manifest, as PROVISO_JOIN_CHANNELS asks for it."""
    from bot.cli.context import configure
    from bot.slack.manifest import render_manifest

    made = render_manifest(join_channels=configure().proviso_join_channels)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a FILE that is there.")
def backup(file: Path, force: bool) -> None:
    """Write one consistent copy of everything to FILE while others go on working."""
    if file.exists() and not force:
        raise UserError(
            f"{file} is there already. Nothing was written; name another file, or add --force to write over it."
        )
    from bot.backup import write_backup
    from bot.migrations import revision
    from bot.tables import MODULES as EVERY_TABLE

    assert EVERY_TABLE  # a copy knows the tables that were declared
    with services() as composed:
        _refuse_own_files(file, composed.database.file)
        counts = write_backup(composed.database, file, revision(composed.database), composed.clock.now())
    click.echo(f"{sum(counts.values())} rows written to {file}")


def _refuse_own_files(file: Path, database: Path | None) -> None:
    """A backup written over the database it copies would destroy what it is to keep."""
    own = {database.resolve().with_name(database.name + end) for end in ("", "-wal", "-shm")} if database else set()
    if file.resolve() in own:
        raise UserError(f"{file} is the database itself. Nothing was written; name another file.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(file: Path) -> None:
    """Fill an empty installation from FILE and build its index."""
    from bot.backup import read_backup
    from bot.migrations import revision
    from bot.reminders.scan import Scanner
    from bot.tables import MODULES as EVERY_TABLE
    from bot.work.restoring import distrust

    assert EVERY_TABLE
    with services() as composed:
        # In the transaction that brings them back: a bot that starts meanwhile must not take them for unposted.
        doubtful: list[int] = []
        restored = read_backup(
            composed.database,
            file,
            revision(composed.database),
            before_commit=lambda session, created: doubtful.append(distrust(session, created)),
        )
        # What fell due after the backup may have been posted too, so it has to be in the outbox to be put in doubt.
        scanner = Scanner(composed.database, composed.clock)
        while scanner.scan():
            pass
        with composed.database.write() as session:
            doubtful.append(distrust(session, restored.created))
        composed.generations.current()
    click.echo(f"{sum(restored.rows.values())} rows restored from {file}")
    if sum(doubtful):
        click.echo(f"{sum(doubtful)} messages may have been posted since: Slack's history is asked before they are")
