"""What is due for a partner, in words."""

from __future__ import annotations

from bot.views.partners.model import PartnerView
from bot.views.words import day


def partner_due(view: PartnerView) -> str:
    """What is due next for a partner, and when."""
    if view.next_due is None:
        return "nothing is due"
    parts = [f"{view.purpose or 'assessment'} due {day(view.next_due)}"]
    if view.snoozed_until:
        parts.append(f"nudges put off until {day(view.snoozed_until)}")
    return ", ".join(parts)
