"""Posts what the outbox holds, each message once; what nobody can tell is looked up before it is tried again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Literal

from sqlalchemy.orm import Session

from bot.work.claims import Claim, Claims, StillWanted
from bot.work.faults import fault
from bot.work.notifier import (
    Ambiguous,
    CredentialsBlocked,
    DestinationBlocked,
    Malformed,
    Notifier,
    OutgoingPost,
    Refused,
)
from bot.work.reconciler import Reconciler
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

# Shorter than the lease: whoever was frozen after the claim must not post when somebody else may have taken over.
DEADLINE_SECONDS = 90.0


def never() -> bool:
    """Nobody asks us to stop."""
    return False


def always(_session: Session, _post: OutgoingPost) -> bool:
    """Every message is still wanted."""
    return True


class Sender:
    """One worker's hand on the outbox. Any number may run at once, in threads, processes and machines.

    `worker_id` must be unique among them. `unreadable` says what becomes of a message whose history could not be
    read for a day: post it again with the remark that it may be a repeat, or hold it for ever. `stopping` is asked
    between two messages: when it says so, no second one is begun.
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
    ) -> None:
        self._notifier = notifier
        self._clock = clock
        self._monotonic = monotonic
        self._stopping = stopping
        self._claims = Claims(database, clock, worker_id, still_wanted)
        self._reconciler = Reconciler(database, notifier, clock, worker_id, unreadable=unreadable)

    def send_due(self, limit: int = 100) -> int:
        """Try to post up to `limit` messages that are due; how many were tried."""
        for tried in range(limit):
            if tried and self._stopping():
                return tried
            began = self._monotonic()
            claim = self._claims.take()
            if claim is None:
                return tried
            self._post(claim, began)
        return limit

    def reconcile(self) -> int:
        """Find out about the messages nobody knows about; how many were settled."""
        self._claims.expire()
        return self._reconciler.look(stopping=self._stopping)

    def _post(self, claim: Claim, began: float) -> None:
        fault("post.before")
        # One clock stands still while the machine sleeps, the other may be set: whichever saw more time pass counts.
        passed = max(self._monotonic() - began, (self._clock.now() - claim.at).total_seconds())
        if passed > DEADLINE_SECONDS:
            self._claims.refused(claim, None, "too late to post")
            return
        try:
            slack_ts = self._notifier.post(claim.post)
        except Refused as refusal:
            self._claims.refused(claim, refusal.retry_after, refusal.reason)
        except DestinationBlocked as refusal:
            self._claims.blocked(claim, refusal.reason, everywhere=False)
        except CredentialsBlocked as refusal:
            self._claims.blocked(claim, refusal.reason, everywhere=True)
        except Malformed as refusal:
            self._claims.malformed(claim, refusal.reason)
        except Ambiguous:
            self._claims.ambiguous(claim, "no clear reply")
        except Exception as error:  # whatever it was, it may have come after the message was taken
            logger.warning("message %s: %s while posting", claim.post.key, type(error).__name__)
            self._claims.ambiguous(claim, type(error).__name__)
        else:
            fault("post.after")
            self._claims.sent(claim, slack_ts)
