"""A partner and its assessments, as values."""

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
    """A partner to be registered. `focal` and `by` are person ids; `cadence` as typed ("180 days", "6 months").

    `assess_by` is the local date of the outset assessment; by default two weeks from today.
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
    """A partner as it stands. `focal` is a person id, `focal_slack` the same person for Slack, where known.

    `occurrence_id`, `due_on` and `purpose` are those of the open assessment; None once support has ended.
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
    """What somebody (person id) concluded about a partner."""

    conclusion: Conclusion
    note: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An assessment in a partner's history."""

    assessment_id: str
    conclusion: Conclusion
    note: str | None
    by: str
    at: datetime
    purpose: str | None
    scheduled_on: date | None
