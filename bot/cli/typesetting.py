"""Markdown drawn by rich: legible on dark and on light, in narrow terminals too."""

from __future__ import annotations

from typing import ClassVar, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, MarkdownElement, Paragraph
from rich.text import Text
from rich.theme import Theme

from bot.views.escaping import code_parts

# A longer line is hard to read, however wide the terminal is.
READABLE_COLUMNS = 96
# Weight and underlining alone: every colour is hard to read on some background.
THEME = Theme(
    {
        "markdown.h1": "bold",
        "markdown.h2": "bold underline",
        "markdown.h3": "bold",
        "markdown.h4": "bold",
        "markdown.code": "bold",
        "markdown.code_block": "bold",
        "markdown.block_quote": "none",
        "markdown.list": "none",
        "markdown.item.number": "bold",
        "markdown.link": "underline",
        "markdown.link_url": "underline",
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
    }
)


class UnbrokenParagraph(Paragraph):
    """A paragraph that leaves an address on a line of its own whole, so that it can be copied and clicked.

    In a list or a quote, which are narrower, what is too long is folded: there it would be cut off.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.split("\n"):
            line.justify = "left"
            if " " not in line.plain and options.max_width == columns(console):
                line.overflow = "ignore"
            yield line


class Typeset(Markdown):
    """Markdown with such paragraphs."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = Markdown.elements | {"paragraph_open": UnbrokenParagraph}


def typeset(text: str, stream: TextIO) -> None:
    """Draw Markdown on a terminal, in the width there is. NO_COLOR, TERM and COLUMNS are heeded."""
    console = Console(file=stream, theme=THEME, highlight=False)
    console.print(Typeset(text), width=columns(console), crop=False)


def typeset_line(text: str, stream: TextIO) -> None:
    """Draw one line of ours, with what can be typed in bold; the terminal breaks it, so that it can be copied."""
    pieces = [(part, "bold" if marked else "") for part, marked in code_parts(text)]
    Console(file=stream, highlight=False).print(Text.assemble(*pieces), soft_wrap=True)


def columns(console: Console) -> int:
    """How wide text is drawn."""
    return min(console.width, READABLE_COLUMNS)
