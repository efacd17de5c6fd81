"""The scheduler: it beats although jobs fail, and only what ran to its end counts as healthy."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from bot.work.schedule import Beat, Job, Scheduler
from retrieval.database import Database
from tests.support.clock import ManualClock


def broken() -> None:
    raise ValueError("what a planner asked")


def test_every_job_runs_at_the_start_and_at_its_period(sqlite_database: Database, clock: ManualClock) -> None:
    thrice = threading.Semaphore(0)
    scheduler = Scheduler([Job("scan", 0.05, thrice.release)], sqlite_database, clock)
    scheduler.start()
    assert all(thrice.acquire(timeout=10) for _ in range(3))
    scheduler.stop()


def test_jobs_go_on_after_the_clock_was_set_back(sqlite_database: Database, clock: ManualClock) -> None:
    ran = threading.Semaphore(0)
    scheduler = Scheduler([Job("scan", 3600, ran.release)], sqlite_database, clock)
    scheduler.start()
    assert ran.acquire(timeout=10)
    scheduler.catch_up()
    assert not ran.acquire(timeout=0.2)
    library = scheduler._scheduler
    assert library is not None
    # As the library sees it when the clock goes back by a day.
    library.modify_job("scan", next_run_time=datetime.now(UTC) + timedelta(days=1))
    scheduler.catch_up()
    assert ran.acquire(timeout=10)
    scheduler.stop()


def test_a_job_that_fails_is_tried_again_and_the_others_go_on(sqlite_database: Database, clock: ManualClock) -> None:
    twice, others = threading.Semaphore(0), threading.Semaphore(0)

    def failing() -> None:
        twice.release()
        raise ValueError

    jobs = [Job("scan", 0.05, failing), Job("send", 0.05, others.release)]
    scheduler = Scheduler(jobs, sqlite_database, clock)
    scheduler.start()
    assert all(semaphore.acquire(timeout=10) for semaphore in (twice, twice, others, others))
    scheduler.stop()


def test_health_tells_jobs_that_ran_from_those_that_did_not(
    sqlite_database: Database, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [Job("scan", 30, lambda: None), Job("send", 2, broken), Job("sweep", 3600, lambda: None)]
    scheduler = Scheduler(jobs, sqlite_database, clock)
    began = clock.now()
    assert [scheduler.run(job.name) for job in jobs[:2]] == [True, False]
    clock.advance(timedelta(seconds=89))
    assert scheduler.health(clock.now()) == [
        Beat("scan", 30, began, ok=True),
        Beat("send", 2, None, ok=False),
        Beat("sweep", 3600, None, ok=False),
    ]
    clock.advance(timedelta(seconds=1))
    assert scheduler.health(clock.now())[0] == Beat("scan", 30, began, ok=False)
    assert [record.getMessage() for record in caplog.records] == ["job send: ValueError"]


def test_a_beat_from_before_the_clock_was_set_back_is_no_sign_of_health(
    sqlite_database: Database, clock: ManualClock
) -> None:
    scheduler = Scheduler([Job("scan", 30, lambda: None)], sqlite_database, clock)
    scheduler.run("scan")
    healthy = []
    for seconds in (-89, -1):
        clock.advance(timedelta(seconds=seconds))
        healthy.append(scheduler.health(clock.now())[0].ok)
    scheduler.run("scan")
    assert [*healthy, scheduler.health(clock.now())[0].ok] == [True, False, True]


def test_a_beat_on_any_replica_counts(sqlite_database: Database, clock: ManualClock) -> None:
    jobs = [Job("scan", 30, lambda: None)]
    Scheduler(jobs, sqlite_database, clock, "one").run("scan")
    clock.advance(timedelta(seconds=10))
    Scheduler(jobs, sqlite_database, clock, "two").run("scan")
    assert Scheduler(jobs, sqlite_database, clock, "three").health(clock.now())[0].last_ok == clock.now()


def test_stopping_twice_or_before_the_start_is_harmless(sqlite_database: Database, clock: ManualClock) -> None:
    scheduler = Scheduler([], sqlite_database, clock)
    scheduler.stop()
    scheduler.start()
    scheduler.stop()
    scheduler.stop()
