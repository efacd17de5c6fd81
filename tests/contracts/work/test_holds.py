"""Too many requests: the whole workspace waits as long as Slack asks, in every replica."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.work.destinations import is_held
from bot.work.kinds import NUDGE
from bot.work.notifier import Ambiguous, OutgoingPost, RateLimited
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import Desk


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(database, clock)


def held(desk: Desk) -> bool:
    with desk.database.read() as session:
        return is_held(session, desk.clock.now())


class Limited:
    """A Slack that takes nothing until a moment, and says each time how long that is."""

    def __init__(self, desk: Desk, seconds: float) -> None:
        self.desk, self.calls, self.accept = desk, 0, desk.slack.post
        self.until = desk.clock.now() + timedelta(seconds=seconds)

    def post(self, post: OutgoingPost) -> str:
        self.calls += 1
        left = (self.until - self.desk.clock.now()).total_seconds()
        if left > 0:
            raise RateLimited(left)
        return self.accept(post)


def test_a_burst_of_300_messages_makes_a_call_or_two_while_slack_asks_to_wait(desk: Desk) -> None:
    for number in range(300):
        desk.put(str(number), channel=f"C{number % 12}", kind=NUDGE)
    limited = Limited(desk, 15)
    desk.slack.post = limited.post  # type: ignore[method-assign]  # the fake is to refuse for a while
    replicas = [desk.first, desk.sender("second"), desk.sender("third")]
    for _ in range(15):
        for replica in replicas:
            replica.send_due()
        desk.wait(seconds=1)
    assert limited.calls <= 3
    for _ in range(40):
        for replica in replicas:
            replica.send_due()
        desk.wait(seconds=1)
    assert sorted(desk.seen, key=int) == [str(number) for number in range(300)]


def test_after_the_wait_everything_goes_on_and_a_shorter_wish_does_not_end_a_longer_one(desk: Desk) -> None:
    desk.put("a")
    desk.put("b", channel="C2")
    claims = [desk.first._claims.take(), desk.sender("second")._claims.take()]
    for claim, seconds in zip(claims, (60, 5), strict=True):
        assert claim is not None
        desk.first._outcomes.limited(claim, seconds)
    desk.wait(seconds=59)
    assert held(desk)
    assert desk.first.send_due() == 0
    desk.wait(seconds=1)
    assert not held(desk)
    assert desk.first.send_due() == 2


def test_nothing_is_looked_up_while_slack_asks_to_wait(desk: Desk) -> None:
    desk.put("a")
    desk.put("b", channel="C2")
    desk.slack.script = [Ambiguous(), RateLimited(30)]
    desk.first.send_due()
    desk.wait(seconds=29)
    desk.first.reconcile()
    assert desk.slack.looks == 0
    desk.wait(seconds=1)
    desk.first.reconcile()
    assert desk.slack.looks == 1


def test_a_clock_set_back_does_not_prolong_the_wait(desk: Desk) -> None:
    desk.put()
    desk.slack.script = [RateLimited(15)]
    desk.first.send_due()
    desk.wait(days=-30)
    assert not held(desk)
    assert desk.first.send_due() == 1


def test_a_wait_without_a_length_is_a_growing_pause_for_everybody(desk: Desk) -> None:
    desk.put("a")
    desk.put("b", channel="C2")
    desk.slack.script = [RateLimited(None)]
    assert desk.first.send_due() == 1
    desk.wait(seconds=4)
    assert desk.first.send_due() == 0
    desk.wait(seconds=1)
    assert desk.first.send_due() == 2
