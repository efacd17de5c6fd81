"""Partners in the terminal: one, and the list."""

from __future__ import annotations

from bot.views.escaping import BREAK, markdown
from bot.views.partners.model import PartnerListView, PartnerView
from bot.views.partners.words import partner_due
from bot.views.words import CONCLUSIONS, day


def partner(view: PartnerView) -> str:
    """One partner; `lead` says what was just done."""
    rows = [
        f"**{markdown(view.name)}** · {markdown(view.status)}",
        f"Next: {markdown(partner_due(view))}",
        f"Focal point: {markdown(view.focal_slack or 'nobody')} · Channel: {markdown(view.channel)}",
        f"Cadence: {markdown(view.cadence)} (your organisation’s own interval) · {markdown(view.zone)} time",
    ]
    if view.last_on and view.last_conclusion:
        verdict = CONCLUSIONS.get(view.last_conclusion, view.last_conclusion)
        rows.append(f"Last assessment: {markdown(verdict)}, {day(view.last_on)}")
    if view.last_note:
        rows.append(f"Note: {markdown(view.last_note)}")
    lead = f"{markdown(view.lead)}\n\n" if view.lead else ""
    return lead + BREAK.join(rows)


def listing(view: PartnerListView) -> str:
    """The register as a table, what is due first on top."""
    if not view.partners:
        return "There is no partner in the register yet. Add one with `proviso partner add`."
    rows = (f"| {_cell(p.name)} | {_cell(p.status)} | {_cell(partner_due(p))} |" for p in view.partners)
    return "| Partner | Status | Next |\n|---|---|---|\n" + "\n".join(rows)


def _cell(text: str) -> str:
    return markdown(text).replace("|", "¦")
