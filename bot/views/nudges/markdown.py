"""A nudge in the terminal."""

from __future__ import annotations

from bot.views.escaping import BREAK, markdown
from bot.views.nudges.model import NudgeView
from bot.views.nudges.words import nudge_due, nudge_heading, nudge_why
from bot.views.words import CONCLUSIONS


def nudge(view: NudgeView) -> str:
    """What is due, why, for whom, and what was done about it."""
    rows = [
        f"**{markdown(nudge_heading(view))}**",
        f"Due: {markdown(nudge_due(view))}",
        f"Focal point: {markdown(view.owner_slack or 'nobody named')}",
        f"Why: {markdown(nudge_why(view))}",
    ]
    if view.acknowledged_by:
        rows.append(f"Acknowledged by {markdown(view.acknowledged_by)}")
    if view.conclusion:
        rows.append(f"Recorded: {markdown(CONCLUSIONS.get(view.conclusion, view.conclusion))}")
    return BREAK.join(rows)
