"""A checklist in the terminal."""

from __future__ import annotations

from bot.views.checklists.model import ChecklistView
from bot.views.checklists.words import basis
from bot.views.escaping import BREAK, markdown


def checklist(view: ChecklistView) -> str:
    """Every item with why, what to ask and its basis; what there is when none was meant."""
    others = "\n".join(f"- `{other}`: {markdown(name)}" for other, name in view.others)
    found = view.checklist
    if found is None:
        asked = f"There is no checklist for “{markdown(view.query)}”. " if view.query else ""
        return f"{asked}These are the checklists:\n\n{others}"
    items = []
    for number, item in enumerate(found.items, 1):
        mark = "Critical: " if item.critical else ""
        rows = (
            f"{number}. **{mark}{markdown(item.text)}**",
            f"   Ask: {markdown(item.ask)}",
            f"   Why: {markdown(item.why)}",
            f"   *Basis: {markdown(basis(item))}*",
        )
        items.append(BREAK.join(rows))
    head = f"## {markdown(found.title)}\n\n{markdown(found.when)} *(version {found.version})*"
    more = f"\n\nOther checklists:\n\n{others}" if others else ""
    return f"{head}\n\n" + "\n\n".join(items) + more
