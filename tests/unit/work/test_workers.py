"""Threads that handle events and send posts: woken at once, keeping leases, ending when told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from bot.work.inbox import Inbox, Received
from bot.work.kinds import ANSWER
from bot.work.loops import WakingLoop
from bot.work.outbox import Post, counts, post_key
from bot.work.workers import WorkerPool
from retrieval.database import Database
from retrieval.ports import SystemClock
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice

LONG = 60.0


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def answer(received: Received) -> Sequence[Post]:
    return [Post(ANSWER, post_key(received.key), received.team_id, "C1", None, "answer", {"text": received.key})]


def test_an_event_is_answered_at_once_although_nobody_polls(sqlite_database: Database, clock: ManualClock) -> None:
    office = PostOffice(sqlite_database, clock)
    sending = WakingLoop("send", office.first.send_due, LONG)
    inbox = Inbox(sqlite_database, SystemClock(), on_posts=sending.wake)
    pool = WorkerPool(inbox, {"mention": answer}, 2, poll_seconds=LONG)
    inbox.on_receive = pool.wake
    clock.set(SystemClock().now() + timedelta(days=1))
    pool.start()
    sending.start()
    time.sleep(0.3)
    inbox.receive("mention", "Ev1", {}, "team")
    assert wait_for(lambda: office.seen == ["Ev1"])
    pool.stop()
    sending.stop()


def test_a_lease_is_kept_while_the_handler_runs(sqlite_database: Database) -> None:
    release, attempts = threading.Event(), []

    def slow(received: Received) -> Sequence[Post]:
        attempts.append(received.attempt)
        release.wait(10)
        return answer(received)

    inbox = Inbox(sqlite_database, SystemClock(), lease=timedelta(seconds=0.9))
    pool = WorkerPool(inbox, {"mention": slow}, 3, poll_seconds=0.05)
    inbox.receive("mention", "Ev1", {}, "team")
    pool.start()
    time.sleep(2.5)
    release.set()
    pool.stop()
    with sqlite_database.read() as session:
        assert (attempts, counts(session)) == ([1], {"PENDING": 1})


def test_a_loop_survives_an_exception_and_logs_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    def step() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("what a planner asked")
        return 0

    loop = WakingLoop("work", step, 0.01)
    loop.start()
    assert wait_for(lambda: len(calls) > 3)
    loop.stop()
    assert [record.getMessage() for record in caplog.records] == ["work: ValueError"]


def test_a_failing_handler_leaves_nothing_of_the_question_in_the_log(
    sqlite_database: Database, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(received: Received) -> Sequence[Post]:
        raise ValueError(received.body["text"])

    inbox = Inbox(sqlite_database, clock)
    inbox.receive("mention", "Ev1", {"text": "secret plan"}, "team")
    WorkerPool(inbox, {"mention": broken}).run_once()
    assert [record.getMessage() for record in caplog.records] == ["mention, attempt 1: ValueError"]
    assert "secret" not in caplog.text


def test_a_loop_woken_during_a_step_looks_again() -> None:
    begun, go_on, steps = threading.Event(), threading.Event(), []

    def step() -> int:
        steps.append(1)
        begun.set()
        go_on.wait(5)
        return 0

    loop = WakingLoop("work", step, LONG)
    loop.start()
    begun.wait(5)
    loop.wake()
    go_on.set()
    assert wait_for(lambda: len(steps) == 2)
    loop.stop()
