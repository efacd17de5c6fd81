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
from tests.support.outbox import PostOffice


@pytest.fixture
def office(database: Database, clock: ManualClock) -> PostOffice:
    return PostOffice(database, clock)


def shown(office: PostOffice) -> list[str]:
    """What every card shows now."""
    return [card["text"] for card in office.slack.cards.values()]


def test_an_update_is_shown_on_its_card_and_is_no_second_message(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    office.update(card, 2, "acknowledged")
    assert office.first.send_due() == 1
    assert (office.seen, shown(office), office.slack.looks) == (["a"], ["acknowledged"], 0)


def test_an_update_waits_until_its_card_is_posted(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    update = office.update(card, 2, "acknowledged")
    office.slack.script = [Ambiguous()]
    assert (office.first.send_due(), office.state(update)) == (1, "PENDING")
    office.wait(seconds=60)
    assert (office.first.send_due(), office.state(update)) == (0, "PENDING")
    office.first.reconcile()
    office.wait(seconds=240)
    office.first.reconcile()
    assert office.first.send_due() == 2
    assert shown(office) == ["acknowledged"]


def test_of_the_updates_that_wait_for_a_card_only_the_newest_is_made(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    older, newer = office.update(card, 2, "acknowledged"), office.update(card, 3, "snoozed")
    assert office.first.send_due() == 2
    assert (office.state(older), office.state(newer)) == ("SUPERSEDED", "SENT")
    assert office.steps(older)[-1] == ("PENDING", "SUPERSEDED", "by version 3")
    assert [data["text"] for _, data in office.slack.updates] == ["snoozed"]


def test_an_update_that_comes_late_with_an_older_state_changes_nothing(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.update(card, 3, "recorded")
    office.first.send_due()
    assert office.update(card, 2, "acknowledged", enqueued=False)
    assert (office.first.send_due(), shown(office)) == (0, ["recorded"])


def test_an_update_whose_outcome_is_unclear_is_made_again_without_a_look(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    update = office.update(card, 2, "acknowledged")
    office.slack.script = ["accepted, no reply"]
    office.first.send_due()
    assert office.state(update) == "PENDING"
    office.wait(seconds=5)
    office.first.send_due()
    assert (office.state(update), office.slack.looks, shown(office)) == ("SENT", 0, ["acknowledged"])


def test_an_update_of_a_sender_that_died_is_made_again(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    update = office.update(card, 2, "acknowledged")
    assert office.first._claims.take() is not None
    office.wait(seconds=20)
    office.sender("second").reconcile()
    assert office.state(update) == "PENDING"
    office.sender("second").send_due()
    assert shown(office) == ["acknowledged"]


def test_a_newer_update_waits_for_the_one_under_way_and_replaces_it_when_that_is_unclear(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    older = office.update(card, 2, "acknowledged")
    claim = office.first._claims.take()
    assert claim is not None
    newer = office.update(card, 3, "recorded")
    assert office.sender("second").send_due() == 0
    office.first._outcomes.ambiguous(claim, "no clear reply")
    office.wait(seconds=5)
    office.sender("second").send_due()
    assert (office.state(older), office.state(newer), shown(office)) == ("SUPERSEDED", "SENT", ["recorded"])


def test_a_late_update_that_lies_over_a_newer_one_is_mended(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    office.update(card, 2, "acknowledged")
    frozen = office.first._claims.take()
    assert frozen is not None
    office.update(card, 3, "recorded")
    office.wait(seconds=20)
    second = office.sender("second")
    second.reconcile()
    second.send_due()
    assert shown(office) == ["recorded"]
    office.slack.update(frozen.post)
    office.first._outcomes.sent(frozen, str(frozen.post.slack_ts))
    second.send_due()
    assert shown(office) == ["recorded"]


@pytest.mark.parametrize("reason", ["message_not_found", "cant_update_message"])
def test_an_update_of_a_card_that_is_gone_is_dropped_with_the_reason(office: PostOffice, reason: str) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    update = office.update(card, 2, "acknowledged")
    office.slack.script = [Gone(reason)]
    office.first.send_due()
    assert office.steps(update)[-1] == ("SENDING", "SUPERSEDED", reason)
    office.wait(days=1)
    assert office.first.send_due() == 0


def test_an_update_of_a_card_that_was_never_posted_is_dropped(office: PostOffice) -> None:
    office.wanted = lambda session, post: False
    card = office.put(kind=NUDGE)
    update = office.update(card, 2, "acknowledged")
    office.first.send_due()
    assert office.steps(update)[-1] == ("PENDING", "SUPERSEDED", "its message was never posted")


def test_a_card_whose_row_is_gone_is_updated_by_its_place(office: PostOffice) -> None:
    office.slack.cards["5.0"] = {"text": "old"}
    with office.database.read() as session:
        card = card_at(session, "team", "C1", "5.0")
        assert card == card_at(session, "team", "C1", "5.0")
    office.update(card, 2, "acknowledged", slack_ts="5.0")
    office.first.send_due()
    assert shown(office) == ["acknowledged"]


def test_a_card_is_known_by_the_place_where_it_was_posted(office: PostOffice) -> None:
    key = office.put(kind=NUDGE)
    office.first.send_due()
    with office.database.read() as session:
        assert card_at(session, "team", "C1", office.slack.messages[0].ts) == key


def test_updates_go_at_once_although_their_channel_is_busy_and_before_nudges(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    for number in range(6):
        office.put(str(number), kind=NUDGE)
    office.update(card, 2, "acknowledged")
    office.first.send_due(1)
    assert shown(office)[0] == "acknowledged"
    office.first.send_due()
    office.update(card, 3, "recorded")
    assert (office.first.send_due(1), shown(office)[0]) == (1, "recorded")


def test_updates_wait_with_everything_else_while_slack_asks_for_it(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    office.first.send_due()
    office.update(card, 2, "acknowledged")
    office.put("b", channel="C2")
    office.slack.script = [RateLimited(15)]
    assert office.first.send_due() == 1
    office.wait(seconds=14)
    assert office.first.send_due() == 0
    office.wait(seconds=1)
    assert office.first.send_due() == 2
    assert shown(office)[0] == "acknowledged"


def test_death_at_any_point_leaves_the_newest_state_on_the_card(office: PostOffice) -> None:
    class Death(BaseException):
        pass

    def die_at(wanted: str) -> Any:
        def strike(point: str) -> None:
            if point == wanted:
                raise Death

        return strike

    points = ("claim.before_commit", "claim.after_commit", "post.before", "post.after", "finish.before_commit")
    for number, point in enumerate(points):
        card = office.put(point, channel=f"C{number}", kind=NUDGE)
        office.first.send_due()
        office.update(card, 2, f"{point} acknowledged", channel=f"C{number}")
        with pytest.raises(Death), armed(die_at(point)):
            office.first.send_due()
        office.update(card, 3, f"{point} recorded", channel=f"C{number}")
        office.wait(seconds=20)
        office.first.reconcile()
        office.first.send_due()
    assert shown(office) == [f"{point} recorded" for point in points]
    assert office.seen == list(points)


def test_the_same_update_enqueued_twice_at_once_is_one(office: PostOffice) -> None:
    card = office.put(kind=NUDGE)
    update = CardUpdate(card, "team", "C1", "nudge", {"text": "acknowledged"}, 2)
    with office.database.write() as session:
        assert enqueue_update(session, update, office.clock.now())
    with office.database.write() as session:
        enqueue_update(session, update, office.clock.now())
    office.first.send_due()
    assert len(office.slack.updates) == 1
