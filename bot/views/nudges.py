"""A nudge in Slack: what is due, why, who is the focal point, and the three things one can do about it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.views import kit, limits
from bot.views.escaping import escape, user
from bot.views.kit import Block, Message
from bot.views.models import CAUTION, CONCLUSIONS, NudgeView
from bot.views.words import day, nudge_due, nudge_heading, nudge_why

ACKNOWLEDGE = "nudge.acknowledge"
SNOOZE = "nudge.snooze"
RECORD = "nudge.record"


@dataclass(frozen=True)
class Card:
    """What a nudge's button says: which occurrence, at which version it was shown, and at which stage."""

    occurrence_id: str
    version: int
    stage: str


def card_value(view: NudgeView) -> str:
    """The value every button of the card carries: ids only."""
    return json.dumps({"o": view.occurrence_id, "v": view.version, "s": view.stage})


def read_card(value: str) -> Card:
    """The inverse of `card_value`; raises ValueError on anything else."""
    try:
        data = json.loads(value)
        return Card(str(data["o"]), int(data["v"]), str(data["s"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the value of a nudge's button") from error


def message(view: NudgeView) -> Message:
    """The card. A card that is done or closed has no buttons."""
    heading = nudge_heading(view)
    lines = [
        f"*{escape(heading)}*",
        f"Due: {escape(nudge_due(view))}",
        f"Focal point: {user(view.owner_slack, 'nobody named')}",
        f"Why: {escape(nudge_why(view))}",
    ]
    blocks = [kit.section("\n".join(lines)), *_state(view)]
    if view.repeat:
        blocks.append(kit.context("This may be a repeat: nobody could tell whether it had been posted."))
    if view.state == "open":
        blocks += [kit.actions(f"nudge {view.occurrence_id}"[:255], _buttons(view)), kit.context(CAUTION)]
    text = f"{escape(heading)}. Due: {escape(nudge_due(view))}. Focal point: {user(view.owner_slack, 'nobody named')}."
    return Message(limits.clip(text, limits.FALLBACK), tuple(blocks))


def _state(view: NudgeView) -> list[Block]:
    if view.state == "done":
        verdict = CONCLUSIONS.get(view.conclusion or "", view.conclusion or "no conclusion")
        return [kit.section(f"*Recorded: {escape(verdict)}*, by {user(view.done_by, 'somebody')}")]
    if view.state == "cancelled":
        return [kit.section("*Closed.* Nothing more is to be done here.")]
    lines = []
    if view.acknowledged_by:
        lines.append(f"Acknowledged by {user(view.acknowledged_by)}.")
    if view.snoozed_until:
        reason = f" ({escape(view.snooze_reason)})" if view.snooze_reason else ""
        lines.append(f"Nudges put off until {day(view.snoozed_until)}{reason}; the scheduled date stays.")
    return [kit.context(" ".join(lines))] if lines else []


def _buttons(view: NudgeView) -> list[Block]:
    value = card_value(view)
    record = kit.button("Record…", RECORD, value, style="primary", label=f"Record an assessment of {view.partner}")
    snooze = kit.button("Snooze…", SNOOZE, value, label=f"Put off nudges about {view.partner}")
    acknowledge = kit.button("Acknowledge", ACKNOWLEDGE, value, label=f"Acknowledge the nudge about {view.partner}")
    return [*([] if view.acknowledged else [acknowledge]), snooze, record]
