"""Views on a terminal: their Markdown, drawn by rich where somebody watches and plain where it is piped."""

from __future__ import annotations

import sys

import click

from bot.views.markdown import render_markdown
from bot.views.view import View


def show(view: View) -> None:
    """Print a view on standard output."""
    text = render_markdown(view)
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.print(Markdown(text), width=min(console.width, 100))


def plain(text: str) -> str:
    """Without the control characters a document's title or a file's name may hold, which a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
