"""A small outbox with a Slack of its own, for tests that post a message or two."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.work.claims import StillWanted
from bot.work.kinds import ANSWER
from bot.work.notifier import OutgoingPost
from bot.work.outbox import Post, enqueue, find, post_key, story
from bot.work.sender import Sender, always
from bot.work.tables import OutboxRow
from bot.work.updates import CardUpdate, enqueue_update
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.fake_slack import FakeSlack


class PostOffice:
    """Puts messages into the outbox and lets senders at them; the clock moves only when told to."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock = database, clock
        self.slack = FakeSlack(clock, random.Random(0))
        self.frozen_seconds = 0.0
        self.wanted: StillWanted = always
        self.first = self.sender("first")

    def sender(self, worker: str, **options: Any) -> Sender:
        ticks = iter(range(10**9))
        return Sender(
            self.database,
            self.slack,
            self.clock,
            worker,
            still_wanted=self._still_wanted,
            monotonic=lambda: next(ticks) * self.frozen_seconds,
            **options,
        )

    def _still_wanted(self, session: Session, post: OutgoingPost) -> bool:
        return self.wanted(session, post)

    def put(self, name: str = "a", channel: str = "C1", **values: Any) -> str:
        kind, view = values.pop("kind", ANSWER), values.pop("view", "answer")
        post = Post(kind, post_key(name), "team", channel, None, view, {"text": name}, **values)
        with self.database.write() as session:
            assert enqueue(session, post, self.clock.now())
        return post.key

    def update(
        self,
        card: str,
        version: int,
        text: str,
        *,
        channel: str = "C1",
        slack_ts: str | None = None,
        enqueued: bool = True,
    ) -> str:
        """Let a card show something else; the key of the update."""
        update = CardUpdate(card, "team", channel, "nudge", {"text": text}, version, slack_ts)
        with self.database.write() as session:
            assert enqueue_update(session, update, self.clock.now()) is enqueued
            newest = select(OutboxRow.key).where(OutboxRow.card == card).order_by(OutboxRow.id.desc()).limit(1)
            return session.scalars(newest).one()

    def row(self, key: str) -> OutboxRow:
        with self.database.read() as session:
            row = find(session, key)
        assert row is not None
        return row

    def state(self, key: str) -> str:
        return self.row(key).state

    def steps(self, key: str) -> list[tuple[str | None, str, str | None]]:
        with self.database.read() as session:
            return [(step.from_state, step.to_state, step.detail) for step in story(session, key)]

    def wait(self, **duration: float) -> None:
        self.clock.advance(timedelta(**duration))

    @property
    def seen(self) -> list[str]:
        return [message.data["text"] for message in self.slack.messages]
