"""The forms: adding a partner, putting nudges off, recording an assessment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.views import kit
from bot.views.escaping import escape
from bot.views.models import CAUTION, CONCLUSIONS, AddPartnerForm, CardRef, RecordForm, SnoozeForm
from bot.views.words import day

ADD = "partner.add"
SNOOZE = "nudge.snooze"
RECORD = "nudge.record"
_UNITS = (("months", "months"), ("days", "days"))
NOTE_LENGTH = 2000
REASON_LENGTH = 300


def add_partner(form: AddPartnerForm) -> dict[str, Any]:
    """Name, focal point, channel, zone, interval, date of the first assessment."""
    focal: kit.Block = {"type": "users_select", "placeholder": kit.plain_text("Choose a person", 150)}
    channel: kit.Block = {
        "type": "conversations_select",
        "placeholder": kit.plain_text("Choose a channel", 150),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }
    first: kit.Block = {"type": "datepicker"}
    every = kit.text_input(str(form.every) if form.every else "6", longest=4)
    blocks = [
        kit.context(CAUTION),
        kit.field("name", "Name of the partner", kit.text_input(form.name, longest=80)),
        kit.field("focal", "Focal point", focal | _if("initial_user", form.focal_slack), hint="Who is nudged."),
        kit.field(
            "channel", "Channel", channel | _if("initial_conversation", form.channel), hint="Where nudges are posted."
        ),
        kit.field("zone", "Time zone", kit.text_input(form.zone, longest=64), hint="For example Europe/Brussels."),
        kit.field("every", "Reassess every", every, hint="Your organisation’s own interval; no source gives one."),
        kit.field("unit", "Unit", kit.select(_UNITS, form.unit)),
        kit.field(
            "first_due",
            "First assessment due",
            first | _if("initial_date", form.first_due.isoformat() if form.first_due else None),
            hint="Assess before support begins. Until then the partner is only proposed.",
        ),
    ]
    return kit.modal(ADD, "Add a partner", blocks, submit="Add", keep=form.origin or "")


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
    return kit.modal(SNOOZE, "Snooze", blocks, submit="Snooze", keep=_keep(form))


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
    return kit.modal(RECORD, "Record an assessment", blocks, submit="Record", keep=_keep(form))


@dataclass(frozen=True)
class Kept:
    """What a form about an occurrence carries along: ids only."""

    occurrence_id: str
    version: int
    stage: str
    card: CardRef | None


def read_kept(metadata: str) -> Kept:
    """From a view's private_metadata; raises ValueError on anything else."""
    try:
        data = json.loads(metadata)
        card = CardRef(*data["card"]) if data.get("card") else None
        return Kept(str(data["o"]), int(data["v"]), str(data["s"]), card)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the metadata of this form") from error


def _keep(form: SnoozeForm | RecordForm) -> str:
    card = [form.card.channel, form.card.ts] if form.card else None
    return json.dumps({"o": form.occurrence_id, "v": form.version, "s": form.stage, "card": card})


def _if(name: str, value: str | None) -> dict[str, Any]:
    return {name: value} if value else {}
