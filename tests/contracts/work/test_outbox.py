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
from tests.support.outbox import PostOffice


@pytest.fixture
def office(database: Database, clock: ManualClock) -> PostOffice:
    return PostOffice(database, clock)


def test_a_post_goes_out_once_and_its_story_is_kept(office: PostOffice) -> None:
    key = office.put()
    assert (office.first.send_due(), office.first.send_due()) == (1, 0)
    assert office.seen == ["a"]
    assert office.steps(key) == [(None, "PENDING", None), ("PENDING", "SENDING", None), ("SENDING", "SENT", None)]
    assert office.row(key).slack_ts == office.slack.messages[0].ts


def test_the_same_key_is_enqueued_once_and_what_was_frozen_first_stays(office: PostOffice) -> None:
    key = office.put()
    with office.database.write() as session:
        assert not enqueue(session, Post(ANSWER, key, "team", "C2", None, "answer", {"text": "b"}), office.clock.now())
    office.first.send_due()
    assert office.seen == ["a"]


def test_a_key_is_the_same_for_the_same_parts_and_says_nothing_of_them(office: PostOffice) -> None:
    assert post_key("team", "partner", 1) == post_key("team", "partner", 1) == "fce63bf2-a5ca-5a2a-ab03-9af690d44589"
    assert len({post_key("a", "b"), post_key("b", "a"), post_key("ab"), post_key("a/b")}) == 4


def test_a_refused_post_waits_as_long_as_slack_asks(office: PostOffice) -> None:
    key = office.put()
    office.slack.script = [Refused(retry_after=60)]
    office.first.send_due()
    assert (office.state(key), office.row(key).maybe_delivered) == ("PENDING", False)
    office.wait(seconds=59)
    assert office.first.send_due() == 0
    office.wait(seconds=1)
    assert office.first.send_due() == 1
    assert office.seen == ["a"]
    assert office.slack.looks == 0


def test_a_post_withheld_waits_alone_and_its_story_says_why(office: PostOffice) -> None:
    withheld = office.put("a")
    office.slack.script = [Refused(3600, "shared_with_another_organisation")]
    office.first.send_due()
    office.put("b")
    assert office.first.send_due() == 1
    assert (office.state(withheld), office.seen) == ("PENDING", ["b"])
    assert office.steps(withheld)[-1] == ("SENDING", "PENDING", "shared_with_another_organisation")


def test_without_a_wish_of_slacks_pauses_grow_to_a_quarter_of_an_hour(office: PostOffice) -> None:
    key = office.put()
    pauses = []
    for _ in range(10):
        office.slack.script = [Refused()]
        office.first.send_due()
        pauses.append((office.row(key).not_before - office.clock.now()).total_seconds())
        office.wait(seconds=pauses[-1])
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_a_post_accepted_without_reply_is_found_in_history_and_not_repeated(office: PostOffice) -> None:
    key = office.put()
    office.slack.script = ["accepted, no reply"]
    office.first.send_due()
    assert (office.state(key), office.first.send_due(), office.first.reconcile()) == ("UNKNOWN", 0, 0)
    office.wait(seconds=60)
    assert office.first.reconcile() == 1
    assert (office.state(key), office.row(key).slack_ts) == ("SENT", office.slack.messages[0].ts)
    assert office.seen == ["a"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_differs_from_slacks_doubles_nothing(office: PostOffice, minutes: int) -> None:
    office.slack.skew = timedelta(minutes=minutes)
    key = office.put()
    office.slack.script = ["accepted, no reply"]
    for _ in range(4):
        office.first.send_due()
        office.wait(minutes=5)
        office.first.reconcile()
    assert (office.state(key), office.seen) == ("SENT", ["a"])


@pytest.mark.parametrize(("kind", "first", "second"), [(ANSWER, 10, 70), (NUDGE, 60, 300)])
def test_a_lost_post_is_repeated_only_after_two_looks(
    office: PostOffice, kind: PostKind, first: int, second: int
) -> None:
    key = office.put(kind=kind)
    office.slack.script = [Ambiguous()]
    office.first.send_due()
    office.wait(seconds=first - 1)
    assert (office.first.reconcile(), office.slack.looks) == (0, 0)
    office.wait(seconds=1)
    assert (office.first.reconcile(), office.state(key), office.slack.looks) == (0, "UNKNOWN", 1)
    office.wait(seconds=second - first - 1)
    assert (office.first.reconcile(), office.slack.looks) == (0, 1)
    office.wait(seconds=1)
    assert (office.first.reconcile(), office.state(key), office.slack.looks) == (1, "PENDING", 2)
    office.first.send_due()
    assert (office.seen, office.state(key), office.row(key).attempt) == (["a"], "SENT", 2)


def test_an_error_nobody_foresaw_counts_as_unclear(office: PostOffice) -> None:
    key = office.put()
    office.slack.script = [ValueError("a fault of the notifier")]
    office.first.send_due()
    assert office.steps(key)[-1] == ("SENDING", "UNKNOWN", "ValueError")


@pytest.mark.parametrize(("kind", "lease"), [(ANSWER, 20), (NUDGE, 120)])
def test_a_sender_that_died_leaves_a_post_in_doubt_after_its_lease(
    office: PostOffice, kind: PostKind, lease: int
) -> None:
    key = office.put(kind=kind)
    claim = office.first._claims.take()
    assert claim is not None
    office.wait(seconds=lease - 1)
    office.sender("second").reconcile()
    assert office.state(key) == "SENDING"
    office.wait(seconds=1)
    office.sender("second").reconcile()
    assert office.state(key) == "UNKNOWN"
    assert office.row(key).maybe_delivered


def test_a_sender_that_comes_back_late_cannot_undo_what_others_found_out(office: PostOffice) -> None:
    key = office.put()
    stale = office.first._claims.take()
    assert stale is not None
    for _ in range(3):
        office.wait(seconds=150)
        office.sender("second").reconcile()
    second = office.sender("second")._claims.take()
    assert second is not None
    assert not office.first._outcomes.refused(stale, None)
    assert not office.first._outcomes.ambiguous(stale, "late")
    assert not office.first._outcomes.sent(stale, "1.0")
    assert (office.state(key), office.row(key).attempt) == ("SENDING", 2)


def test_a_late_reply_settles_a_post_that_was_in_doubt(office: PostOffice) -> None:
    key = office.put()
    claim = office.first._claims.take()
    assert claim is not None
    office.wait(seconds=121)
    office.sender("second").reconcile()
    assert office.first._outcomes.sent(claim, "1.0")
    assert (office.state(key), office.row(key).slack_ts) == ("SENT", "1.0")


def test_whoever_was_frozen_after_the_claim_does_not_post(office: PostOffice) -> None:
    key = office.put()
    office.frozen_seconds = 91
    office.first.send_due()
    assert office.seen == []
    assert office.steps(key)[-1] == ("SENDING", "PENDING", "too late to post")


def test_whoever_slept_with_the_machine_after_the_claim_does_not_post(office: PostOffice) -> None:
    key = office.put()

    def sleep(point: str) -> None:
        if point == "post.before":
            office.wait(seconds=91)

    with armed(sleep):
        office.first.send_due(1)
    assert office.seen == []
    assert office.steps(key)[-1] == ("SENDING", "PENDING", "too late to post")


def test_a_sender_asked_to_stop_begins_no_second_post_and_no_second_look(office: PostOffice) -> None:
    stopping = office.sender("stopping", stopping=lambda: True)
    keys = [office.put(name, channel=f"C{name}") for name in "abc"]
    office.slack.script = [Ambiguous(), Ambiguous()]
    assert (stopping.send_due(), stopping.send_due()) == (1, 1)
    assert [office.state(key) for key in keys] == ["UNKNOWN", "UNKNOWN", "PENDING"]
    office.wait(seconds=60)
    stopping.reconcile()
    assert office.slack.looks == 1


def test_a_blocked_channel_is_tried_once_an_hour_and_others_go_on(office: PostOffice) -> None:
    keys = [office.put("a"), office.put("b")]
    other = office.put("c", channel="C2")
    office.slack.script = [DestinationBlocked("is_archived")]
    office.first.send_due()
    assert ([office.state(key) for key in keys], office.state(other)) == (["BLOCKED", "BLOCKED"], "SENT")
    office.wait(minutes=59)
    assert office.first.send_due() == 0
    office.wait(minutes=1)
    office.slack.script = [DestinationBlocked("is_archived")]
    assert office.first.send_due() == 1
    with office.database.read() as session:
        [destination] = blocked(session)
    assert (destination.channel, destination.reason) == ("C1", "is_archived")
    office.wait(hours=1)
    assert office.first.send_due() == 2
    assert office.seen == ["c", "a", "b"]


def test_one_message_that_is_always_refused_does_not_keep_its_channel_blocked(office: PostOffice) -> None:
    bad = office.put("bad")
    good = office.put("good", subject="occurrence:1")
    accept = office.slack.post

    def post(outgoing: OutgoingPost) -> str:
        if outgoing.key == bad:
            raise DestinationBlocked("user_not_in_channel")
        return accept(outgoing)

    office.slack.post = post  # type: ignore[method-assign]  # the fake is to refuse one message
    office.first.send_due()
    assert (office.state(bad), office.state(good)) == ("BLOCKED", "BLOCKED")
    office.wait(hours=1)
    office.first.send_due()
    assert (office.state(good), office.seen) == ("SENT", ["good"])


def test_a_channel_blocked_for_a_week_ends_its_posts(office: PostOffice) -> None:
    key = office.put()
    for _ in range(8):
        assert office.state(key) != "DEAD"
        office.slack.script = [DestinationBlocked("not_in_channel")]
        office.first.send_due()
        office.wait(days=1)
    assert office.state(key) == "DEAD"
    assert office.first.send_due() == 0


def test_refused_credentials_stop_everything_and_all_goes_out_once_they_are_cured(office: PostOffice) -> None:
    keys = [office.put(name, channel=f"C{name}") for name in "abcd"]
    office.slack.script = [CredentialsBlocked("token_revoked")]
    assert office.first.send_due() == 1
    assert {office.state(key) for key in keys} == {"BLOCKED"}
    office.wait(minutes=4)
    assert office.first.send_due() == 0
    office.wait(minutes=1)
    office.slack.script = [CredentialsBlocked("token_revoked")]
    assert office.first.send_due() == 1
    office.wait(minutes=5)
    assert office.first.send_due() == 4
    assert sorted(office.seen) == ["a", "b", "c", "d"]
    with office.database.read() as session:
        assert (counts(session), blocked(session)) == ({"SENT": 4}, [])


def test_refused_credentials_never_end_a_post(office: PostOffice) -> None:
    key = office.put()
    for _ in range(10):
        office.slack.script = [CredentialsBlocked("account_inactive")]
        office.first.send_due()
        office.wait(days=1)
    office.first.send_due()
    assert (office.seen, office.state(key)) == (["a"], "SENT")


def test_a_malformed_post_is_tried_once_as_plain_text(office: PostOffice) -> None:
    key = office.put()
    office.slack.script = [Malformed("invalid_blocks")]
    assert office.first.send_due() == 2
    assert (office.seen, office.slack.messages[0].form, office.state(key)) == (["a"], "plain", "SENT")


def test_a_post_malformed_even_as_a_short_line_is_dead(office: PostOffice) -> None:
    key = office.put()
    office.slack.script = [Malformed("invalid_blocks"), Malformed("invalid_arguments"), Malformed("no_text")]
    office.first.send_due()
    assert office.steps(key)[-1] == ("SENDING", "DEAD", "no_text")
    office.wait(days=1)
    assert office.first.send_due() == 0


def test_a_post_refused_for_a_week_is_dead(office: PostOffice) -> None:
    key = office.put()
    for _ in range(20):
        assert office.state(key) == "PENDING"
        office.slack.script = [Refused()]
        office.first.send_due()
        office.wait(hours=9)
    assert office.state(key) == "DEAD"


def test_a_post_that_never_shows_in_history_for_a_week_is_dead(office: PostOffice) -> None:
    key = office.put()
    for _ in range(20):
        office.slack.script = [Ambiguous()]
        office.first.send_due()
        for _ in range(2):
            assert office.state(key) == "UNKNOWN"
            office.wait(hours=4.5)
            office.first.reconcile()
    assert office.steps(key)[-1] == ("UNKNOWN", "DEAD", "it never shows in history")


def test_a_post_whose_reason_cannot_be_judged_goes_out_and_holds_up_nobody(office: PostOffice) -> None:
    def broken(session: object, post: OutgoingPost) -> bool:
        raise KeyError(post.key)

    office.put("a")
    office.put("b")
    office.wanted = broken
    assert office.first.send_due() == 2
    assert office.seen == ["a", "b"]


def test_whoever_waits_for_an_answer_that_is_given_up_is_told_once(office: PostOffice) -> None:
    def notice(post: OutgoingPost, reason: str) -> Post:
        return Post(NOTICE, "", post.team_id, post.asker or "", None, "notice", {"text": f"{reason}, {post.key}"})

    sender = office.sender("telling", on_given_up=notice)
    answer = office.put("a", asker="U1")
    office.slack.script = [Malformed("invalid_blocks")] * 3
    sender.send_due()
    office.put("b", kind=NUDGE)
    office.slack.script = [Malformed("invalid_blocks")] * 3
    sender.send_due()
    assert [(m.channel, m.data["text"]) for m in office.slack.messages] == [("U1", f"invalid_blocks, {answer}")]


def test_after_a_long_outage_a_post_refused_before_it_is_tried_again(office: PostOffice) -> None:
    key = office.put()
    office.slack.script = [Refused()]
    office.first.send_due()
    office.wait(days=30)
    office.slack.script = [Refused()]
    office.first.send_due()
    office.wait(minutes=1)
    office.first.send_due()
    assert (office.seen, office.state(key)) == (["a"], "SENT")


class Unreadable:
    """History that cannot be read."""

    def __init__(self, office: PostOffice) -> None:
        self.post, self.looks = office.slack.post, 0

    def find(self, post: OutgoingPost, oldest: object) -> str | None:
        self.looks += 1
        raise HistoryUnreadable


def test_an_answer_whose_history_is_unreadable_for_ten_minutes_is_repeated_and_says_so(office: PostOffice) -> None:
    key = office.put()
    office.slack.script = [Ambiguous()]
    office.first.send_due()
    office.slack.find = Unreadable(office).find  # type: ignore[method-assign]  # the fake is to fail here
    office.wait(seconds=10)
    for _ in range(12):
        assert office.state(key) == "UNKNOWN"
        office.first.reconcile()
        office.wait(minutes=1)
    office.first.send_due()
    assert [message.repeat for message in office.slack.messages] == [True]


def test_history_unreadable_for_a_day_leads_to_a_repeat_that_says_so(office: PostOffice) -> None:
    key = office.put(kind=NUDGE)
    office.slack.script = [Ambiguous()]
    office.first.send_due()
    office.slack.find = Unreadable(office).find  # type: ignore[method-assign]  # the fake is to fail here
    for _ in range(25):
        assert office.state(key) == "UNKNOWN"
        office.wait(hours=1)
        office.first.reconcile()
    assert office.state(key) == "PENDING"
    office.first.send_due()
    assert [message.repeat for message in office.slack.messages] == [True]


def test_history_unreadable_may_also_hold_a_post_for_ever(office: PostOffice) -> None:
    key = office.put()
    sender = office.sender("holding", unreadable="hold")
    office.slack.script = [Ambiguous()]
    sender.send_due()
    office.slack.find = Unreadable(office).find  # type: ignore[method-assign]  # the fake is to fail here
    for _ in range(40):
        office.wait(hours=1)
        sender.reconcile()
    assert office.state(key) == "UNKNOWN"


def test_two_unreadable_looks_around_an_outage_are_not_a_day_of_looking(office: PostOffice) -> None:
    key = office.put(kind=NUDGE)
    office.slack.script = ["accepted, no reply"]
    office.first.send_due()
    find, office.slack.find = office.slack.find, Unreadable(office).find  # type: ignore[method-assign]  # as above
    for duration in (timedelta(minutes=1), timedelta(days=3)):
        office.clock.advance(duration)
        office.first.reconcile()
    assert office.state(key) == "UNKNOWN"
    office.slack.find = find  # type: ignore[method-assign]  # and now it can be read again
    office.wait(hours=1)
    office.first.reconcile()
    assert (office.state(key), office.seen) == ("SENT", ["a"])


def test_what_only_one_person_sees_is_repeated_without_a_look(office: PostOffice) -> None:
    key = office.put(ephemeral_user="U1")
    office.slack.script = [Ambiguous()]
    office.first.send_due()
    office.wait(seconds=60)
    assert (office.first.reconcile(), office.slack.looks, office.state(key)) == (1, 0, "PENDING")
    office.first.send_due()
    assert office.slack.messages[0].repeat


def test_waiting_posts_about_a_subject_are_withdrawn_together_and_sent_ones_stay(office: PostOffice) -> None:
    sent = office.put("a", subject="s")
    office.first.send_due()
    waiting, other = office.put("b", subject="s"), office.put("c", subject="t")
    with office.database.write() as session:
        assert supersede(session, "s", office.clock.now(), "done") == 1
    office.first.send_due()
    assert [office.state(key) for key in (sent, waiting, other)] == ["SENT", "SUPERSEDED", "SENT"]
    assert office.steps(waiting)[-1] == ("PENDING", "SUPERSEDED", "done")


def test_what_was_missed_can_be_recorded_without_ever_being_posted(office: PostOffice) -> None:
    post = Post(NUDGE, post_key("missed"), "team", "C1", None, "nudge", {"text": "missed"})
    with office.database.write() as session:
        assert record_superseded(session, post, office.clock.now(), "by due")
    assert office.first.send_due() == 0
    assert office.steps(post.key) == [(None, "SUPERSEDED", "by due")]


def test_a_post_that_is_no_longer_wanted_is_not_posted(office: PostOffice) -> None:
    key = office.put()
    office.wanted = lambda session, post: post.data["text"] != "a"
    office.put("b")
    assert office.first.send_due() == 1
    assert (office.seen, office.state(key)) == (["b"], "SUPERSEDED")


def test_a_lease_that_is_renewed_does_not_end_while_its_sender_lives(office: PostOffice) -> None:
    key, seen = office.put(), []

    def slow(point: str) -> None:
        if point == "post.after":
            for _ in range(10):
                office.wait(seconds=6)
                office.first.keep()
                office.sender("second").reconcile()
                seen.append(office.state(key))

    with armed(slow):
        office.first.send_due(1)
    assert (set(seen), office.state(key), office.seen) == ({"SENDING"}, "SENT", ["a"])


def test_an_answer_of_a_killed_sender_that_slack_has_taken_is_settled_within_half_a_minute(office: PostOffice) -> None:
    key = office.put()
    claim = office.first._claims.take()
    assert claim is not None
    office.slack.post(claim.post)
    office.wait(seconds=20)
    office.sender("second").reconcile()
    assert (office.state(key), office.seen) == ("SENT", ["a"])


def test_nudges_do_not_starve_behind_answers_that_never_end(office: PostOffice) -> None:
    office.put("nudge", kind=NUDGE)
    office.wait(seconds=1)
    for number in range(8):
        office.put(f"answer {number}", channel=f"C{number + 2}")
    office.first.send_due(5)
    assert office.seen == ["answer 0", "answer 1", "answer 2", "answer 3", "nudge"]


def test_whoever_waits_for_an_answer_in_doubt_is_told_and_nobody_else(office: PostOffice) -> None:
    told: list[str] = []
    sender = office.sender(
        "telling",
        on_doubt=lambda p: told.append(f"doubt {p.data['text']}"),
        on_found=lambda p: told.append(f"found {p.data['text']}"),
    )
    for name, kind in (("a", ANSWER), ("n", NUDGE), ("b", ANSWER)):
        office.put(name, channel=f"C{name}", kind=kind)
    office.slack.script = ["accepted, no reply"] * 2
    sender.send_due(2)
    assert sender._claims.take() is not None
    office.wait(seconds=20)
    sender.reconcile()
    office.wait(seconds=100)
    sender.reconcile()
    assert told == ["doubt a", "doubt b", "found a", "found b"]


def test_answers_go_before_nudges(office: PostOffice) -> None:
    office.put("nudge", kind=NUDGE)
    office.wait(seconds=1)
    office.put("answer", channel="C2")
    office.first.send_due()
    assert office.seen == ["answer", "nudge"]


def test_a_channel_gets_five_posts_at_once_then_one_a_second_and_others_are_not_held_up(office: PostOffice) -> None:
    for number in range(8):
        office.put(str(number))
    office.put("other", channel="C2")
    assert (office.first.send_due(), office.first.send_due()) == (6, 0)
    for _ in range(3):
        office.wait(seconds=1)
        assert office.first.send_due() == 1
    assert office.seen == ["0", "1", "2", "3", "4", "other", "5", "6", "7"]


def set_back(office: PostOffice) -> None:
    office.clock.advance(timedelta(days=-30))


def test_a_clock_set_back_does_not_silence_a_channel_that_was_paced(office: PostOffice) -> None:
    for number in range(6):
        office.put(str(number))
    assert office.first.send_due() == 5
    set_back(office)
    office.put("after")
    assert (office.first.send_due(), office.first.send_due()) == (2, 0)
    assert sorted(office.seen) == ["0", "1", "2", "3", "4", "5", "after"]


@pytest.mark.parametrize("reason", [DestinationBlocked("is_archived"), CredentialsBlocked("token_revoked")])
def test_a_clock_set_back_does_not_keep_a_block_from_being_checked(office: PostOffice, reason: Exception) -> None:
    for name in "ab":
        office.put(name)
    office.slack.script = [reason]
    office.first.send_due()
    set_back(office)
    office.slack.script = [reason]
    assert (office.first.send_due(), office.first.send_due()) == (1, 0)
    office.wait(hours=1)
    assert office.first.send_due() == 2
    assert sorted(office.seen) == ["a", "b"]


def test_a_clock_set_back_does_not_strand_a_refused_post(office: PostOffice) -> None:
    office.put()
    office.slack.script = [Refused(retry_after=60)]
    office.first.send_due()
    set_back(office)
    assert office.first.send_due() == 1
    assert office.seen == ["a"]


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("looks_before", [0, 1])
def test_after_a_clock_set_back_a_post_in_doubt_is_looked_for_with_all_waits_anew(
    office: PostOffice, accepted: bool, looks_before: int
) -> None:
    key = office.put()
    office.slack.script = [Ambiguous()]
    office.first.send_due()
    office.wait(seconds=60 * looks_before)
    office.first.reconcile()
    set_back(office)
    if accepted:
        office.slack.post(OutgoingPost(key, "C1", None, "answer", {"text": "a"}))
    assert (office.first.reconcile(), office.slack.looks) == (0, looks_before)
    office.wait(seconds=60)
    assert (office.first.reconcile(), office.slack.looks) == (int(accepted), looks_before + 1)
    office.wait(seconds=240)
    office.first.reconcile()
    office.first.send_due()
    assert (office.state(key), office.seen) == ("SENT", ["a"])


def test_a_clock_set_back_does_not_strand_what_a_dead_sender_had_claimed(office: PostOffice) -> None:
    key = office.put()
    assert office.first._claims.take() is not None
    set_back(office)
    office.first.reconcile()
    assert office.state(key) == "UNKNOWN"


def test_a_replica_whose_clock_is_somewhat_behind_leaves_claims_alone(office: PostOffice) -> None:
    key = office.put()
    assert office.first._claims.take() is not None
    office.wait(minutes=-5)
    office.first.reconcile()
    assert office.state(key) == "SENDING"


def test_ten_senders_at_once_post_each_of_forty_posts_once(office: PostOffice) -> None:
    for number in range(40):
        office.put(str(number), channel=f"C{number}")
    senders = [office.sender(f"sender-{number}") for number in range(10)]
    threads = [threading.Thread(target=sender.send_due) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.first.send_due()
    assert sorted(office.seen, key=int) == [str(number) for number in range(40)]
    with office.database.read() as session:
        assert counts(session) == {"SENT": 40}


def test_a_scope_that_messages_wait_for_is_named_until_they_are_posted(office: PostOffice) -> None:
    office.put("a")
    office.put("b", channel="C2")
    office.slack.script = [Refused(3600, "missing_scope: groups:read")]
    assert office.first.send_due() == 2
    with office.database.read() as session:
        assert lacking_scopes(session) == {"groups:read": 1}
        findings = [(finding.subject, finding.says) for finding in doctor.outbox(office.database)]
    assert findings[-1] == ("scope", "messages that wait for the scope groups:read: 1")
    office.wait(hours=1)
    office.first.send_due()
    with office.database.read() as session:
        assert lacking_scopes(session) == {}
