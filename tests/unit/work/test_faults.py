"""Every named point, once with the process gone and once with an exception: the answer and the nudge are seen once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.reminders.scan import Scanner
from bot.work.faults import POINTS, armed, fault
from bot.work.inbox import DONE, Inbox, Received
from bot.work.kinds import ANSWER
from bot.work.outbox import Post, post_key
from bot.work.tables import InboxRow
from bot.work.workers import WorkerPool
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.simulation import Crash
from tests.support.watch import Watch


def answer(received: Received) -> Sequence[Post]:
    return [Post(ANSWER, post_key(received.key), received.team_id, "C2", None, "answer", {"text": received.key})]


class Story:
    """A question, a nudge, and a post whose sender has died; run on until all three are through."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.watch = Watch(database, clock)
        self.watch.put("left behind", channel="C3")
        assert self.watch.sender("dead")._claims.take() is not None
        self.watch.add(assess_by=date(2026, 3, 2))
        clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.watch.slack.script = ["accepted, no reply"]
        self.acknowledged = False

    def run(self, strike: Callable[[str], None]) -> None:
        for _ in range(8):
            for step in self._steps():
                try:
                    with armed(strike):
                        step()
                except (Crash, RuntimeError):
                    pass
            self.watch.clock.advance(timedelta(minutes=6))

    def _steps(self) -> list[Callable[[], object]]:
        database, clock = self.watch.database, self.watch.clock
        sender = self.watch.sender("again")
        pool = WorkerPool(Inbox(database, clock), {"mention": answer})
        return [self._deliver, Scanner(database, clock).scan, pool.run_once, sender.send_due, sender.reconcile]

    def _deliver(self) -> None:
        # Slack delivers an event again until it is acknowledged.
        if not self.acknowledged:
            Inbox(self.watch.database, self.watch.clock).receive("mention", "Ev1", {}, "team")
            self.acknowledged = True


@pytest.mark.parametrize("kind", [Crash, RuntimeError], ids=["process gone", "exception"])
@pytest.mark.parametrize("point", POINTS)
def test_whatever_happens_at_this_point_everything_is_seen_once(
    sqlite_database: Database, clock: ManualClock, point: str, kind: type[BaseException]
) -> None:
    passed = 0

    def strike(name: str) -> None:
        nonlocal passed
        if name == point:
            passed += 1
            if passed == 1:
                raise kind

    story = Story(sqlite_database, clock)
    story.run(strike)
    assert passed >= 1
    seen = sorted(m.data.get("text") or m.data["stage"] for m in story.watch.slack.messages)
    assert seen == ["Ev1", "due", "left behind"]
    with sqlite_database.read() as session:
        assert session.scalars(select(InboxRow.state)).all() == [DONE]


def test_a_point_that_is_not_armed_does_nothing() -> None:
    with armed(lambda _: pytest.fail("struck")):
        pass
    fault("post.before")
