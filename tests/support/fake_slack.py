"""A Slack in memory that loses replies, refuses, hides history and lets senders freeze, as often as it is told to."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.work.notifier import Ambiguous, HistoryUnreadable, OutgoingPost, RateLimited, Refused
from retrieval.ports import Clock


@dataclass(frozen=True)
class Message:
    """What everybody in the channel sees."""

    key: str
    channel: str
    ts: str
    at: datetime
    view: str
    data: dict[str, Any]
    form: str
    repeat: bool
    part: int = 0


@dataclass
class Faults:
    """How often each thing goes wrong: shares of posts (or of looks into history)."""

    rate_limited: float = 0.0
    failed_before: float = 0.0
    failed_after: float = 0.0
    unreadable: float = 0.0
    frozen: float = 0.0

    @classmethod
    def rough(cls) -> Faults:
        """17 % of posts go wrong in one way or another, 10 % of looks fail, one sender in fifty freezes."""
        return cls(rate_limited=0.05, failed_before=0.05, failed_after=0.07, unreadable=0.10, frozen=0.02)

    @classmethod
    def none(cls) -> Faults:
        return cls()


@dataclass
class FakeSlack:
    """Implements Notifier. `script` holds outcomes for the next posts, before chance decides.

    `while_frozen` is called when a sender freezes inside its call: what the others do meanwhile. `skew` is how far
    Slack's own clock is ahead of `clock`.
    """

    clock: Clock
    chance: random.Random
    faults: Faults = field(default_factory=Faults)
    while_frozen: Callable[[], None] = lambda: None
    landing: timedelta = timedelta(0)
    skew: timedelta = timedelta(0)
    messages: list[Message] = field(default_factory=list)
    updates: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    script: list[Exception | str] = field(default_factory=list)
    looks: int = 0
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def post(self, post: OutgoingPost) -> str:
        if self.script:
            return self._scripted(post, self.script.pop(0))
        faults, drawn = self.faults, self.chance.random()
        for share, outcome in (
            (faults.rate_limited, self._rate_limited),
            (faults.failed_before, self._lost),
            (faults.failed_after, self._accepted_without_reply),
            (faults.frozen, self._frozen),
        ):
            if drawn < share:
                return outcome(post)
            drawn -= share
        return self._accept(post)

    def update(self, post: OutgoingPost) -> str:
        """As `post`, for the card at its timestamp: what it shows is what arrived last."""
        return self.post(post)

    def find(self, post: OutgoingPost, oldest: datetime) -> str | None:
        self.looks += 1
        if self.chance.random() < self.faults.unreadable:
            raise HistoryUnreadable
        shown = self._now() - self.landing
        return next((m.ts for m in self.messages if m.key == post.key and oldest <= m.at <= shown), None)

    def copies(self) -> Counter[str]:
        return Counter(message.key for message in self.messages)

    def _now(self) -> datetime:
        return self.clock.now() + self.skew

    def _scripted(self, post: OutgoingPost, outcome: Exception | str) -> str:
        if outcome == "accepted, no reply":
            return self._accepted_without_reply(post)
        if isinstance(outcome, Exception):
            raise outcome
        return self._accept(post)

    def _accept(self, post: OutgoingPost) -> str:
        if post.operation == "update":
            assert post.slack_ts is not None
            self.updates.append((post.slack_ts, dict(post.data)))
            self.cards[post.slack_ts] = dict(post.data)
            return post.slack_ts
        now = self._now()
        ts = f"{now.timestamp():.0f}.{next(self._numbers):06d}"
        shown = (dict(post.data), post.form, post.repeat, post.part)
        message = Message(post.key, post.channel, ts, now, post.view, *shown)
        self.messages.append(message)
        self.cards[ts] = message.data
        return ts

    def _rate_limited(self, post: OutgoingPost) -> str:
        raise RateLimited(self.chance.choice([1.0, 60.0, None]))

    def _lost(self, post: OutgoingPost) -> str:
        raise Ambiguous

    def _accepted_without_reply(self, post: OutgoingPost) -> str:
        self._accept(post)
        raise Ambiguous

    def _frozen(self, post: OutgoingPost) -> str:
        self.while_frozen()
        raise Refused
