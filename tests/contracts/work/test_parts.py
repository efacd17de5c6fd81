"""A message that is too long goes in two parts, in order, each posted once; the last resort is a short line."""

from __future__ import annotations

import pytest

from bot.work.faults import armed
from bot.work.kinds import NUDGE
from bot.work.notifier import Ambiguous, Malformed, OutgoingPost, TooLong
from bot.work.outbox import post_key
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice


@pytest.fixture
def office(database: Database, clock: ManualClock) -> PostOffice:
    return PostOffice(database, clock)


def parts(office: PostOffice) -> list[tuple[int, str]]:
    return [(message.part, message.form) for message in office.slack.messages]


def test_a_post_too_long_is_posted_in_two_parts_in_order(office: PostOffice) -> None:
    first = office.put()
    office.slack.script = [TooLong("msg_too_long")]
    assert office.first.send_due() == 3
    assert parts(office) == [(1, "full"), (2, "full")]
    assert [message.key for message in office.slack.messages] == [first, post_key(first, "part", 2)]
    assert office.steps(first)[2:] == [
        ("SENDING", "PENDING", "msg_too_long"),
        ("PENDING", "SENDING", None),
        ("SENDING", "SENT", None),
    ]


def test_the_second_part_waits_until_it_is_known_that_the_first_was_posted(office: PostOffice) -> None:
    first = office.put()
    office.slack.script = [TooLong("msg_blocks_too_long"), "accepted, no reply"]
    assert office.first.send_due() == 2
    office.wait(seconds=10)
    assert (office.first.send_due(), office.state(first)) == (0, "UNKNOWN")
    office.first.reconcile()
    office.first.send_due()
    assert (parts(office), office.slack.copies()[first]) == ([(1, "full"), (2, "full")], 1)


def test_each_part_is_looked_for_by_its_own_key(office: PostOffice) -> None:
    office.put()
    office.slack.script = [TooLong("msg_too_long"), "post", "accepted, no reply"]
    office.first.send_due()
    office.wait(seconds=10)
    office.first.reconcile()
    office.first.send_due()
    assert parts(office) == [(1, "full"), (2, "full")]


def test_a_part_that_is_still_too_long_is_replaced_by_a_line_that_says_so(office: PostOffice) -> None:
    office.put()
    office.slack.script = [TooLong("msg_too_long"), TooLong("msg_too_long")]
    office.first.send_due()
    assert parts(office) == [(1, "short"), (2, "full")]


def test_text_alone_may_be_too_long_as_well(office: PostOffice) -> None:
    office.put()
    office.slack.script = [Malformed("invalid_blocks"), TooLong("msg_too_long")]
    office.first.send_due()
    assert parts(office) == [(1, "plain"), (2, "plain")]


def test_what_only_one_person_sees_is_not_taken_apart(office: PostOffice) -> None:
    office.put(ephemeral_user="U1")
    office.slack.script = [TooLong("msg_too_long")]
    office.first.send_due()
    assert parts(office) == [(0, "short")]


@pytest.mark.parametrize("point", ["finish.before_commit", "claim.before_commit", "claim.after_commit", "post.after"])
def test_death_in_the_middle_loses_and_doubles_no_part(office: PostOffice, point: str) -> None:
    class Death(BaseException):
        pass

    armed_points = [point]

    def strike(passed: str) -> None:
        if armed_points and passed == armed_points[0]:
            armed_points.clear()
            raise Death

    office.put(kind=NUDGE)
    office.slack.post = TakesParts(office).post  # type: ignore[method-assign]  # the fake is to refuse the whole
    with pytest.raises(Death), armed(strike):
        office.first.send_due()
    for _ in range(4):
        office.wait(seconds=301)
        office.first.reconcile()
        office.first.send_due()
    assert parts(office) == [(1, "full"), (2, "full")]


class TakesParts:
    """A Slack to which every whole message is too long."""

    def __init__(self, office: PostOffice) -> None:
        self.accept = office.slack.post

    def post(self, post: OutgoingPost) -> str:
        if not post.part:
            raise TooLong("msg_too_long")
        return self.accept(post)


def test_an_unclear_first_part_that_never_arrived_still_comes_before_the_second(office: PostOffice) -> None:
    office.put()
    office.slack.script = [TooLong("msg_too_long"), Ambiguous()]
    for _ in range(4):
        office.first.send_due()
        office.wait(seconds=70)
        office.first.reconcile()
    assert parts(office) == [(1, "full"), (2, "full")]
