"""A nudge in Slack: what is due, why, who is the focal point, the three things one can do, and their forms."""

from __future__ import annotations

from typing import Any

from bot.views import kit, limits
from bot.views.escaping import escape, user
from bot.views.kit import Block, Message
from bot.views.nudges.model import ACKNOWLEDGE, RECORD, SNOOZE, NudgeView, RecordForm, SnoozeForm
from bot.views.nudges.values import card_value, form_value
from bot.views.nudges.words import nudge_due, nudge_heading, nudge_why
from bot.views.words import CAUTION, CONCLUSIONS, day

NOTE_LENGTH = 2000

REASON_LENGTH = 300


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
    snooze = kit.button("Snooze…", SNOOZE, value, label=f"Snooze nudges about {view.partner}")
    acknowledge = kit.button("Acknowledge", ACKNOWLEDGE, value, label=f"Acknowledge the nudge about {view.partner}")
    return [*([] if view.acknowledged else [acknowledge]), snooze, record]


def snooze(form: SnoozeForm) -> dict[str, Any]:
    """The date until which nothing is posted about an occurrence."""
    about = f"*{escape(form.partner)}*, due {day(form.due_on)}. The scheduled date stays; only the nudges wait."
    until = {"type": "datepicker", "initial_date": form.until.isoformat()}
    reason = kit.text_input(longest=REASON_LENGTH)
    blocks = [
        kit.section(about),
        kit.context(CAUTION),
        kit.field("until", "No nudge before", until),
        kit.field("reason", "Reason", reason, hint="Shown on the card, kept in the register.", optional=True),
    ]
    return kit.modal(SNOOZE, "Snooze", blocks, submit="Snooze", keep=form_value(form))


def record(form: RecordForm) -> dict[str, Any]:
    """The conclusion of an assessment and a note."""
    about = f"*{escape(form.partner)}*, {escape(form.purpose)} due {day(form.due_on)}."
    note = kit.text_input(multiline=True, longest=NOTE_LENGTH)
    blocks = [
        kit.section(about),
        kit.context(CAUTION),
        kit.field("conclusion", "Conclusion", kit.select(CONCLUSIONS.items(), kind="radio_buttons")),
        kit.field("note", "Note", note, hint="Reasons, and measures agreed. Kept in the register.", optional=True),
    ]
    return kit.modal(RECORD, "Record an assessment", blocks, submit="Record", keep=form_value(form))
