"""A nudge about one occurrence and stage, and the forms its buttons open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.access.policy import Content
from bot.views.view import StoredView, View
from bot.work.kinds import NUDGE

ACKNOWLEDGE = "nudge.acknowledge"

SNOOZE = "nudge.snooze"

RECORD = "nudge.record"


@dataclass(frozen=True)
class NudgeView(StoredView):
    """One nudge about one occurrence and stage, or the card it became after somebody acted on it.

    `acknowledged`: this very stage is; `acknowledged_by` may date from an earlier one.
    """

    thing = "nudge"
    shows = Content.REGISTER
    posted_as = NUDGE

    occurrence_id: str
    version: int
    stage: str
    partner_id: str
    partner: str
    due_on: date
    scheduled_on: date
    zone: str
    purpose: str
    owner_slack: str | None = None
    overdue_days: int = 0
    acknowledged_by: str | None = None
    acknowledged: bool = False
    state: str = "open"
    snoozed_until: date | None = None
    snooze_reason: str | None = None
    conclusion: str | None = None
    done_by: str | None = None
    repeat: bool = False

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox; dates as ISO text."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in vars(self).items()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> NudgeView:
        """The inverse of `to_data`; what is not there takes its default."""
        known = {name: data[name] for name in cls.__dataclass_fields__ if data.get(name) is not None}
        for name in ("due_on", "scheduled_on", "snoozed_until"):
            if isinstance(known.get(name), str):
                known[name] = date.fromisoformat(known[name])
        return cls(**known)


@dataclass(frozen=True)
class CardRef:
    """The message that is to be brought up to date once a form is done."""

    channel: str
    ts: str


@dataclass(frozen=True)
class SnoozeForm(View):
    """The form that puts nudges about an occurrence off to a date."""

    thing = "snooze form"
    shows = Content.REGISTER

    occurrence_id: str
    version: int
    stage: str
    partner: str
    due_on: date
    until: date
    card: CardRef | None = None


@dataclass(frozen=True)
class RecordForm(View):
    """The form that records an assessment of a partner and so completes its occurrence."""

    thing = "record form"
    shows = Content.REGISTER

    occurrence_id: str
    version: int
    stage: str
    partner: str
    due_on: date
    purpose: str
    card: CardRef | None = None
