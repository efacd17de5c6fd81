"""Views on a terminal: Markdown typeset where somebody reads it, plain where it is piped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.views.view import View


def show(view: View) -> None:
    """Print a view on standard output."""
    from bot.views.markdown import render_markdown

    show_markdown(render_markdown(view))


def show_markdown(text: str) -> None:
    """Print Markdown on standard output."""
    if not sys.stdout.isatty():
        print(text.rstrip("\n"), flush=True)
        return
    from bot.cli.typesetting import typeset

    typeset(text, sys.stdout)


def plain(text: str) -> str:
    """Without the control characters a document's title or a file's name may hold, which a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
