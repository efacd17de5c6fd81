"""A message can take a while to show in history: two looks far enough apart do not mistake that for a loss."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.work.kinds import ANSWER, KINDS, NUDGE, PostKind
from bot.work.notifier import Ambiguous
from bot.work.outbox import counts
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice

POSTS = 60


def doubled(database: Database, clock: ManualClock, kind: PostKind, landing: int) -> int:
    """How many of `POSTS` are seen twice when a third is unclear and shows only after up to `landing` seconds."""
    office = PostOffice(database, clock)
    office.slack.landing = timedelta(seconds=landing)
    office.slack.script = ["accepted, no reply" if n % 3 else Ambiguous() for n in range(POSTS)]
    for number in range(POSTS):
        office.put(str(number), channel=f"C{number}", kind=kind)
    office.first.send_due(POSTS)
    for _ in range(110):
        office.wait(seconds=5)
        office.first.reconcile()
        office.first.send_due()
    with database.read() as session:
        assert counts(session) == {"SENT": POSTS}
    return sum(copies > 1 for copies in office.slack.copies().values())


@pytest.mark.parametrize(("kind", "landing"), [(ANSWER, 60), (NUDGE, 90)])
def test_messages_that_show_late_are_not_posted_again(
    sqlite_database: Database, clock: ManualClock, kind: PostKind, landing: int
) -> None:
    assert doubled(sqlite_database, clock, kind, landing) == 0


@pytest.mark.parametrize(("kind", "landing"), [(ANSWER, 60), (NUDGE, 90)])
def test_looking_sooner_would_double_them(
    sqlite_database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, kind: PostKind, landing: int
) -> None:
    hasty = replace(kind, first_look=timedelta(seconds=20), second_look=timedelta(seconds=40))
    monkeypatch.setitem(KINDS, kind.name, hasty)
    assert doubled(sqlite_database, clock, kind, landing) > 20
