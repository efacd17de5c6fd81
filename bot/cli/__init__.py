"""The `proviso` command: one file a command group, each imported only when it is asked for."""

from __future__ import annotations

import gc
import importlib
import logging
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, NoReturn

import click

from bot.cli.ending import INTERRUPTED, Ending

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Where each command lies, and what its help says first: the list of commands imports none of them.
COMMANDS = {
    "ask": ("bot.cli.questions:ask", "Answer QUESTION from the indexed guidance, every sentence quoted."),
    "search": ("bot.cli.questions:search", "Show the passages nearest to QUERY."),
    "ingest": ("bot.cli.corpus:ingest", "Bring the index in line with the named files and folders."),
    "sources": ("bot.cli.sources:sources", "The sources answers are quoted from: how each stands, and what changed."),
    "finders": (
        "bot.cli.finders:finders",
        "Wordings under which places of sources are found. They are searched, and never shown as guidance.",
    ),
    "feedback": ("bot.cli.feedback:feedback", "Count the marks on answers, and list what people say was wrong."),
    "checklist": ("bot.cli.checklists:checklist", "Show the checklist meant by TOPIC; without it, what there is."),
    "partner": ("bot.cli.partners:partner", "The register of partners."),
    "nudges": ("bot.cli.nudges:nudges", "What will be posted, what became of it, and one round by hand."),
    "sandbox": ("bot.cli.service:sandbox", "Serve a Slack-shaped workspace on this machine, with the bot in it."),
    "serve": ("bot.cli.service:serve", "Run against Slack: Socket Mode with SLACK_APP_TOKEN, HTTP otherwise."),
    "tour": ("bot.cli.service:tour", "Show all three uses here: a cited answer, a checklist, a preview of nudges."),
    "doctor": (
        "bot.cli.operate:doctor",
        "Check each setting, scope, server and index, and say how to mend what is wrong.",
    ),
    "manifest": ("bot.cli.operate:manifest", "Print the Slack app manifest, as PROVISO_JOIN_CHANNELS asks for it."),
    "backup": ("bot.cli.operate:backup", "Write one consistent copy of everything to FILE while others go on working."),
    "restore": ("bot.cli.operate:restore", "Fill an empty installation from FILE and build its index."),
    "evaluate": ("bot.cli.evaluate:evaluate", "Measure search and answers on your own data."),
}

# These end with 0 when they are told to, which they must be able to hear before anything is imported for them.
SERVING = frozenset({"serve", "sandbox", "tour"})
# Importing makes many objects and no rubbish: looking through them all over and over is a tenth of starting.
YOUNG_OBJECTS = 50_000


class LazyGroup(click.Group):
    """A group whose commands are imported when named: `proviso --help` costs no vector index."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that holds the command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, from the table above; what begins with a dash is completed as in any group."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        commands = ((name, summary) for name, (_, summary) in COMMANDS.items())
        return [CompletionItem(name, help=summary) for name, summary in commands if name.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with its first sentence."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="proviso")
def proviso() -> None:
    """Cited answers, shared checklists and reassessment nudges for partnered military operations."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and end the process: 0 done, 1 an error the user can mend, 2 wrong usage, 130 interrupted."""
    gc.set_threshold(YOUNG_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # both are text streams here
    ending = Ending()
    try:
        with ending.heard() if _serves(arguments or sys.argv[1:]) else nullcontext():
            code = proviso.main(arguments, standalone_mode=False, obj=ending)
    except click.ClickException as error:
        error.show()
        sys.exit(2 if isinstance(error, click.UsageError) else 1)
    except (KeyboardInterrupt, click.Abort) as stop:
        _complain(str(stop) or "interrupted; what was finished is kept, and the same command goes on from there")
        sys.exit(INTERRUPTED)
    except Exception as error:
        # A library that was being imported when the signal came turns our way out into an error of its own.
        sys.exit(0 if ending.told else _explain(error))
    sys.exit(code if isinstance(code, int) else 0)


def _serves(arguments: Sequence[str]) -> bool:
    return next((word for word in arguments if not word.startswith("-")), "") in SERVING


def _explain(error: Exception) -> int:
    from bot.complaints import message_for

    # The type alone: a message may quote what somebody typed.
    logging.getLogger(__name__).debug("command failed: %s", type(error).__name__)
    _complain(message_for(error))
    return 1


def _complain(message: str) -> None:
    if not sys.stderr.isatty():
        print(f"error: {message}", file=sys.stderr)
        return
    from bot.cli.typesetting import typeset_line

    typeset_line(f"error: {message}", sys.stderr)
