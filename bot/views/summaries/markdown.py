"""A summary in the terminal."""

from __future__ import annotations

from bot.views.escaping import markdown
from bot.views.summaries.model import LABEL, SummaryView


def summary(view: SummaryView) -> str:
    """The label, and the sentences with the numbers of their quotes."""
    lines = (f"- {markdown(each.text)} {''.join(f'[{n}]' for n in each.citations)}" for each in view.sentences)
    return "\n".join([f"**{LABEL}**\n", *lines])
