"""Due dates and stages against a naive oracle, in every zone, over clock changes and month ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reminders.rules import (
    STAGES,
    Cadence,
    local_date,
    moment,
    newest_due,
    next_due,
    parse_cadence,
    stages,
    stages_since,
)

DAYS = st.dates(date(2020, 1, 1), date(2045, 12, 31))
ZONES = st.sampled_from(sorted(available_timezones()))


def naive_series(anchor: date, every: int, unit: str, until: date) -> list[date]:
    """Every date of the series, found by walking the calendar day by day."""
    found, day, months = [anchor], anchor, 0
    while day <= until:
        day += timedelta(days=1)
        if unit == "days":
            if (day - anchor).days % every == 0:
                found.append(day)
            continue
        if day.day == 1:
            months += 1
        last_of_month = (day + timedelta(days=1)).day == 1
        wanted = day.day == anchor.day or (last_of_month and anchor.day > day.day)
        if months and months % every == 0 and wanted and day > anchor:
            found.append(day)
    return found


@settings(max_examples=400, deadline=None)
@given(anchor=DAYS, every=st.integers(1, 200), gap=st.integers(0, 900))
def test_days_agree_with_the_calendar_walked_day_by_day(anchor: date, every: int, gap: int) -> None:
    after = anchor + timedelta(days=gap)
    expected = min(d for d in naive_series(anchor, every, "days", after + timedelta(days=every)) if d > after)
    assert next_due(Cadence(every, "days", "UTC"), after, anchor) == expected


@settings(max_examples=250, deadline=None)
@given(anchor=DAYS, every=st.integers(1, 26), gap=st.integers(0, 900))
def test_months_agree_with_the_calendar_walked_day_by_day(anchor: date, every: int, gap: int) -> None:
    after = anchor + timedelta(days=gap)
    until = after + timedelta(days=every * 31 + 31)
    expected = min(d for d in naive_series(anchor, every, "months", until) if d > after)
    assert next_due(Cadence(every, "months", "UTC"), after, anchor) == expected


@pytest.mark.parametrize(
    ("anchor", "after", "expected"),
    [
        (date(2027, 1, 31), date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)),
        (date(2028, 1, 31), date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 31)),
        (date(2028, 2, 29), date(2028, 12, 29), date(2029, 1, 29)),
        (date(2028, 2, 29), date(2029, 1, 29), date(2029, 2, 28)),
    ],
)
def test_a_month_keeps_the_day_of_its_anchor_or_ends_with_the_month(anchor: date, after: date, expected: date) -> None:
    assert next_due(Cadence(1, "months", "UTC"), after, anchor) == expected


def test_a_series_that_has_not_begun_begins_with_its_anchor() -> None:
    assert next_due(Cadence(30, "days", "UTC"), date(2026, 1, 1), date(2026, 3, 1)) == date(2026, 3, 1)


@settings(max_examples=400, deadline=None)
@given(day=DAYS, zone=ZONES)
def test_a_nudge_is_due_at_nine_on_the_wall_on_that_very_day_in_every_zone(day: date, zone: str) -> None:
    at = moment(day, Cadence(1, "days", zone))
    on_the_wall = at.astimezone(ZoneInfo(zone))
    assert (on_the_wall.date(), on_the_wall.hour, on_the_wall.minute) == (day, 9, 0)
    assert at.tzinfo is UTC
    assert local_date(at, zone) == day


@settings(max_examples=200, deadline=None)
@given(due=DAYS, zone=ZONES, warn=st.integers(0, 60))
def test_stages_come_in_order_each_on_its_own_day(due: date, zone: str, warn: int) -> None:
    plan = stages(due, Cadence(90, "days", zone, warn_days=warn))
    offsets = [(local_date(at, zone) - due).days for _, at in plan]
    assert offsets == ([-warn] if warn else []) + [0, 7, 14, 30]
    assert [stage for stage, _ in plan] == list(STAGES if warn else STAGES[1:])
    assert sorted(at for _, at in plan) == [at for _, at in plan]


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 3, 7), datetime(2026, 3, 7, 14, tzinfo=UTC)),
        (date(2026, 3, 8), datetime(2026, 3, 8, 13, tzinfo=UTC)),
        (date(2026, 10, 31), datetime(2026, 10, 31, 13, tzinfo=UTC)),
        (date(2026, 11, 1), datetime(2026, 11, 1, 14, tzinfo=UTC)),
    ],
)
def test_clock_changes_move_the_moment_in_utc_and_not_on_the_wall(day: date, utc: datetime) -> None:
    assert moment(day, Cadence(1, "days", "America/New_York")) == utc


def test_a_warning_whose_moment_has_passed_is_not_given_but_overdue_always_is() -> None:
    cadence, due = Cadence(180, "days", "UTC"), date(2026, 3, 1)
    since = datetime(2026, 3, 9, tzinfo=UTC)
    assert [stage for stage, _ in stages_since(due, cadence, since)] == ["due", "overdue7", "overdue14", "overdue30"]


def test_after_a_gap_only_the_newest_stage_is_worth_saying() -> None:
    plan = stages(date(2026, 3, 1), Cadence(180, "days", "UTC"))
    newest, older = newest_due(plan, datetime(2026, 3, 9, tzinfo=UTC))
    assert (newest, [stage for stage, _ in older]) == (plan[2], ["ahead", "due"])
    assert newest_due(plan, datetime(2026, 1, 1, tzinfo=UTC)) == (None, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("180 days", (180, "days")),
        ("every 6 months", (6, "months")),
        ("1 day", (1, "days")),
        ("26w", (182, "days")),
        ("2 years", (24, "months")),
        (" Month ", (1, "months")),
        ("90d", (90, "days")),
        ("0 days", (0, "days")),
    ],
)
def test_a_cadence_is_read_as_people_write_it(text: str, expected: tuple[int, str]) -> None:
    assert parse_cadence(text) == expected


@pytest.mark.parametrize("text", ["", "often", "-3 days", "1.5 months", "6 fortnights", "3 days 2 hours"])
def test_what_is_no_cadence_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cadence"):
        parse_cadence(text)


@pytest.mark.parametrize("values", [{"every": 0}, {"every": 4000}, {"hour": 3}, {"hour": 24}, {"warn_days": -1}])
def test_a_cadence_that_could_not_be_kept_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Cadence(**({"every": 1, "unit": "days", "zone": "UTC"} | values))  # type: ignore[arg-type]  # wrong on purpose


def test_a_cadence_reads_as_a_phrase() -> None:
    assert [str(Cadence(n, "months", "UTC")) for n in (1, 6)] == ["every 1 month", "every 6 months"]
