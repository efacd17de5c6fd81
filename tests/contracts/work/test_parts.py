"""A message that is too long goes in two parts, in order, each posted once; the last resort is a short line."""

from __future__ import annotations

import pytest

from bot.work.faults import armed
from bot.work.kinds import NUDGE
from bot.work.notifier import Ambiguous, Malformed, OutgoingPost, TooLong
from bot.work.outbox import post_key
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import Desk


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(database, clock)


def parts(desk: Desk) -> list[tuple[int, str]]:
    return [(message.part, message.form) for message in desk.slack.messages]


def test_a_post_too_long_is_posted_in_two_parts_in_order(desk: Desk) -> None:
    first = desk.put()
    desk.slack.script = [TooLong("msg_too_long")]
    assert desk.first.send_due() == 3
    assert parts(desk) == [(1, "full"), (2, "full")]
    assert [message.key for message in desk.slack.messages] == [first, post_key(first, "part", 2)]
    assert desk.steps(first)[2:] == [
        ("SENDING", "PENDING", "msg_too_long"),
        ("PENDING", "SENDING", None),
        ("SENDING", "SENT", None),
    ]


def test_the_second_part_waits_until_it_is_known_that_the_first_was_posted(desk: Desk) -> None:
    first = desk.put()
    desk.slack.script = [TooLong("msg_blocks_too_long"), "accepted, no reply"]
    assert desk.first.send_due() == 2
    desk.wait(seconds=10)
    assert (desk.first.send_due(), desk.state(first)) == (0, "UNKNOWN")
    desk.first.reconcile()
    desk.first.send_due()
    assert (parts(desk), desk.slack.copies()[first]) == ([(1, "full"), (2, "full")], 1)


def test_each_part_is_looked_for_by_its_own_key(desk: Desk) -> None:
    desk.put()
    desk.slack.script = [TooLong("msg_too_long"), "post", "accepted, no reply"]
    desk.first.send_due()
    desk.wait(seconds=10)
    desk.first.reconcile()
    desk.first.send_due()
    assert parts(desk) == [(1, "full"), (2, "full")]


def test_a_part_that_is_still_too_long_is_replaced_by_a_line_that_says_so(desk: Desk) -> None:
    desk.put()
    desk.slack.script = [TooLong("msg_too_long"), TooLong("msg_too_long")]
    desk.first.send_due()
    assert parts(desk) == [(1, "short"), (2, "full")]


def test_text_alone_may_be_too_long_as_well(desk: Desk) -> None:
    desk.put()
    desk.slack.script = [Malformed("invalid_blocks"), TooLong("msg_too_long")]
    desk.first.send_due()
    assert parts(desk) == [(1, "plain"), (2, "plain")]


def test_what_only_one_person_sees_is_not_taken_apart(desk: Desk) -> None:
    desk.put(ephemeral_user="U1")
    desk.slack.script = [TooLong("msg_too_long")]
    desk.first.send_due()
    assert parts(desk) == [(0, "short")]


@pytest.mark.parametrize("point", ["finish.before_commit", "claim.before_commit", "claim.after_commit", "post.after"])
def test_death_in_the_middle_loses_and_doubles_no_part(desk: Desk, point: str) -> None:
    class Death(BaseException):
        pass

    armed_points = [point]

    def strike(passed: str) -> None:
        if armed_points and passed == armed_points[0]:
            armed_points.clear()
            raise Death

    desk.put(kind=NUDGE)
    desk.slack.post = TakesParts(desk).post  # type: ignore[method-assign]  # the fake is to refuse the whole
    with pytest.raises(Death), armed(strike):
        desk.first.send_due()
    for _ in range(4):
        desk.wait(seconds=301)
        desk.first.reconcile()
        desk.first.send_due()
    assert parts(desk) == [(1, "full"), (2, "full")]


class TakesParts:
    """A Slack to which every whole message is too long."""

    def __init__(self, desk: Desk) -> None:
        self.accept = desk.slack.post

    def post(self, post: OutgoingPost) -> str:
        if not post.part:
            raise TooLong("msg_too_long")
        return self.accept(post)


def test_an_unclear_first_part_that_never_arrived_still_comes_before_the_second(desk: Desk) -> None:
    desk.put()
    desk.slack.script = [TooLong("msg_too_long"), Ambiguous()]
    for _ in range(4):
        desk.first.send_due()
        desk.wait(seconds=70)
        desk.first.reconcile()
    assert parts(desk) == [(1, "full"), (2, "full")]
