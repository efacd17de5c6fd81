"""A message can take a while to show in history: two looks far enough apart do not mistake that for a loss."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.work import reconciler
from bot.work.notifier import Ambiguous
from bot.work.outbox import counts
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import Desk

POSTS = 60


def doubled(database: Database, clock: ManualClock) -> int:
    """How many of `POSTS` are seen twice when a third is unclear and shows only after up to 90 seconds."""
    desk = Desk(database, clock)
    desk.slack.landing = timedelta(seconds=90)
    desk.slack.script = ["accepted, no reply" if n % 3 else Ambiguous() for n in range(POSTS)]
    for number in range(POSTS):
        desk.put(str(number), channel=f"C{number}")
    desk.first.send_due(POSTS)
    for _ in range(22):
        desk.wait(seconds=25)
        desk.first.reconcile()
        desk.first.send_due()
    with database.read() as session:
        assert counts(session) == {"SENT": POSTS}
    return sum(copies > 1 for copies in desk.slack.copies().values())


def test_messages_that_show_late_are_not_posted_again(sqlite_database: Database, clock: ManualClock) -> None:
    assert doubled(sqlite_database, clock) == 0


def test_looking_sooner_would_double_them(
    sqlite_database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "FIRST_LOOK", timedelta(seconds=20))
    monkeypatch.setattr(reconciler, "SECOND_LOOK", timedelta(seconds=40))
    assert doubled(sqlite_database, clock) > 20
