"""Rules for due dates and nudge moments, as pure functions. Dates are local to a named zone; moments are in UTC."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

Unit = Literal["days", "months"]
Stage = Literal["ahead", "due", "overdue7", "overdue14", "overdue30"]

STAGES: tuple[Stage, ...] = ("ahead", "due", "overdue7", "overdue14", "overdue30")
OVERDUE_DAYS: dict[Stage, int] = {"overdue7": 7, "overdue14": 14, "overdue30": 30}

LONGEST_MONTHS = 120
LONGEST_DAYS = 3660
# Clock changes happen between midnight and 04:00 local time. A nudge is never due in an hour that may be missing or
# occur twice.
EARLIEST_HOUR = 5
REGIONS = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}

_CADENCE = re.compile(r"(?:every\s+)?(\d+)?\s*(d|days?|w|weeks?|m|mo|months?|y|years?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often something recurs: `every` units. Nudges go out at `hour` in `zone`, the first `warn_days` ahead."""

    every: int
    unit: Unit
    zone: str
    hour: int = 9
    warn_days: int = 14

    def __post_init__(self) -> None:
        longest = LONGEST_DAYS if self.unit == "days" else LONGEST_MONTHS
        if not 1 <= self.every <= longest:
            raise ValueError(f"every must be 1 to {longest} {self.unit}")
        if not EARLIEST_HOUR <= self.hour <= 23:
            raise ValueError(f"hour must be {EARLIEST_HOUR} to 23")
        if not 0 <= self.warn_days <= 365:
            raise ValueError("warn_days must be 0 to 365")

    def __str__(self) -> str:
        unit = self.unit if self.every != 1 else self.unit[:-1]
        return f"every {self.every} {unit}"


def parse_cadence(text: str) -> tuple[int, Unit]:
    """Parse "180 days", "every 6 months", "26w", "2 years" or "month" into number and unit. Raises ValueError."""
    match = _CADENCE.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a cadence")
    number = int(match[1] or 1)
    letter = match[2][0].lower()
    if letter == "d":
        return number, "days"
    if letter == "w":
        return number * 7, "days"
    return (number * 12, "months") if letter == "y" else (number, "months")


def step(cadence: Cadence, anchor: date, times: int) -> date:
    """Return the date `times` intervals after the anchor. Months keep the day of the anchor, or take their last day."""
    if cadence.unit == "days":
        return anchor + timedelta(days=cadence.every * times)
    months = anchor.year * 12 + anchor.month - 1 + cadence.every * times
    year, month = divmod(months, 12)
    return date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))


def next_due(cadence: Cadence, after: date, anchor: date | None = None) -> date:
    """Return the first date of the series after `after`. The series is counted from `anchor` (default: `after`)."""
    anchor = anchor or after
    if after < anchor:
        return anchor
    if cadence.unit == "days":
        times = (after - anchor).days // cadence.every
    else:
        times = ((after.year - anchor.year) * 12 + after.month - anchor.month) // cadence.every
    due = step(cadence, anchor, times)
    while due <= after:
        times += 1
        due = step(cadence, anchor, times)
    return due


def moment(day: date, cadence: Cadence) -> datetime:
    """Return the hour of the cadence on a local date, in UTC."""
    return datetime.combine(day, time(cadence.hour), ZoneInfo(cadence.zone)).astimezone(UTC)


def stages(due: date, cadence: Cadence) -> list[tuple[Stage, datetime]]:
    """Return each stage with its moment in UTC, in order of time."""
    days: list[tuple[Stage, int]] = [("ahead", -cadence.warn_days)] if cadence.warn_days else []
    days += [("due", 0), *OVERDUE_DAYS.items()]
    return [(stage, moment(due + timedelta(days=offset), cadence)) for stage, offset in days]


def stages_since(due: date, cadence: Cadence, since: datetime) -> list[tuple[Stage, datetime]]:
    """Return the stages of an occurrence that was opened or snoozed at `since`.

    The "ahead" stage is left out when its moment was before `since`. Later stages are always included.
    """
    return [(stage, at) for stage, at in stages(due, cadence) if stage != "ahead" or at >= since]


def newest_due(
    planned: Sequence[tuple[Stage, datetime]], now: datetime
) -> tuple[tuple[Stage, datetime] | None, list[tuple[Stage, datetime]]]:
    """Split the stages whose moment has come into the newest, to be posted, and the older ones, to be left out."""
    reached = [(stage, at) for stage, at in planned if at <= now]
    return (reached[-1], reached[:-1]) if reached else (None, [])


def local_date(now: datetime, zone: str) -> date:
    """Return the date of today in a zone."""
    return now.astimezone(ZoneInfo(zone)).date()


@cache
def zones() -> frozenset[str]:
    """Return the names in the time zone database. Cached, because collecting them reads hundreds of files."""
    return frozenset(available_timezones())


@cache
def offered_zones() -> tuple[str, ...]:
    """Those named after a region and a city, which is how people look for them, and UTC."""
    return ("UTC", *sorted(zone for zone in zones() if zone.partition("/")[0] in REGIONS))
