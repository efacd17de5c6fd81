"""A restored outbox posts nothing that was posted after the backup was written."""

from __future__ import annotations

from datetime import timedelta

from bot.work.notifier import DestinationBlocked, OutgoingPost
from bot.work.restoring import distrust
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice


def test_what_a_backup_holds_as_open_is_looked_for_before_it_is_posted(database: Database, clock: ManualClock) -> None:
    office = PostOffice(database, clock)
    sent = office.put("sent", channel="C0")
    office.first.send_due()
    blocked = office.put("blocked", channel="C1")
    office.slack.script = [DestinationBlocked("is_archived")]
    office.first.send_due()
    sending = office.put("sending", channel="C2")
    assert office.first._claims.take() is not None
    pending, lost = office.put("pending", channel="C3"), office.put("lost", channel="C4")
    keys = (pending, sending, blocked, lost)
    created = clock.now()
    # What the first installation posted between the backup and its end.
    office.wait(hours=1)
    for key, name in zip(keys[:3], ("pending", "sending", "blocked"), strict=True):
        office.slack.post(OutgoingPost(key, "C", None, "answer", {"text": name}))
    office.wait(days=2)
    with database.write() as session:
        assert distrust(session, created) == 4
    assert [office.row(key).first_try_at for key in keys] == [created] * 4
    for _ in range(4):
        office.first.reconcile()
        office.first.send_due()
        clock.advance(timedelta(minutes=1))
    assert [office.state(key) for key in (sent, *keys)] == ["SENT"] * 5
    assert sorted(office.seen) == ["blocked", "lost", "pending", "sending", "sent"]
    assert office.steps(pending)[1] == ("PENDING", "UNKNOWN", "restored from a backup")
