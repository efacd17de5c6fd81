"""What the command line imports: a question pays for what it uses, a help text for nothing."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from bot.cli import COMMANDS, LazyGroup, proviso

HEAVY = ("numpy", "sqlalchemy", "pydantic", "chromadb", "onnxruntime", "tokenizers", "bm25s", "slack_bolt", "rich")


def imported(*arguments: str) -> set[str]:
    """The heavy packages a command imported."""
    code = (
        "import sys; from bot.cli import proviso\n"
        f"try: proviso.main({list(arguments)!r}, standalone_mode=False)\n"
        "except SystemExit: pass\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "packages"),
    [(["--help"], set()), (["ask", "--help"], set()), (["checklist", "detention"], {"pydantic"})],
)
def test_nothing_heavy_is_imported_that_is_not_used(arguments: list[str], packages: set[str]) -> None:
    assert imported(*arguments) == packages


def test_composing_imports_neither_the_vector_index_nor_the_model_nor_slack() -> None:
    code = "import sys, bot.app.core; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    late = {
        "ingest.sync",
        "chromadb",
        "onnxruntime",
        "tokenizers",
        "bm25s",
        "slack_bolt",
        "rich",
        "langchain",
        "apscheduler",
        "alembic",
    }
    assert late & set(done.stdout.split()) == set()


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    assert isinstance(proviso, LazyGroup)
    context = click.Context(proviso)
    for name, (_, summary) in COMMANDS.items():
        command = proviso.get_command(context, name)
        assert command is not None
        assert " ".join((command.help or "").split()).startswith(summary), name
