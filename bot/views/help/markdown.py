"""Help in the terminal."""

from __future__ import annotations

from bot.views.help.model import HelpView


def help_(view: HelpView) -> str:
    """Every command, how it is typed, and an example."""
    rows = []
    for entry in view.entries:
        example = f" (for example `{entry.example}`)" if entry.example else ""
        also = f" or `{entry.also}`" if entry.also else ""
        rows.append(f"- `{entry.usage}`{also}: {entry.summary}{example}")
    return "\n\n".join([f"## {view.title}", view.lead, "\n".join(rows), view.foot])
