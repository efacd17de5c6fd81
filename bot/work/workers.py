"""Threads that take events from the inbox and bring each to its one terminal state."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from bot.work.faults import fault
from bot.work.inbox import Inbox, Received
from bot.work.loops import POLL_SECONDS, WakingLoop
from bot.work.outbox import Post

logger = logging.getLogger(__name__)

Handler = Callable[[Received], Sequence[Post]]


class WorkerPool:
    """`size` threads that handle events. `handlers` and `failures` go by the event's kind.

    A handler returns the posts that answer the event; they are enqueued together with its end, once. It may be
    called again for the same event (another attempt), never twice to an end. When the last attempt has failed, or
    has taken its process with it, the kind's entry in `failures` makes the post that says so.
    """

    def __init__(
        self,
        inbox: Inbox,
        handlers: Mapping[str, Handler],
        size: int = 4,
        *,
        failures: Mapping[str, Handler] | None = None,
        name: str = "worker",
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._inbox = inbox
        self._handlers = handlers
        self._failures = failures or {}
        self._name = name
        self._loops = [
            WakingLoop(f"{name}-{n}", self._step_of(f"{name}-{n}"), poll_seconds) for n in range(max(size, 1))
        ]
        self._keeper = WakingLoop(f"{name}-keeper", self._keep, inbox.lease_seconds / 3)
        self._held: set[Received] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to take events."""
        for loop in (*self._loops, self._keeper):
            loop.start()

    def wake(self) -> None:
        """An event has come in."""
        for loop in self._loops:
            loop.wake()

    def stop(self, timeout: float | None = 10.0) -> None:
        """Finish what is being handled, take nothing more. What does not end in time is taken up by another worker."""
        for loop in self._loops:
            loop.ask_to_stop()
        # The keeper goes last: what is still being handled needs its lease.
        for loop in (*self._loops, self._keeper):
            loop.stop(timeout)

    def run_once(self, worker: str | None = None) -> bool:
        """Handle one event in this thread; False when there is none."""
        received = self._inbox.lease(worker or f"{self._name}-once", tuple(self._handlers))
        if received is None:
            return False
        with self._lock:
            self._held.add(received)
        try:
            self._handle(received)
        finally:
            with self._lock:
                self._held.discard(received)
        return True

    def _step_of(self, worker: str) -> Callable[[], int]:
        return lambda: int(self.run_once(worker))

    def _handle(self, received: Received) -> None:
        if received.attempt > self._inbox.max_attempts:
            self._fail(received)
            return
        try:
            posts = self._handlers[received.kind](received)
        except Exception as error:  # a handler may raise anything; the event still gets its end
            logger.warning("%s, attempt %d: %s", received.kind, received.attempt, type(error).__name__)
            if received.attempt == self._inbox.max_attempts:
                self._fail(received)
            else:
                self._inbox.release(received, type(error).__name__)
            return
        fault("handle.after")
        self._inbox.finish(received, posts)

    def _fail(self, received: Received) -> None:
        failure = self._failures.get(received.kind)
        try:
            posts = failure(received) if failure else ()
        except Exception as error:  # an event that cannot even be failed must not come back for ever
            logger.warning("%s, failing: %s", received.kind, type(error).__name__)
            posts = ()
        self._inbox.fail(received, posts)

    def _keep(self) -> int:
        with self._lock:
            held = list(self._held)
        for received in held:
            self._inbox.renew(received)
        return 0
