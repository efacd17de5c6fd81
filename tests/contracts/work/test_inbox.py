"""The inbox: each event once, to exactly one end, on each database."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.work.inbox import Inbox, Received
from bot.work.kinds import ANSWER
from bot.work.outbox import Post, counts, post_key
from bot.work.tables import InboxRow, OutboxRow
from bot.work.workers import WorkerPool
from retrieval.database import Database
from tests.support.clock import ManualClock

BODY = {"text": "May we share this?"}


def post(name: str, view: str = "answer") -> Post:
    return Post(ANSWER, post_key(name), "team", "C1", "1.0", view, {"text": name})


def rows(database: Database) -> list[tuple[str, int, object]]:
    with database.read() as session:
        query = select(InboxRow.state, InboxRow.attempt, InboxRow.body)
        return [tuple(row) for row in session.execute(query)]


def posted(database: Database) -> list[str]:
    with database.read() as session:
        return [row.view for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


@pytest.fixture
def inbox(database: Database, clock: ManualClock) -> Inbox:
    return Inbox(database, clock)


def test_a_redelivered_event_is_received_once_and_kinds_are_told_apart(inbox: Inbox, database: Database) -> None:
    received = [inbox.receive(kind, "Ev1", BODY, "team") for kind in ("mention", "mention", "click")]
    assert received == [True, False, True]
    assert rows(database) == [("new", 0, BODY), ("new", 0, BODY)]


def test_ten_deliveries_at_once_are_one_event(inbox: Inbox) -> None:
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda: results.append(inbox.receive("mention", "Ev1", BODY, "team")))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 9 + [True]


def test_an_event_is_leased_to_one_worker_and_the_oldest_first(inbox: Inbox, clock: ManualClock) -> None:
    inbox.receive("mention", "Ev1", BODY, "team")
    clock.advance(timedelta(seconds=1))
    inbox.receive("mention", "Ev2", {}, "team")
    leases = [inbox.lease(worker) for worker in ("one", "two", "three")]
    assert [(r.key, r.body, r.team_id, r.attempt, r.worker) for r in leases if r] == [
        ("Ev1", BODY, "team", 1, "one"),
        ("Ev2", {}, "team", 1, "two"),
    ]


def test_a_pool_is_given_only_the_kinds_it_handles(inbox: Inbox) -> None:
    inbox.receive("click", "Ev1", BODY, "team")
    assert inbox.lease("one", ["mention"]) is None
    assert inbox.lease("one", ["click"]) is not None


def test_finishing_posts_and_erases_the_question_at_once(inbox: Inbox, database: Database) -> None:
    inbox.receive("mention", "Ev1", BODY, "team")
    received = inbox.lease("one")
    assert received is not None
    assert inbox.finish(received, [post("answer")])
    assert rows(database) == [("done", 1, None)]
    assert posted(database) == ["answer"]
    assert not inbox.receive("mention", "Ev1", BODY, "team")


def test_the_work_of_a_dead_worker_is_taken_up_and_its_late_answer_is_dropped(
    inbox: Inbox, database: Database, clock: ManualClock
) -> None:
    inbox.receive("mention", "Ev1", BODY, "team")
    first = inbox.lease("one")
    clock.advance(timedelta(seconds=9))
    assert inbox.lease("two") is None
    clock.advance(timedelta(seconds=1))
    second = inbox.lease("two")
    assert first is not None
    assert second is not None
    assert second.attempt == 2
    assert inbox.finish(second, [post("second")])
    assert not inbox.finish(first, [post("first", view="late")])
    assert posted(database) == ["answer"]


def test_a_renewed_lease_holds(inbox: Inbox, clock: ManualClock) -> None:
    inbox.receive("mention", "Ev1", BODY, "team")
    received = inbox.lease("one")
    assert received is not None
    for _ in range(5):
        clock.advance(timedelta(seconds=20))
        assert inbox.renew(received)
        assert inbox.lease("two") is None


@pytest.mark.parametrize("released", [True, False])
def test_a_clock_set_back_strands_neither_an_event_given_back_nor_a_dead_workers(
    inbox: Inbox, clock: ManualClock, released: bool
) -> None:
    inbox.receive("mention", "Ev1", BODY, "team")
    received = inbox.lease("one")
    assert received is not None
    if released:
        inbox.release(received, "RuntimeError")
    clock.advance(timedelta(days=-30))
    again = inbox.lease("two")
    assert again is not None
    assert again.attempt == 2
    assert inbox.lease("three") is None


def handled(pool: WorkerPool, clock: ManualClock, times: int = 12) -> None:
    for _ in range(times):
        pool.run_once()
        clock.advance(timedelta(minutes=1))


def test_a_handler_that_fails_is_called_again_later_and_then_answers(
    inbox: Inbox, database: Database, clock: ManualClock
) -> None:
    attempts: list[int] = []

    def handler(received: Received) -> Sequence[Post]:
        attempts.append(received.attempt)
        if len(attempts) < 3:
            raise RuntimeError
        return [post("answer")]

    inbox.receive("mention", "Ev1", BODY, "team")
    handled(WorkerPool(inbox, {"mention": handler}), clock)
    assert (attempts, rows(database), posted(database)) == ([1, 2, 3], [("done", 3, None)], ["answer"])


def test_a_poison_event_ends_visibly_as_failed_after_five_attempts(
    inbox: Inbox, database: Database, clock: ManualClock
) -> None:
    attempts: list[int] = []

    def handler(received: Received) -> Sequence[Post]:
        attempts.append(received.attempt)
        raise RuntimeError

    def failure(received: Received) -> Sequence[Post]:
        return [post(received.key, view="failed")]

    inbox.receive("mention", "Ev1", BODY, "team")
    handled(WorkerPool(inbox, {"mention": handler}, failures={"mention": failure}), clock)
    assert (attempts, rows(database)) == ([1, 2, 3, 4, 5], [("failed", 5, None)])
    assert posted(database) == ["failed"]


def test_an_event_that_kills_its_workers_ends_visibly_without_being_handled_again(
    inbox: Inbox, database: Database, clock: ManualClock
) -> None:
    def handler(received: Received) -> Sequence[Post]:
        raise KeyboardInterrupt

    inbox.receive("mention", "Ev1", BODY, "team")
    pool = WorkerPool(
        inbox, {"mention": handler}, failures={"mention": lambda received: [post(received.key, view="failed")]}
    )
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            pool.run_once()
        clock.advance(timedelta(minutes=1))
    assert pool.run_once()
    assert (rows(database), posted(database)) == ([("failed", 6, None)], ["failed"])


def test_even_a_failure_that_fails_brings_the_event_to_its_end(
    inbox: Inbox, database: Database, clock: ManualClock
) -> None:
    def broken(received: Received) -> Sequence[Post]:
        raise RuntimeError

    inbox.receive("mention", "Ev1", BODY, "team")
    handled(WorkerPool(inbox, {"mention": broken}, failures={"mention": broken}), clock)
    assert (rows(database), posted(database)) == ([("failed", 5, None)], [])


def test_ten_workers_answer_each_of_thirty_events_once(inbox: Inbox, database: Database) -> None:
    for number in range(30):
        inbox.receive("mention", f"Ev{number}", BODY, "team")
    pool = WorkerPool(inbox, {"mention": lambda received: [post(received.key)]})

    def work(worker: str) -> None:
        while pool.run_once(worker):
            pass

    threads = [threading.Thread(target=work, args=(f"worker-{n}",)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work("last")
    with database.read() as session:
        assert counts(session) == {"PENDING": 30}
