"""The one outbox: every way a post can go, on each database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot import doctor
from bot.work.destinations import blocked
from bot.work.faults import armed
from bot.work.kinds import ANSWER, NOTICE, NUDGE, PostKind
from bot.work.notifier import (
    Ambiguous,
    CredentialsBlocked,
    DestinationBlocked,
    HistoryUnreadable,
    Malformed,
    OutgoingPost,
    Refused,
)
from bot.work.outbox import Post, counts, enqueue, lacking_scopes, post_key, record_superseded, supersede
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import Desk


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(database, clock)


def test_a_post_goes_out_once_and_its_story_is_kept(desk: Desk) -> None:
    key = desk.put()
    assert (desk.first.send_due(), desk.first.send_due()) == (1, 0)
    assert desk.seen == ["a"]
    assert desk.steps(key) == [(None, "PENDING", None), ("PENDING", "SENDING", None), ("SENDING", "SENT", None)]
    assert desk.row(key).slack_ts == desk.slack.messages[0].ts


def test_the_same_key_is_enqueued_once_and_what_was_frozen_first_stays(desk: Desk) -> None:
    key = desk.put()
    with desk.database.write() as session:
        assert not enqueue(session, Post(ANSWER, key, "team", "C2", None, "answer", {"text": "b"}), desk.clock.now())
    desk.first.send_due()
    assert desk.seen == ["a"]


def test_a_key_is_the_same_for_the_same_parts_and_says_nothing_of_them(desk: Desk) -> None:
    assert post_key("team", "partner", 1) == post_key("team", "partner", 1) == "fce63bf2-a5ca-5a2a-ab03-9af690d44589"
    assert len({post_key("a", "b"), post_key("b", "a"), post_key("ab"), post_key("a/b")}) == 4


def test_a_refused_post_waits_as_long_as_slack_asks(desk: Desk) -> None:
    key = desk.put()
    desk.slack.script = [Refused(retry_after=60)]
    desk.first.send_due()
    assert (desk.state(key), desk.row(key).maybe_delivered) == ("PENDING", False)
    desk.wait(seconds=59)
    assert desk.first.send_due() == 0
    desk.wait(seconds=1)
    assert desk.first.send_due() == 1
    assert desk.seen == ["a"]
    assert desk.slack.looks == 0


def test_a_post_withheld_waits_alone_and_its_story_says_why(desk: Desk) -> None:
    withheld = desk.put("a")
    desk.slack.script = [Refused(3600, "shared_with_another_organisation")]
    desk.first.send_due()
    desk.put("b")
    assert desk.first.send_due() == 1
    assert (desk.state(withheld), desk.seen) == ("PENDING", ["b"])
    assert desk.steps(withheld)[-1] == ("SENDING", "PENDING", "shared_with_another_organisation")


def test_without_a_wish_of_slacks_pauses_grow_to_a_quarter_of_an_hour(desk: Desk) -> None:
    key = desk.put()
    pauses = []
    for _ in range(10):
        desk.slack.script = [Refused()]
        desk.first.send_due()
        pauses.append((desk.row(key).not_before - desk.clock.now()).total_seconds())
        desk.wait(seconds=pauses[-1])
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_a_post_accepted_without_reply_is_found_in_history_and_not_repeated(desk: Desk) -> None:
    key = desk.put()
    desk.slack.script = ["accepted, no reply"]
    desk.first.send_due()
    assert (desk.state(key), desk.first.send_due(), desk.first.reconcile()) == ("UNKNOWN", 0, 0)
    desk.wait(seconds=60)
    assert desk.first.reconcile() == 1
    assert (desk.state(key), desk.row(key).slack_ts) == ("SENT", desk.slack.messages[0].ts)
    assert desk.seen == ["a"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_differs_from_slacks_doubles_nothing(desk: Desk, minutes: int) -> None:
    desk.slack.skew = timedelta(minutes=minutes)
    key = desk.put()
    desk.slack.script = ["accepted, no reply"]
    for _ in range(4):
        desk.first.send_due()
        desk.wait(minutes=5)
        desk.first.reconcile()
    assert (desk.state(key), desk.seen) == ("SENT", ["a"])


@pytest.mark.parametrize(("kind", "first", "second"), [(ANSWER, 10, 70), (NUDGE, 60, 300)])
def test_a_lost_post_is_repeated_only_after_two_looks(desk: Desk, kind: PostKind, first: int, second: int) -> None:
    key = desk.put(kind=kind)
    desk.slack.script = [Ambiguous()]
    desk.first.send_due()
    desk.wait(seconds=first - 1)
    assert (desk.first.reconcile(), desk.slack.looks) == (0, 0)
    desk.wait(seconds=1)
    assert (desk.first.reconcile(), desk.state(key), desk.slack.looks) == (0, "UNKNOWN", 1)
    desk.wait(seconds=second - first - 1)
    assert (desk.first.reconcile(), desk.slack.looks) == (0, 1)
    desk.wait(seconds=1)
    assert (desk.first.reconcile(), desk.state(key), desk.slack.looks) == (1, "PENDING", 2)
    desk.first.send_due()
    assert (desk.seen, desk.state(key), desk.row(key).attempt) == (["a"], "SENT", 2)


def test_an_error_nobody_foresaw_counts_as_unclear(desk: Desk) -> None:
    key = desk.put()
    desk.slack.script = [ValueError("a fault of the notifier")]
    desk.first.send_due()
    assert desk.steps(key)[-1] == ("SENDING", "UNKNOWN", "ValueError")


@pytest.mark.parametrize(("kind", "lease"), [(ANSWER, 20), (NUDGE, 120)])
def test_a_sender_that_died_leaves_a_post_in_doubt_after_its_lease(desk: Desk, kind: PostKind, lease: int) -> None:
    key = desk.put(kind=kind)
    claim = desk.first._claims.take()
    assert claim is not None
    desk.wait(seconds=lease - 1)
    desk.sender("second").reconcile()
    assert desk.state(key) == "SENDING"
    desk.wait(seconds=1)
    desk.sender("second").reconcile()
    assert desk.state(key) == "UNKNOWN"
    assert desk.row(key).maybe_delivered


def test_a_sender_that_comes_back_late_cannot_undo_what_others_found_out(desk: Desk) -> None:
    key = desk.put()
    stale = desk.first._claims.take()
    assert stale is not None
    for _ in range(3):
        desk.wait(seconds=150)
        desk.sender("second").reconcile()
    second = desk.sender("second")._claims.take()
    assert second is not None
    assert not desk.first._outcomes.refused(stale, None)
    assert not desk.first._outcomes.ambiguous(stale, "late")
    assert not desk.first._outcomes.sent(stale, "1.0")
    assert (desk.state(key), desk.row(key).attempt) == ("SENDING", 2)


def test_a_late_reply_settles_a_post_that_was_in_doubt(desk: Desk) -> None:
    key = desk.put()
    claim = desk.first._claims.take()
    assert claim is not None
    desk.wait(seconds=121)
    desk.sender("second").reconcile()
    assert desk.first._outcomes.sent(claim, "1.0")
    assert (desk.state(key), desk.row(key).slack_ts) == ("SENT", "1.0")


def test_whoever_was_frozen_after_the_claim_does_not_post(desk: Desk) -> None:
    key = desk.put()
    desk.frozen_seconds = 91
    desk.first.send_due()
    assert desk.seen == []
    assert desk.steps(key)[-1] == ("SENDING", "PENDING", "too late to post")


def test_whoever_slept_with_the_machine_after_the_claim_does_not_post(desk: Desk) -> None:
    key = desk.put()

    def sleep(point: str) -> None:
        if point == "post.before":
            desk.wait(seconds=91)

    with armed(sleep):
        desk.first.send_due(1)
    assert desk.seen == []
    assert desk.steps(key)[-1] == ("SENDING", "PENDING", "too late to post")


def test_a_sender_asked_to_stop_begins_no_second_post_and_no_second_look(desk: Desk) -> None:
    stopping = desk.sender("stopping", stopping=lambda: True)
    keys = [desk.put(name, channel=f"C{name}") for name in "abc"]
    desk.slack.script = [Ambiguous(), Ambiguous()]
    assert (stopping.send_due(), stopping.send_due()) == (1, 1)
    assert [desk.state(key) for key in keys] == ["UNKNOWN", "UNKNOWN", "PENDING"]
    desk.wait(seconds=60)
    stopping.reconcile()
    assert desk.slack.looks == 1


def test_a_blocked_channel_is_tried_once_an_hour_and_others_go_on(desk: Desk) -> None:
    keys = [desk.put("a"), desk.put("b")]
    other = desk.put("c", channel="C2")
    desk.slack.script = [DestinationBlocked("is_archived")]
    desk.first.send_due()
    assert ([desk.state(key) for key in keys], desk.state(other)) == (["BLOCKED", "BLOCKED"], "SENT")
    desk.wait(minutes=59)
    assert desk.first.send_due() == 0
    desk.wait(minutes=1)
    desk.slack.script = [DestinationBlocked("is_archived")]
    assert desk.first.send_due() == 1
    with desk.database.read() as session:
        [destination] = blocked(session)
    assert (destination.channel, destination.reason) == ("C1", "is_archived")
    desk.wait(hours=1)
    assert desk.first.send_due() == 2
    assert desk.seen == ["c", "a", "b"]


def test_one_message_that_is_always_refused_does_not_keep_its_channel_blocked(desk: Desk) -> None:
    bad = desk.put("bad")
    good = desk.put("good", subject="occurrence:1")
    accept = desk.slack.post

    def post(outgoing: OutgoingPost) -> str:
        if outgoing.key == bad:
            raise DestinationBlocked("user_not_in_channel")
        return accept(outgoing)

    desk.slack.post = post  # type: ignore[method-assign]  # the fake is to refuse one message
    desk.first.send_due()
    assert (desk.state(bad), desk.state(good)) == ("BLOCKED", "BLOCKED")
    desk.wait(hours=1)
    desk.first.send_due()
    assert (desk.state(good), desk.seen) == ("SENT", ["good"])


def test_a_channel_blocked_for_a_week_ends_its_posts(desk: Desk) -> None:
    key = desk.put()
    for _ in range(8):
        assert desk.state(key) != "DEAD"
        desk.slack.script = [DestinationBlocked("not_in_channel")]
        desk.first.send_due()
        desk.wait(days=1)
    assert desk.state(key) == "DEAD"
    assert desk.first.send_due() == 0


def test_refused_credentials_stop_everything_and_all_goes_out_once_they_are_cured(desk: Desk) -> None:
    keys = [desk.put(name, channel=f"C{name}") for name in "abcd"]
    desk.slack.script = [CredentialsBlocked("token_revoked")]
    assert desk.first.send_due() == 1
    assert {desk.state(key) for key in keys} == {"BLOCKED"}
    desk.wait(minutes=4)
    assert desk.first.send_due() == 0
    desk.wait(minutes=1)
    desk.slack.script = [CredentialsBlocked("token_revoked")]
    assert desk.first.send_due() == 1
    desk.wait(minutes=5)
    assert desk.first.send_due() == 4
    assert sorted(desk.seen) == ["a", "b", "c", "d"]
    with desk.database.read() as session:
        assert (counts(session), blocked(session)) == ({"SENT": 4}, [])


def test_refused_credentials_never_end_a_post(desk: Desk) -> None:
    key = desk.put()
    for _ in range(10):
        desk.slack.script = [CredentialsBlocked("account_inactive")]
        desk.first.send_due()
        desk.wait(days=1)
    desk.first.send_due()
    assert (desk.seen, desk.state(key)) == (["a"], "SENT")


def test_a_malformed_post_is_tried_once_as_plain_text(desk: Desk) -> None:
    key = desk.put()
    desk.slack.script = [Malformed("invalid_blocks")]
    assert desk.first.send_due() == 2
    assert (desk.seen, desk.slack.messages[0].form, desk.state(key)) == (["a"], "plain", "SENT")


def test_a_post_malformed_even_as_a_short_line_is_dead(desk: Desk) -> None:
    key = desk.put()
    desk.slack.script = [Malformed("invalid_blocks"), Malformed("invalid_arguments"), Malformed("no_text")]
    desk.first.send_due()
    assert desk.steps(key)[-1] == ("SENDING", "DEAD", "no_text")
    desk.wait(days=1)
    assert desk.first.send_due() == 0


def test_a_post_refused_for_a_week_is_dead(desk: Desk) -> None:
    key = desk.put()
    for _ in range(20):
        assert desk.state(key) == "PENDING"
        desk.slack.script = [Refused()]
        desk.first.send_due()
        desk.wait(hours=9)
    assert desk.state(key) == "DEAD"


def test_a_post_that_never_shows_in_history_for_a_week_is_dead(desk: Desk) -> None:
    key = desk.put()
    for _ in range(20):
        desk.slack.script = [Ambiguous()]
        desk.first.send_due()
        for _ in range(2):
            assert desk.state(key) == "UNKNOWN"
            desk.wait(hours=4.5)
            desk.first.reconcile()
    assert desk.steps(key)[-1] == ("UNKNOWN", "DEAD", "it never shows in history")


def test_a_post_whose_reason_cannot_be_judged_goes_out_and_holds_up_nobody(desk: Desk) -> None:
    def broken(session: object, post: OutgoingPost) -> bool:
        raise KeyError(post.key)

    desk.put("a")
    desk.put("b")
    desk.wanted = broken
    assert desk.first.send_due() == 2
    assert desk.seen == ["a", "b"]


def test_whoever_waits_for_an_answer_that_is_given_up_is_told_once(desk: Desk) -> None:
    def notice(post: OutgoingPost, reason: str) -> Post:
        return Post(NOTICE, "", post.team_id, post.asker or "", None, "notice", {"text": f"{reason}, {post.key}"})

    sender = desk.sender("telling", on_given_up=notice)
    answer = desk.put("a", asker="U1")
    desk.slack.script = [Malformed("invalid_blocks")] * 3
    sender.send_due()
    desk.put("b", kind=NUDGE)
    desk.slack.script = [Malformed("invalid_blocks")] * 3
    sender.send_due()
    assert [(m.channel, m.data["text"]) for m in desk.slack.messages] == [("U1", f"invalid_blocks, {answer}")]


def test_after_a_long_outage_a_post_refused_before_it_is_tried_again(desk: Desk) -> None:
    key = desk.put()
    desk.slack.script = [Refused()]
    desk.first.send_due()
    desk.wait(days=30)
    desk.slack.script = [Refused()]
    desk.first.send_due()
    desk.wait(minutes=1)
    desk.first.send_due()
    assert (desk.seen, desk.state(key)) == (["a"], "SENT")


class Unreadable:
    """History that cannot be read."""

    def __init__(self, desk: Desk) -> None:
        self.post, self.looks = desk.slack.post, 0

    def find(self, post: OutgoingPost, oldest: object) -> str | None:
        self.looks += 1
        raise HistoryUnreadable


def test_an_answer_whose_history_is_unreadable_for_ten_minutes_is_repeated_and_says_so(desk: Desk) -> None:
    key = desk.put()
    desk.slack.script = [Ambiguous()]
    desk.first.send_due()
    desk.slack.find = Unreadable(desk).find  # type: ignore[method-assign]  # the fake is to fail here
    desk.wait(seconds=10)
    for _ in range(12):
        assert desk.state(key) == "UNKNOWN"
        desk.first.reconcile()
        desk.wait(minutes=1)
    desk.first.send_due()
    assert [message.repeat for message in desk.slack.messages] == [True]


def test_history_unreadable_for_a_day_leads_to_a_repeat_that_says_so(desk: Desk) -> None:
    key = desk.put(kind=NUDGE)
    desk.slack.script = [Ambiguous()]
    desk.first.send_due()
    desk.slack.find = Unreadable(desk).find  # type: ignore[method-assign]  # the fake is to fail here
    for _ in range(25):
        assert desk.state(key) == "UNKNOWN"
        desk.wait(hours=1)
        desk.first.reconcile()
    assert desk.state(key) == "PENDING"
    desk.first.send_due()
    assert [message.repeat for message in desk.slack.messages] == [True]


def test_history_unreadable_may_also_hold_a_post_for_ever(desk: Desk) -> None:
    key = desk.put()
    sender = desk.sender("holding", unreadable="hold")
    desk.slack.script = [Ambiguous()]
    sender.send_due()
    desk.slack.find = Unreadable(desk).find  # type: ignore[method-assign]  # the fake is to fail here
    for _ in range(40):
        desk.wait(hours=1)
        sender.reconcile()
    assert desk.state(key) == "UNKNOWN"


def test_two_unreadable_looks_around_an_outage_are_not_a_day_of_looking(desk: Desk) -> None:
    key = desk.put(kind=NUDGE)
    desk.slack.script = ["accepted, no reply"]
    desk.first.send_due()
    find, desk.slack.find = desk.slack.find, Unreadable(desk).find  # type: ignore[method-assign]  # as above
    for duration in (timedelta(minutes=1), timedelta(days=3)):
        desk.clock.advance(duration)
        desk.first.reconcile()
    assert desk.state(key) == "UNKNOWN"
    desk.slack.find = find  # type: ignore[method-assign]  # and now it can be read again
    desk.wait(hours=1)
    desk.first.reconcile()
    assert (desk.state(key), desk.seen) == ("SENT", ["a"])


def test_what_only_one_person_sees_is_repeated_without_a_look(desk: Desk) -> None:
    key = desk.put(ephemeral_user="U1")
    desk.slack.script = [Ambiguous()]
    desk.first.send_due()
    desk.wait(seconds=60)
    assert (desk.first.reconcile(), desk.slack.looks, desk.state(key)) == (1, 0, "PENDING")
    desk.first.send_due()
    assert desk.slack.messages[0].repeat


def test_waiting_posts_about_a_subject_are_withdrawn_together_and_sent_ones_stay(desk: Desk) -> None:
    sent = desk.put("a", subject="s")
    desk.first.send_due()
    waiting, other = desk.put("b", subject="s"), desk.put("c", subject="t")
    with desk.database.write() as session:
        assert supersede(session, "s", desk.clock.now(), "done") == 1
    desk.first.send_due()
    assert [desk.state(key) for key in (sent, waiting, other)] == ["SENT", "SUPERSEDED", "SENT"]
    assert desk.steps(waiting)[-1] == ("PENDING", "SUPERSEDED", "done")


def test_what_was_missed_can_be_recorded_without_ever_being_posted(desk: Desk) -> None:
    post = Post(NUDGE, post_key("missed"), "team", "C1", None, "nudge", {"text": "missed"})
    with desk.database.write() as session:
        assert record_superseded(session, post, desk.clock.now(), "by due")
    assert desk.first.send_due() == 0
    assert desk.steps(post.key) == [(None, "SUPERSEDED", "by due")]


def test_a_post_that_is_no_longer_wanted_is_not_posted(desk: Desk) -> None:
    key = desk.put()
    desk.wanted = lambda session, post: post.data["text"] != "a"
    desk.put("b")
    assert desk.first.send_due() == 1
    assert (desk.seen, desk.state(key)) == (["b"], "SUPERSEDED")


def test_a_lease_that_is_renewed_does_not_end_while_its_sender_lives(desk: Desk) -> None:
    key, seen = desk.put(), []

    def slow(point: str) -> None:
        if point == "post.after":
            for _ in range(10):
                desk.wait(seconds=6)
                desk.first.keep()
                desk.sender("second").reconcile()
                seen.append(desk.state(key))

    with armed(slow):
        desk.first.send_due(1)
    assert (set(seen), desk.state(key), desk.seen) == ({"SENDING"}, "SENT", ["a"])


def test_an_answer_of_a_killed_sender_that_slack_has_taken_is_settled_within_half_a_minute(desk: Desk) -> None:
    key = desk.put()
    claim = desk.first._claims.take()
    assert claim is not None
    desk.slack.post(claim.post)
    desk.wait(seconds=20)
    desk.sender("second").reconcile()
    assert (desk.state(key), desk.seen) == ("SENT", ["a"])


def test_nudges_do_not_starve_behind_answers_that_never_end(desk: Desk) -> None:
    desk.put("nudge", kind=NUDGE)
    desk.wait(seconds=1)
    for number in range(8):
        desk.put(f"answer {number}", channel=f"C{number + 2}")
    desk.first.send_due(5)
    assert desk.seen == ["answer 0", "answer 1", "answer 2", "answer 3", "nudge"]


def test_whoever_waits_for_an_answer_in_doubt_is_told_and_nobody_else(desk: Desk) -> None:
    told: list[str] = []
    sender = desk.sender(
        "telling",
        on_doubt=lambda p: told.append(f"doubt {p.data['text']}"),
        on_found=lambda p: told.append(f"found {p.data['text']}"),
    )
    for name, kind in (("a", ANSWER), ("n", NUDGE), ("b", ANSWER)):
        desk.put(name, channel=f"C{name}", kind=kind)
    desk.slack.script = ["accepted, no reply"] * 2
    sender.send_due(2)
    assert sender._claims.take() is not None
    desk.wait(seconds=20)
    sender.reconcile()
    desk.wait(seconds=100)
    sender.reconcile()
    assert told == ["doubt a", "doubt b", "found a", "found b"]


def test_answers_go_before_nudges(desk: Desk) -> None:
    desk.put("nudge", kind=NUDGE)
    desk.wait(seconds=1)
    desk.put("answer", channel="C2")
    desk.first.send_due()
    assert desk.seen == ["answer", "nudge"]


def test_a_channel_gets_five_posts_at_once_then_one_a_second_and_others_are_not_held_up(desk: Desk) -> None:
    for number in range(8):
        desk.put(str(number))
    desk.put("other", channel="C2")
    assert (desk.first.send_due(), desk.first.send_due()) == (6, 0)
    for _ in range(3):
        desk.wait(seconds=1)
        assert desk.first.send_due() == 1
    assert desk.seen == ["0", "1", "2", "3", "4", "other", "5", "6", "7"]


def set_back(desk: Desk) -> None:
    desk.clock.advance(timedelta(days=-30))


def test_a_clock_set_back_does_not_silence_a_channel_that_was_paced(desk: Desk) -> None:
    for number in range(6):
        desk.put(str(number))
    assert desk.first.send_due() == 5
    set_back(desk)
    desk.put("after")
    assert (desk.first.send_due(), desk.first.send_due()) == (2, 0)
    assert sorted(desk.seen) == ["0", "1", "2", "3", "4", "5", "after"]


@pytest.mark.parametrize("reason", [DestinationBlocked("is_archived"), CredentialsBlocked("token_revoked")])
def test_a_clock_set_back_does_not_keep_a_block_from_being_checked(desk: Desk, reason: Exception) -> None:
    for name in "ab":
        desk.put(name)
    desk.slack.script = [reason]
    desk.first.send_due()
    set_back(desk)
    desk.slack.script = [reason]
    assert (desk.first.send_due(), desk.first.send_due()) == (1, 0)
    desk.wait(hours=1)
    assert desk.first.send_due() == 2
    assert sorted(desk.seen) == ["a", "b"]


def test_a_clock_set_back_does_not_strand_a_refused_post(desk: Desk) -> None:
    desk.put()
    desk.slack.script = [Refused(retry_after=60)]
    desk.first.send_due()
    set_back(desk)
    assert desk.first.send_due() == 1
    assert desk.seen == ["a"]


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("looks_before", [0, 1])
def test_after_a_clock_set_back_a_post_in_doubt_is_looked_for_with_all_waits_anew(
    desk: Desk, accepted: bool, looks_before: int
) -> None:
    key = desk.put()
    desk.slack.script = [Ambiguous()]
    desk.first.send_due()
    desk.wait(seconds=60 * looks_before)
    desk.first.reconcile()
    set_back(desk)
    if accepted:
        desk.slack.post(OutgoingPost(key, "C1", None, "answer", {"text": "a"}))
    assert (desk.first.reconcile(), desk.slack.looks) == (0, looks_before)
    desk.wait(seconds=60)
    assert (desk.first.reconcile(), desk.slack.looks) == (int(accepted), looks_before + 1)
    desk.wait(seconds=240)
    desk.first.reconcile()
    desk.first.send_due()
    assert (desk.state(key), desk.seen) == ("SENT", ["a"])


def test_a_clock_set_back_does_not_strand_what_a_dead_sender_had_claimed(desk: Desk) -> None:
    key = desk.put()
    assert desk.first._claims.take() is not None
    set_back(desk)
    desk.first.reconcile()
    assert desk.state(key) == "UNKNOWN"


def test_a_replica_whose_clock_is_somewhat_behind_leaves_claims_alone(desk: Desk) -> None:
    key = desk.put()
    assert desk.first._claims.take() is not None
    desk.wait(minutes=-5)
    desk.first.reconcile()
    assert desk.state(key) == "SENDING"


def test_ten_senders_at_once_post_each_of_forty_posts_once(desk: Desk) -> None:
    for number in range(40):
        desk.put(str(number), channel=f"C{number}")
    senders = [desk.sender(f"sender-{number}") for number in range(10)]
    threads = [threading.Thread(target=sender.send_due) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.first.send_due()
    assert sorted(desk.seen, key=int) == [str(number) for number in range(40)]
    with desk.database.read() as session:
        assert counts(session) == {"SENT": 40}


def test_a_scope_that_messages_wait_for_is_named_until_they_are_posted(desk: Desk) -> None:
    desk.put("a")
    desk.put("b", channel="C2")
    desk.slack.script = [Refused(3600, "missing_scope: groups:read")]
    assert desk.first.send_due() == 2
    with desk.database.read() as session:
        assert lacking_scopes(session) == {"groups:read": 1}
        findings = [(finding.subject, finding.says) for finding in doctor.outbox(desk.database)]
    assert findings[-1] == ("scope", "messages that wait for the scope groups:read: 1")
    desk.wait(hours=1)
    desk.first.send_due()
    with desk.database.read() as session:
        assert lacking_scopes(session) == {}
