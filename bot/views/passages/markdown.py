"""A passage in the terminal."""

from __future__ import annotations

from bot.views.escaping import BREAK, markdown
from bot.views.passages.model import Paragraph, PassageView, numbers, pieces
from bot.views.sources import cautions, facts, place, title


def passage(view: PassageView) -> str:
    """The source, the place, and the passage with the quote in bold."""
    number = f"[{view.n}] " if view.n else ""
    warned = cautions(view.source, ", ".join(view.locators) or None, view.ageing)
    rows = [
        f"**{number}{markdown(title(view.source))}**",
        f"*{markdown(warned)}*" if warned else "",
        markdown(facts(view.source)),
        markdown(place(view.section, numbers(view), view.page)),
    ]
    return "\n\n".join((BREAK.join(row for row in rows if row), *map(_paragraph, view.paragraphs)))


def _paragraph(paragraph: Paragraph) -> str:
    label = f"*par. {paragraph.number}* " if paragraph.number else f"*p. {paragraph.page}* " if paragraph.page else ""
    return label + " ".join(f"**{markdown(part)}**" if bold else markdown(part) for part, bold in pieces(paragraph))
