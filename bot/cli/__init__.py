"""The `proviso` command: one file a command group, each imported only when it is asked for."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

COMMANDS = {
    "ask": "bot.cli.questions:ask",
    "search": "bot.cli.questions:search",
    "ingest": "bot.cli.corpus:ingest",
    "sources": "bot.cli.corpus:sources",
    "checklist": "bot.cli.checklists:checklist",
    "partner": "bot.cli.partners:partner",
    "nudges": "bot.cli.nudges:nudges",
    "sandbox": "bot.cli.service:sandbox",
    "serve": "bot.cli.service:serve",
    "tour": "bot.cli.service:tour",
    "doctor": "bot.cli.operate:doctor",
    "manifest": "bot.cli.operate:manifest",
    "backup": "bot.cli.operate:backup",
    "restore": "bot.cli.operate:restore",
    "evaluate": "bot.cli.evaluate:evaluate",
}

INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when named: `proviso --help` costs no vector index."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that holds the command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="proviso")
def proviso() -> None:
    """Cited answers, shared checklists and reassessment nudges for partnered military operations."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and end the process: 0 done, 1 an error the user can mend, 2 wrong usage, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # both are text streams here
    try:
        code = proviso.main(arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else 1)
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted; what was finished is kept, and the same command goes on from there")
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(_explain(error))
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> int:
    from bot.complaints import message_for

    # The type alone: a message may quote what somebody typed.
    logging.getLogger(__name__).debug("command failed: %s", type(error).__name__)
    _complain(message_for(error))
    return 1


def _complain(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
