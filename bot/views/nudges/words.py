"""What a nudge says, the same in Slack and in the terminal."""

from __future__ import annotations

from bot.views.nudges.model import NudgeView
from bot.views.words import day

OUTSET = "outset assessment"

OUTSET_BASIS = (
    "risks of working with a partner are assessed at the outset (“Don't Forget Your Friends: Risks and Opportunities "
    "in Security Partnerships”, ICRC, par. 3; NATO Policy for the Protection of Civilians, par. 14)"
)

STAGES = {
    "ahead": "coming up",
    "due": "due",
    "overdue7": "overdue by a week",
    "overdue14": "overdue by two weeks",
    "overdue30": "overdue by a month",
}

CADENCE_BASIS = "your organisation’s own interval; no source gives one"


def nudge_heading(view: NudgeView) -> str:
    """What is due, how urgent, and for whom."""
    state = "recorded" if view.state == "done" else "closed" if view.state == "cancelled" else _urgency(view)
    return f"{view.purpose.capitalize()} {state}: {view.partner}"


def _urgency(view: NudgeView) -> str:
    if view.stage.startswith("overdue"):
        return "overdue"
    return "coming up" if view.stage == "ahead" else "due"


def nudge_due(view: NudgeView) -> str:
    """When it is due, by the partner's local calendar; how late it is; where the series had it when that moved."""
    late = f", {view.overdue_days} days ago" if view.overdue_days > 1 and view.state == "open" else ""
    moved = f" (scheduled for {day(view.scheduled_on)})" if view.scheduled_on != view.due_on else ""
    return f"{day(view.due_on)}{late}{moved}, {view.zone} time"


def nudge_why(view: NudgeView) -> str:
    """The trigger and what it rests on."""
    return OUTSET_BASIS if view.purpose == OUTSET else CADENCE_BASIS
