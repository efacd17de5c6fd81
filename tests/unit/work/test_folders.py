"""Every night once, by one replica, whatever dies; what was missed is made up; what was lost is told, not applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.work.folders import LEASE, FolderSync, Trouble, settled, troubles
from retrieval.database import Database
from tests.support.clock import ManualClock

ROOT = "/guidance"
BRUSSELS = ZoneInfo("Europe/Brussels")


@dataclass
class Errand:
    """A process that ends when the test says so."""

    root: str
    ended: tuple[str, str] | None = None
    stopped: bool = False

    def outcome(self) -> tuple[str, str] | None:
        return self.ended

    def stop(self) -> None:
        self.stopped = True


@dataclass
class Replica:
    database: Database
    clock: ManualClock
    name: str
    roots: list[str] = field(default_factory=lambda: [ROOT])
    errands: list[Errand] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sync = FolderSync(
            self.database,
            self.clock,
            self.name,
            at=time(3, 0),
            zone=BRUSSELS,
            roots=lambda: self.roots,
            start=self.start,
        )

    def start(self, root: str) -> Errand:
        self.errands.append(Errand(root))
        return self.errands[-1]

    def beats(self) -> int:
        """Beat once; how many processes were begun so far."""
        self.sync.beat()
        return len(self.errands)


def found(database: Database) -> list[Trouble]:
    with database.read() as session:
        return troubles(session)


@pytest.fixture
def one(database: Database, clock: ManualClock) -> Replica:
    replica = Replica(database, clock, "one")
    assert replica.beats() == 0  # a root just remembered was just read
    clock.advance(timedelta(days=1))
    return replica


def test_a_root_is_brought_in_line_once_a_night(one: Replica, clock: ManualClock) -> None:
    assert one.beats() == 1
    one.errands[0].ended = ("done", "2 added")
    assert [one.beats() for _ in range(3)] == [1, 1, 1]
    clock.advance(timedelta(days=1))
    assert one.beats() == 2


def test_nights_missed_are_made_up_by_one(one: Replica, clock: ManualClock) -> None:
    clock.advance(timedelta(days=9))
    assert one.beats() == 1
    one.errands[0].ended = ("done", "")
    assert [one.beats() for _ in range(2)] == [1, 1]


def test_of_two_replicas_one_does_it(one: Replica, clock: ManualClock) -> None:
    other = Replica(one.database, clock, "other")
    assert (one.beats(), other.beats()) == (1, 0)
    clock.advance(LEASE - timedelta(seconds=1))
    assert (one.beats(), other.beats()) == (1, 0)
    clock.advance(LEASE - timedelta(seconds=1))
    assert other.beats() == 0  # the claim was renewed


def test_a_replica_without_the_folder_leaves_it_to_another(one: Replica, clock: ManualClock) -> None:
    bare = Replica(one.database, clock, "bare", roots=[])
    assert (bare.beats(), one.beats()) == (0, 1)


def test_what_a_dead_replica_had_begun_is_taken_up_and_given_up_after_three_times(
    one: Replica, clock: ManualClock
) -> None:
    assert one.beats() == 1
    for number in range(2, 6):
        clock.advance(LEASE)
        successor = Replica(one.database, clock, f"replica-{number}")
        assert successor.beats() == (1 if number <= 3 else 0)
    assert found(one.database) == [Trouble(ROOT, "failed", "It was begun and never finished.")]
    clock.advance(timedelta(days=1))
    assert Replica(one.database, clock, "next-night").beats() == 1


def test_a_replica_that_stops_hands_over_at_once(one: Replica, clock: ManualClock) -> None:
    assert one.beats() == 1
    one.sync.stop()
    assert one.errands[0].stopped
    assert Replica(one.database, clock, "other").beats() == 1


def test_what_failed_is_tried_again_three_times_a_night(one: Replica, clock: ManualClock) -> None:
    begun = []
    for _ in range(8):
        begun.append(one.beats())
        one.errands[-1].ended = ("failed", "The disk is full.")
        one.beats()
        clock.advance(timedelta(minutes=15))
    assert begun == [1, 2, 3, 3, 3, 3, 3, 3]
    assert found(one.database) == [Trouble(ROOT, "failed", "The disk is full.")]


def test_a_loss_is_told_until_somebody_looks(
    one: Replica, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    one.beats()
    one.errands[0].ended = ("withheld", "5 of 6 are gone.")
    clock.advance(timedelta(hours=3))
    assert one.beats() == 1  # not tried again this night
    assert found(one.database) == [Trouble(ROOT, "withheld", "5 of 6 are gone.")]
    assert [record.getMessage() for record in caplog.records] == [
        "a folder was not brought in line (withheld); `proviso doctor` says which and why"
    ]
    with one.database.write() as session:
        settled(session, [ROOT])
    assert found(one.database) == []


def test_roots_take_turns(one: Replica) -> None:
    one.roots.append("/more")
    assert one.beats() == 1
    assert one.beats() == 1
    one.errands[0].ended = ("done", "")
    one.clock.advance(timedelta(days=1))
    one.beats()
    one.errands[1].ended = ("done", "")
    one.beats()
    assert [errand.root for errand in one.errands] == [ROOT, ROOT, "/more"]


def test_a_clock_set_back_brings_no_night_twice(one: Replica, clock: ManualClock) -> None:
    one.beats()
    one.errands[0].ended = ("done", "")
    one.beats()
    clock.advance(-timedelta(days=3))
    assert one.beats() == 1


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        (datetime(2026, 1, 10, 1, 59, tzinfo=UTC), date(2026, 1, 9)),
        (datetime(2026, 1, 10, 2, 0, tzinfo=UTC), date(2026, 1, 10)),
        (datetime(2026, 7, 10, 0, 59, tzinfo=UTC), date(2026, 7, 9)),
        (datetime(2026, 7, 10, 1, 0, tzinfo=UTC), date(2026, 7, 10)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 28)),  # the hour before summer time begins
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 29)),
    ],
)
def test_the_hour_is_that_of_the_zone(one: Replica, moment: datetime, night: date) -> None:
    assert one.sync.night(moment) == night
