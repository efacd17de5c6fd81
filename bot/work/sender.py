"""Posts what the outbox holds, each message once; what nobody can tell is looked up before it is tried again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

from sqlalchemy.orm import Session

from bot.work.claims import Claim, Claims, StillWanted
from bot.work.ending import MakePost, tell_nobody
from bot.work.faults import fault
from bot.work.kinds import KINDS
from bot.work.notifier import (
    Ambiguous,
    CredentialsBlocked,
    DestinationBlocked,
    Gone,
    Malformed,
    Notifier,
    OutgoingPost,
    RateLimited,
    Refused,
    TooLong,
)
from bot.work.outcomes import Outcomes
from bot.work.reconciler import Reconciler
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

# Every lease is renewed three times before it would end.
KEEP_SECONDS = min(kind.lease for kind in KINDS.values()).total_seconds() / 3

Shown = Callable[[OutgoingPost], None]


def never() -> bool:
    """Nobody asks us to stop."""
    return False


def always(_session: Session, _post: OutgoingPost) -> bool:
    """Every message is still wanted."""
    return True


def show_nothing(_post: OutgoingPost) -> None:
    """Nobody is shown what becomes of a message."""


class Sender:
    """One worker's hand on the outbox. Any number may run at once, in threads, processes and machines.

    `worker_id` must be unique among them. `unreadable` says what becomes of a message whose history could not be
    read for long: post it again with the remark that it may be a repeat, or hold it for ever. `stopping` is asked
    between two messages: when it says so, no second one is begun. `on_doubt` is called when nobody knows whether an
    awaited message was posted, `on_found` when history shows it; `on_given_up` makes the post that tells of
    one that is given up, `on_blocked` the one that asks somebody to open a channel.
    """

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        worker_id: str,
        *,
        still_wanted: StillWanted = always,
        unreadable: Literal["repost", "hold"] = "repost",
        monotonic: Callable[[], float] = time.monotonic,
        stopping: Callable[[], bool] = never,
        on_doubt: Shown = show_nothing,
        on_found: Shown = show_nothing,
        on_given_up: MakePost = tell_nobody,
        on_blocked: MakePost = tell_nobody,
    ) -> None:
        self._notifier = notifier
        self._clock = clock
        self._monotonic = monotonic
        self._stopping = stopping
        self._on_doubt = on_doubt
        self._claims = Claims(database, clock, worker_id, still_wanted, on_given_up)
        self._outcomes = Outcomes(database, clock, worker_id, on_given_up, on_blocked)
        self._reconciler = Reconciler(
            database, notifier, clock, worker_id, unreadable=unreadable, on_found=on_found, on_given_up=on_given_up
        )
        self._held: set[Claim] = set()
        self._lock = threading.Lock()

    def send_due(self, limit: int = 100) -> int:
        """Try to post up to `limit` messages that are due; how many were tried."""
        for tried in range(limit):
            if tried and self._stopping():
                return tried
            began = self._monotonic()
            claim = self._claims.take()
            if claim is None:
                return tried
            with self._lock:
                self._held.add(claim)
            try:
                self._send(claim, began)
            finally:
                with self._lock:
                    self._held.discard(claim)
        return limit

    def keep(self) -> int:
        """Renew the lease of every message that is being posted; to be called every `KEEP_SECONDS`."""
        with self._lock:
            held = list(self._held)
        for claim in held:
            self._claims.renew(claim)
        return 0

    def reconcile(self) -> int:
        """Find out about the messages nobody knows about; how many were settled."""
        for post in self._claims.expire():
            self._on_doubt(post)
        return self._reconciler.look(stopping=self._stopping)

    def _send(self, claim: Claim, began: float) -> None:
        fault("post.before")
        # One clock stands still while the machine sleeps, the other may be set: whichever saw more time pass counts.
        passed = max(self._monotonic() - began, (self._clock.now() - claim.at).total_seconds())
        if passed > claim.kind.deadline.total_seconds():
            self._outcomes.refused(claim, None, "too late to post")
            return
        try:
            slack_ts = self._deliver(claim.post)
        except RateLimited as refusal:
            self._outcomes.limited(claim, refusal.retry_after)
        except Refused as refusal:
            self._outcomes.refused(claim, refusal.retry_after, refusal.reason)
        except (DestinationBlocked, CredentialsBlocked) as refusal:
            self._outcomes.blocked(claim, refusal.reason, everywhere=isinstance(refusal, CredentialsBlocked))
        except Malformed as refusal:
            self._outcomes.malformed(claim, refusal.reason, too_long=isinstance(refusal, TooLong))
        except Gone as refusal:
            self._outcomes.gone(claim, refusal.reason)
        except Ambiguous:
            self._doubt(claim, "no clear reply")
        except Exception as error:  # whatever it was, it may have come after the message was taken
            logger.warning("message %s: %s while posting", claim.post.key, type(error).__name__)
            self._doubt(claim, type(error).__name__)
        else:
            fault("post.after")
            self._outcomes.sent(claim, slack_ts)

    def _deliver(self, post: OutgoingPost) -> str:
        return self._notifier.update(post) if post.operation == "update" else self._notifier.post(post)

    def _doubt(self, claim: Claim, reason: str) -> None:
        if self._outcomes.ambiguous(claim, reason) and claim.kind.awaited:
            self._on_doubt(claim.post)
