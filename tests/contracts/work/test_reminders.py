"""From cadence to nudge: what is said when, what people's acts change, and who was quicker; on each database."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.errors import Conflict, NotFound, UserError
from bot.reminders.occurrences import OccurrenceChanged, acknowledge, get
from bot.reminders.preview import ON_TIME, STILL_OPEN, next_nudge
from bot.reminders.scan import Scanner, preview, why
from bot.reminders.tables import OccurrenceRow, SeriesRow
from bot.work.outbox import SUPERSEDED
from bot.work.tables import OutboxRow
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.watch import Watch


def day(month: int, number: int, hour: int = 12) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


@pytest.fixture
def watch(database: Database, clock: ManualClock) -> Watch:
    return Watch(database, clock)


def superseded(watch: Watch) -> list[tuple[str, str]]:
    with watch.database.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.state == SUPERSEDED).order_by(OutboxRow.id)).all()
    return [((row.data or {})["stage"], watch.steps(row.key)[-1][2] or "") for row in rows]


def test_every_stage_is_said_once_on_its_day(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20))
    watch.until(day(5, 30))
    assert watch.said == [
        ("03-06", "ahead"),
        ("03-20", "due"),
        ("03-27", "overdue7"),
        ("04-03", "overdue14"),
        ("04-19", "overdue30"),
    ]


def test_a_nudge_carries_the_facts_of_its_day(watch: Watch) -> None:
    partner = watch.add(assess_by=date(2026, 3, 3), zone="Asia/Kabul")
    watch.until(day(3, 12))
    message = watch.slack.messages[-1]
    assert (message.channel, message.view) == ("C1", "nudge")
    assert message.data == {
        "occurrence_id": partner.occurrence_id,
        "version": 1,
        "stage": "overdue7",
        "snooze_no": 0,
        "partner_id": partner.partner_id,
        "partner": "Border Guard",
        "due_on": "2026-03-03",
        "scheduled_on": "2026-03-03",
        "zone": "Asia/Kabul",
        "owner_slack": "U-amal",
        "purpose": "outset assessment",
        "overdue_days": 7,
        "acknowledged_by": None,
    }


def test_after_an_outage_the_newest_stage_is_said_and_the_older_ones_are_recorded(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20))
    watch.clock.set(day(3, 28))
    watch.beat()
    assert watch.said == [("03-28", "overdue7")]
    assert superseded(watch) == [("ahead", "by overdue7"), ("due", "by overdue7")]


def test_a_nudge_that_could_not_go_out_gives_way_to_the_next_stage(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20))
    watch.clock.set(day(3, 20))
    watch.scanner.scan()
    watch.clock.set(day(3, 27))
    watch.scanner.scan()
    watch.first.send_due()
    assert watch.said == [("03-27", "overdue7")]
    assert superseded(watch) == [("ahead", "by due"), ("due", "by overdue7")]


def test_an_acknowledgement_keeps_ahead_and_due_quiet_but_not_overdue(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20))
    watch.until(day(3, 7))
    occurrence = watch.acknowledge()
    assert (occurrence.acknowledged_stage, occurrence.acknowledged_by) == ("ahead", watch.amal)
    assert occurrence.acknowledged_at == watch.clock.now()
    watch.until(day(3, 28))
    assert watch.said == [("03-06", "ahead"), ("03-27", "overdue7")]
    assert watch.slack.messages[-1].data["acknowledged_by"] == "U-amal"
    assert superseded(watch) == [("due", "acknowledged")]


def test_an_overdue_nudge_on_its_way_is_not_swallowed_by_an_acknowledgement(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 3))
    watch.until(day(3, 9))
    watch.clock.set(day(3, 10))
    watch.scanner.scan()
    watch.acknowledge()
    watch.first.send_due()
    assert watch.said == [("03-03", "due"), ("03-10", "overdue7")]


def test_a_snooze_is_silence_until_its_date_and_moves_the_due_date_alone(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20))
    watch.until(day(3, 21))
    occurrence = watch.snooze(date(2026, 4, 10), reason="the commander is away")
    assert (occurrence.due_on, occurrence.scheduled_on) == (date(2026, 4, 10), date(2026, 3, 20))
    watch.until(day(4, 20))
    assert watch.said == [("03-06", "ahead"), ("03-20", "due"), ("04-10", "due"), ("04-17", "overdue7")]


def test_recording_ends_the_nudges_and_opens_the_next_date(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20), cadence="30 days")
    watch.until(day(3, 21))
    partner = watch.record()
    assert (partner.status, partner.due_on, partner.purpose) == ("active", date(2026, 4, 20), "reassessment")
    watch.until(day(4, 21))
    assert watch.said == [("03-06", "ahead"), ("03-20", "due"), ("04-06", "ahead"), ("04-20", "due")]


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [(day(5, 1), date(2026, 6, 1)), (day(4, 18), date(2026, 6, 1)), (day(4, 1), date(2026, 5, 1))],
    ids=["late: the grid stands", "a little early: the grid stands", "well ahead: counted anew"],
)
def test_the_next_date_follows_the_grid_unless_it_was_done_well_ahead(
    watch: Watch, recorded: datetime, expected: date
) -> None:
    watch.add(assess_by=date(2026, 3, 2), cadence="1 month")
    watch.clock.set(day(4, 1, 8))
    watch.record()
    assert watch.partner().due_on == date(2026, 5, 1)
    watch.clock.set(recorded)
    assert watch.record().due_on == expected


def test_a_nudge_in_the_outbox_is_withdrawn_when_its_reason_has_gone(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 2))
    watch.clock.set(day(3, 2))
    watch.scanner.scan()
    watch.record()
    watch.first.send_due()
    assert (watch.said, superseded(watch)) == ([], [("due", "done")])


def test_a_nudge_in_doubt_is_not_repeated_once_its_reason_has_gone(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 2))
    watch.clock.set(day(3, 2))
    watch.slack.script = [RuntimeError()]
    watch.beat()
    watch.acknowledge()
    watch.until(day(3, 3), step=timedelta(hours=2))
    assert (watch.said, superseded(watch)) == ([], [("due", "no longer wanted")])


def test_an_occurrence_opened_after_its_warning_gets_no_warning(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 10))
    watch.until(day(3, 11))
    assert watch.said == [("03-10", "due")]


def test_two_scans_of_the_same_moment_say_it_once(watch: Watch) -> None:
    for number in range(20):
        watch.add(f"Partner {number}", channel=f"C{number}", assess_by=date(2026, 3, 2))
    watch.clock.set(day(3, 2))
    threads = [threading.Thread(target=Scanner(watch.database, watch.clock).scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watch.beat()
    assert sorted(m.data["partner"] for m in watch.slack.messages) == sorted(f"Partner {n}" for n in range(20))


def test_a_series_that_cannot_be_scanned_does_not_hold_up_the_others(watch: Watch) -> None:
    watch.add("Broken", assess_by=date(2026, 3, 2))
    watch.add("Whole", assess_by=date(2026, 3, 2))
    with watch.database.write() as session:
        session.execute(update(SeriesRow).where(SeriesRow.title == "Broken").values(zone="Nowhere/Land"))
    watch.clock.set(day(3, 2))
    assert watch.scanner.scan() == 1


def test_the_second_to_acknowledge_is_told_who_was_quicker(watch: Watch) -> None:
    partner = watch.add()
    watch.acknowledge(version=partner.occurrence_version)
    with pytest.raises(OccurrenceChanged) as raised:
        watch.acknowledge(by=watch.bo, version=partner.occurrence_version)
    assert raised.value.message == (
        "Already acknowledged by U-amal on 2026-03-02 at 08:00 UTC. "
        "Your change was not made; look at the present state and decide again."
    )
    assert (raised.value.by, raised.value.what) == (watch.amal, "acknowledged")
    with pytest.raises(OccurrenceChanged, match="Already acknowledged by U-amal"):
        watch.acknowledge(by=watch.bo)


def test_of_twenty_clicks_at_once_one_counts(watch: Watch) -> None:
    partner = watch.add()
    assert partner.occurrence_id is not None
    outcomes: list[str] = []

    def click(person: str) -> None:
        try:
            with watch.database.write() as session:
                acknowledge(session, partner.occurrence_id or "", person, watch.clock.now(), version=1)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=click, args=((watch.amal, watch.bo)[n % 2],)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 19 + ["done"]
    with watch.database.read() as session:
        assert get(session, partner.occurrence_id).version == 2


def test_an_assessment_recorded_twice_counts_once_and_does_not_touch_the_next_date(watch: Watch) -> None:
    partner = watch.add()
    watch.record(occurrence_id=partner.occurrence_id, version=1)
    watch.clock.advance(timedelta(minutes=1))
    with pytest.raises(OccurrenceChanged, match="Already recorded by U-amal on 2026-03-02 at 08:00 UTC"):
        watch.record(by=watch.bo, occurrence_id=partner.occurrence_id, version=1)
    assert watch.partner().due_on == date(2026, 8, 29)


def test_a_snooze_must_be_in_the_future_and_within_a_year(watch: Watch) -> None:
    watch.add()
    with pytest.raises(UserError) as past:
        watch.snooze(date(2026, 3, 2))
    assert past.value.message == (
        "2026-03-02 is not in the future. Nothing was changed; choose a date after 2026-03-02."
    )
    with pytest.raises(UserError) as far:
        watch.snooze(date(2027, 3, 4))
    assert far.value.message == (
        "2027-03-04 is more than a year away. Nothing was changed; choose a date up to 2027-03-03."
    )


def test_there_is_at_most_one_open_occurrence_whatever_happens(watch: Watch) -> None:
    watch.add()
    for _ in range(3):
        watch.record()
        watch.clock.advance(timedelta(days=1))
    with watch.database.read() as session:
        rows = session.execute(select(OccurrenceRow.number, OccurrenceRow.state).order_by(OccurrenceRow.number)).all()
    assert [tuple(row) for row in rows] == [(1, "done"), (2, "done"), (3, "done"), (4, "open")]


def test_the_preview_says_what_will_be_said_and_writes_nothing(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20), cadence="30 days")
    with watch.database.read() as session:
        plans = preview(session, day(5, 1), now=watch.clock.now(), team_id=watch.team)
        assert session.scalars(select(OutboxRow)).all() == []
    assert [(f"{p.at:%m-%d}", p.stage, p.condition) for p in plans] == [
        ("03-06", "ahead", STILL_OPEN),
        ("03-20", "due", STILL_OPEN),
        ("03-27", "overdue7", STILL_OPEN),
        ("04-03", "overdue14", STILL_OPEN),
        ("04-05", "ahead", ON_TIME),
        ("04-19", "overdue30", STILL_OPEN),
        ("04-19", "due", ON_TIME),
    ]
    watch.until(day(5, 1))
    open_plans = [(f"{p.at:%m-%d}", p.stage) for p in plans if p.condition == STILL_OPEN]
    assert watch.said == open_plans
    assert [m.key for m in watch.slack.messages] == [p.key for p in plans if p.condition == STILL_OPEN]


def test_after_an_outage_the_preview_names_only_the_nudge_that_is_about_to_go(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20))
    watch.clock.set(day(3, 28))
    with watch.database.read() as session:
        plans = preview(session, day(4, 4), now=watch.clock.now())
    assert [p.stage for p in plans] == ["overdue7", "overdue14"]


def test_one_nudge_s_whole_story_is_told_by_the_beginning_of_its_key(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 2))
    watch.clock.set(day(3, 2))
    watch.slack.script = ["accepted, no reply"]
    watch.beat()
    watch.wait(minutes=1)
    watch.beat()
    key = watch.slack.messages[0].key
    with watch.database.read() as session:
        told = why(session, key[:8])
    assert (told.key, told.state, told.slack_ts, told.data["stage"]) == (
        key,
        "SENT",
        watch.slack.messages[0].ts,
        "due",
    )
    assert [(s.to_state, s.attempt, s.detail) for s in told.steps] == [
        ("PENDING", 0, None),
        ("SENDING", 1, None),
        ("UNKNOWN", 1, "no clear reply"),
        ("SENT", 1, "found in history"),
    ]


def test_a_nudge_that_does_not_exist_has_no_story(watch: Watch) -> None:
    with watch.database.read() as session, pytest.raises(NotFound, match="There is no nudge “12345678”"):
        why(session, "12345678")


def test_a_moved_time_zone_is_picked_up_by_the_nightly_refresh(watch: Watch) -> None:
    watch.add(assess_by=date(2026, 3, 20))
    with watch.database.write() as session:
        session.execute(update(SeriesRow).values(zone="Asia/Tokyo"))
    assert (watch.scanner.refresh(), watch.scanner.refresh()) == (1, 0)
    with watch.database.read() as session:
        assert session.scalar(select(SeriesRow.next_scan_at)) == datetime(2026, 3, 6, 0, tzinfo=UTC)


def test_a_warning_is_given_even_when_it_falls_due_at_the_moment_of_opening(watch: Watch) -> None:
    watch.clock.set(day(3, 2, 9))
    watch.add(assess_by=date(2026, 3, 16))
    watch.beat()
    assert watch.said == [("03-02", "ahead")]


def test_the_next_nudge_is_the_first_that_comes_if_nobody_does_anything(watch: Watch) -> None:
    def upcoming() -> tuple[datetime, str] | None:
        with watch.database.read() as session:
            nudge = next_nudge(session, watch.clock.now())
        return nudge and (nudge.at, nudge.stage)

    assert upcoming() is None
    watch.add("Border Guard", assess_by=date(2026, 3, 30))
    watch.add("River Guard", assess_by=date(2026, 3, 20))
    assert upcoming() == (day(3, 6, 9), "ahead")
    watch.until(day(3, 6, 9))
    assert upcoming() == (day(3, 16, 9), "ahead")
    watch.until(day(5, 30))
    assert upcoming() is None
