"""Updates of posted cards: they wait for their post, only the newest counts, and trying twice does no harm."""

from __future__ import annotations

from typing import Any

import pytest

from bot.work.faults import armed
from bot.work.kinds import NUDGE
from bot.work.notifier import Ambiguous, Gone, RateLimited
from bot.work.updates import CardUpdate, card_at, enqueue_update
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import Desk


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(database, clock)


def shown(desk: Desk) -> list[str]:
    """What every card shows now."""
    return [card["text"] for card in desk.slack.cards.values()]


def test_an_update_is_shown_on_its_card_and_is_no_second_message(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    desk.update(card, 2, "acknowledged")
    assert desk.first.send_due() == 1
    assert (desk.seen, shown(desk), desk.slack.looks) == (["a"], ["acknowledged"], 0)


def test_an_update_waits_until_its_card_is_posted(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    update = desk.update(card, 2, "acknowledged")
    desk.slack.script = [Ambiguous()]
    assert (desk.first.send_due(), desk.state(update)) == (1, "PENDING")
    desk.wait(seconds=60)
    assert (desk.first.send_due(), desk.state(update)) == (0, "PENDING")
    desk.first.reconcile()
    desk.wait(seconds=240)
    desk.first.reconcile()
    assert desk.first.send_due() == 2
    assert shown(desk) == ["acknowledged"]


def test_of_the_updates_that_wait_for_a_card_only_the_newest_is_made(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    older, newer = desk.update(card, 2, "acknowledged"), desk.update(card, 3, "snoozed")
    assert desk.first.send_due() == 2
    assert (desk.state(older), desk.state(newer)) == ("SUPERSEDED", "SENT")
    assert desk.steps(older)[-1] == ("PENDING", "SUPERSEDED", "by version 3")
    assert [data["text"] for _, data in desk.slack.updates] == ["snoozed"]


def test_an_update_that_comes_late_with_an_older_state_changes_nothing(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.update(card, 3, "recorded")
    desk.first.send_due()
    assert desk.update(card, 2, "acknowledged", enqueued=False)
    assert (desk.first.send_due(), shown(desk)) == (0, ["recorded"])


def test_an_update_whose_outcome_is_unclear_is_made_again_without_a_look(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    update = desk.update(card, 2, "acknowledged")
    desk.slack.script = ["accepted, no reply"]
    desk.first.send_due()
    assert desk.state(update) == "PENDING"
    desk.wait(seconds=5)
    desk.first.send_due()
    assert (desk.state(update), desk.slack.looks, shown(desk)) == ("SENT", 0, ["acknowledged"])


def test_an_update_of_a_sender_that_died_is_made_again(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    update = desk.update(card, 2, "acknowledged")
    assert desk.first._claims.take() is not None
    desk.wait(seconds=20)
    desk.sender("second").reconcile()
    assert desk.state(update) == "PENDING"
    desk.sender("second").send_due()
    assert shown(desk) == ["acknowledged"]


def test_a_newer_update_waits_for_the_one_under_way_and_replaces_it_when_that_is_unclear(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    older = desk.update(card, 2, "acknowledged")
    claim = desk.first._claims.take()
    assert claim is not None
    newer = desk.update(card, 3, "recorded")
    assert desk.sender("second").send_due() == 0
    desk.first._outcomes.ambiguous(claim, "no clear reply")
    desk.wait(seconds=5)
    desk.sender("second").send_due()
    assert (desk.state(older), desk.state(newer), shown(desk)) == ("SUPERSEDED", "SENT", ["recorded"])


def test_a_late_update_that_lies_over_a_newer_one_is_mended(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    desk.update(card, 2, "acknowledged")
    frozen = desk.first._claims.take()
    assert frozen is not None
    desk.update(card, 3, "recorded")
    desk.wait(seconds=20)
    second = desk.sender("second")
    second.reconcile()
    second.send_due()
    assert shown(desk) == ["recorded"]
    desk.slack.update(frozen.post)
    desk.first._outcomes.sent(frozen, str(frozen.post.slack_ts))
    second.send_due()
    assert shown(desk) == ["recorded"]


@pytest.mark.parametrize("reason", ["message_not_found", "cant_update_message"])
def test_an_update_of_a_card_that_is_gone_is_dropped_with_the_reason(desk: Desk, reason: str) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    update = desk.update(card, 2, "acknowledged")
    desk.slack.script = [Gone(reason)]
    desk.first.send_due()
    assert desk.steps(update)[-1] == ("SENDING", "SUPERSEDED", reason)
    desk.wait(days=1)
    assert desk.first.send_due() == 0


def test_an_update_of_a_card_that_was_never_posted_is_dropped(desk: Desk) -> None:
    desk.wanted = lambda session, post: False
    card = desk.put(kind=NUDGE)
    update = desk.update(card, 2, "acknowledged")
    desk.first.send_due()
    assert desk.steps(update)[-1] == ("PENDING", "SUPERSEDED", "its message was never posted")


def test_a_card_whose_row_is_gone_is_updated_by_its_place(desk: Desk) -> None:
    desk.slack.cards["5.0"] = {"text": "old"}
    with desk.database.read() as session:
        card = card_at(session, "team", "C1", "5.0")
        assert card == card_at(session, "team", "C1", "5.0")
    desk.update(card, 2, "acknowledged", slack_ts="5.0")
    desk.first.send_due()
    assert shown(desk) == ["acknowledged"]


def test_a_card_is_known_by_the_place_where_it_was_posted(desk: Desk) -> None:
    key = desk.put(kind=NUDGE)
    desk.first.send_due()
    with desk.database.read() as session:
        assert card_at(session, "team", "C1", desk.slack.messages[0].ts) == key


def test_updates_go_at_once_although_their_channel_is_busy_and_before_nudges(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    for number in range(6):
        desk.put(str(number), kind=NUDGE)
    desk.update(card, 2, "acknowledged")
    desk.first.send_due(1)
    assert shown(desk)[0] == "acknowledged"
    desk.first.send_due()
    desk.update(card, 3, "recorded")
    assert (desk.first.send_due(1), shown(desk)[0]) == (1, "recorded")


def test_updates_wait_with_everything_else_while_slack_asks_for_it(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    desk.first.send_due()
    desk.update(card, 2, "acknowledged")
    desk.put("b", channel="C2")
    desk.slack.script = [RateLimited(15)]
    assert desk.first.send_due() == 1
    desk.wait(seconds=14)
    assert desk.first.send_due() == 0
    desk.wait(seconds=1)
    assert desk.first.send_due() == 2
    assert shown(desk)[0] == "acknowledged"


def test_death_at_any_point_leaves_the_newest_state_on_the_card(desk: Desk) -> None:
    class Death(BaseException):
        pass

    def die_at(wanted: str) -> Any:
        def strike(point: str) -> None:
            if point == wanted:
                raise Death

        return strike

    points = ("claim.before_commit", "claim.after_commit", "post.before", "post.after", "finish.before_commit")
    for number, point in enumerate(points):
        card = desk.put(point, channel=f"C{number}", kind=NUDGE)
        desk.first.send_due()
        desk.update(card, 2, f"{point} acknowledged", channel=f"C{number}")
        with pytest.raises(Death), armed(die_at(point)):
            desk.first.send_due()
        desk.update(card, 3, f"{point} recorded", channel=f"C{number}")
        desk.wait(seconds=20)
        desk.first.reconcile()
        desk.first.send_due()
    assert shown(desk) == [f"{point} recorded" for point in points]
    assert desk.seen == list(points)


def test_the_same_update_enqueued_twice_at_once_is_one(desk: Desk) -> None:
    card = desk.put(kind=NUDGE)
    update = CardUpdate(card, "team", "C1", "nudge", {"text": "acknowledged"}, 2)
    with desk.database.write() as session:
        assert enqueue_update(session, update, desk.clock.now())
    with desk.database.write() as session:
        enqueue_update(session, update, desk.clock.now())
    desk.first.send_due()
    assert len(desk.slack.updates) == 1
