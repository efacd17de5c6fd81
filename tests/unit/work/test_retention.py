"""What is erased when: what was said first, then the event's key, then the message's own row."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.work.inbox import Inbox
from bot.work.kinds import NUDGE
from bot.work.retention import Ages, Swept, sweep
from bot.work.tables import InboxRow, OutboxLogRow, OutboxRow
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice


def swept(office: PostOffice, ages: Ages | None = None) -> Swept:
    with office.database.write() as session:
        return sweep(session, office.clock.now(), ages)


def test_what_an_answer_said_is_erased_after_a_day_and_a_nudge_keeps_its_facts(
    sqlite_database: Database, clock: ManualClock
) -> None:
    office = PostOffice(sqlite_database, clock)
    answer, nudge = office.put("a"), office.put("b", kind=NUDGE)
    office.first.send_due()
    office.wait(hours=24)
    assert swept(office) == Swept(0, 0, 0)
    office.wait(seconds=1)
    assert swept(office) == Swept(1, 0, 0)
    assert (office.row(answer).data, office.row(nudge).data) == (None, {"text": "b"})


def test_what_waits_is_never_erased(sqlite_database: Database, clock: ManualClock) -> None:
    office = PostOffice(sqlite_database, clock)
    waiting = office.put("a")
    office.wait(days=400)
    assert swept(office) == Swept(0, 0, 0)
    assert office.row(waiting).data == {"text": "a"}


def test_after_a_month_a_message_and_its_log_are_gone_but_for_nudges(
    sqlite_database: Database, clock: ManualClock
) -> None:
    office = PostOffice(sqlite_database, clock)
    office.put("a")
    nudge = office.put("b", kind=NUDGE)
    office.first.send_due()
    office.wait(days=31)
    assert swept(office) == Swept(1, 0, 1)
    with sqlite_database.read() as session:
        assert session.scalars(select(OutboxRow.key)).all() == [nudge]
        assert set(session.scalars(select(OutboxLogRow.key))) == {nudge}


def test_the_key_of_an_event_outlives_every_redelivery(sqlite_database: Database, clock: ManualClock) -> None:
    office, inbox = PostOffice(sqlite_database, clock), Inbox(sqlite_database, clock)
    inbox.receive("mention", "Ev1", {}, "team")
    received = inbox.lease("one")
    assert received is not None
    inbox.finish(received, [])
    inbox.receive("mention", "Ev2", {}, "team")
    office.wait(days=1)
    assert swept(office, Ages(events=timedelta(0))) == Swept(0, 0, 0)
    office.wait(seconds=1)
    assert swept(office, Ages(events=timedelta(0))) == Swept(0, 1, 0)
    with sqlite_database.read() as session:
        assert session.scalars(select(InboxRow.key)).all() == ["Ev2"]
