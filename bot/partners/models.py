"""Partners and their assessments as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

Status = Literal["proposed", "active", "paused", "suspended", "ended"]
Conclusion = Literal["continue", "continue with measures", "suspend", "end"]

STATUSES: tuple[Status, ...] = get_args(Status)
CONCLUSIONS: tuple[Conclusion, ...] = get_args(Conclusion)

WARN_DAYS = 14


@dataclass(frozen=True, slots=True)
class NewPartner:
    """A partner to register. `focal` and `by` are person ids. `cadence` is text such as "180 days" or "6 months".

    `assess_by` is the local date of the outset assessment; None takes the default of the register.
    """

    team_id: str
    name: str
    channel: str
    zone: str
    cadence: str
    focal: str | None
    by: str | None = None
    assess_by: date | None = None
    warn_days: int = WARN_DAYS


@dataclass(frozen=True, slots=True)
class Partner:
    """The present state of a partner. `focal` is a person id; `focal_slack` is the Slack id of that person, if known.

    `occurrence_id`, `due_on` and `purpose` describe the open assessment. They are None once support has ended.
    """

    partner_id: str
    team_id: str
    name: str
    status: Status
    focal: str | None
    focal_slack: str | None
    channel: str
    zone: str
    cadence: str
    created_at: datetime
    series_id: str
    occurrence_id: str | None
    occurrence_version: int | None
    purpose: str | None
    due_on: date | None
    scheduled_on: date | None
    last_conclusion: Conclusion | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A conclusion about a partner, by a person (person id)."""

    conclusion: Conclusion
    note: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of a partner's history of assessments."""

    assessment_id: str
    conclusion: Conclusion
    note: str | None
    by: str
    at: datetime
    purpose: str | None
    scheduled_on: date | None
