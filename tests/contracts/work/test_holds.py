"""Too many requests: the whole workspace waits as long as Slack asks, in every replica."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.work.destinations import is_held
from bot.work.kinds import NUDGE
from bot.work.notifier import Ambiguous, OutgoingPost, RateLimited
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice


@pytest.fixture
def office(database: Database, clock: ManualClock) -> PostOffice:
    return PostOffice(database, clock)


def held(office: PostOffice) -> bool:
    with office.database.read() as session:
        return is_held(session, office.clock.now())


class Limited:
    """A Slack that takes nothing until a moment, and says each time how long that is."""

    def __init__(self, office: PostOffice, seconds: float) -> None:
        self.office, self.calls, self.accept = office, 0, office.slack.post
        self.until = office.clock.now() + timedelta(seconds=seconds)

    def post(self, post: OutgoingPost) -> str:
        self.calls += 1
        left = (self.until - self.office.clock.now()).total_seconds()
        if left > 0:
            raise RateLimited(left)
        return self.accept(post)


def test_a_burst_of_120_messages_makes_a_call_or_two_while_slack_asks_to_wait(office: PostOffice) -> None:
    for number in range(120):
        office.put(str(number), channel=f"C{number % 12}", kind=NUDGE)
    limited = Limited(office, 15)
    office.slack.post = limited.post  # type: ignore[method-assign]  # the fake is to refuse for a while
    replicas = [office.first, office.sender("second"), office.sender("third")]
    for _ in range(15):
        for replica in replicas:
            replica.send_due()
        office.wait(seconds=1)
    assert limited.calls <= 3
    for _ in range(16):
        for replica in replicas:
            replica.send_due()
        office.wait(seconds=1)
    assert sorted(office.seen, key=int) == [str(number) for number in range(120)]


def test_after_the_wait_everything_goes_on_and_a_shorter_wish_does_not_end_a_longer_one(office: PostOffice) -> None:
    office.put("a")
    office.put("b", channel="C2")
    claims = [office.first._claims.take(), office.sender("second")._claims.take()]
    for claim, seconds in zip(claims, (60, 5), strict=True):
        assert claim is not None
        office.first._outcomes.limited(claim, seconds)
    office.wait(seconds=59)
    assert held(office)
    assert office.first.send_due() == 0
    office.wait(seconds=1)
    assert not held(office)
    assert office.first.send_due() == 2


def test_nothing_is_looked_up_while_slack_asks_to_wait(office: PostOffice) -> None:
    office.put("a")
    office.put("b", channel="C2")
    office.slack.script = [Ambiguous(), RateLimited(30)]
    office.first.send_due()
    office.wait(seconds=29)
    office.first.reconcile()
    assert office.slack.looks == 0
    office.wait(seconds=1)
    office.first.reconcile()
    assert office.slack.looks == 1


def test_a_clock_set_back_does_not_prolong_the_wait(office: PostOffice) -> None:
    office.put()
    office.slack.script = [RateLimited(15)]
    office.first.send_due()
    office.wait(days=-30)
    assert not held(office)
    assert office.first.send_due() == 1


def test_a_wait_without_a_length_is_a_growing_pause_for_everybody(office: PostOffice) -> None:
    office.put("a")
    office.put("b", channel="C2")
    office.slack.script = [RateLimited(None)]
    assert office.first.send_due() == 1
    office.wait(seconds=4)
    assert office.first.send_due() == 0
    office.wait(seconds=1)
    assert office.first.send_due() == 2
