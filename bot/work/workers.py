"""Threads that take events from the inbox and handle each one until it is done or failed."""

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
    """`size` threads that handle events. `handlers` and `failures` are functions by kind of event.

    A handler returns the posts that answer the event. They are enqueued once, in the transaction that ends the event. A
    handler may be called again for the same event as another attempt. If the last attempt fails or ends its process,
    the function in `failures` makes the post that says so.
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
        """Start the threads."""
        for loop in (*self._loops, self._keeper):
            loop.start()

    def wake(self) -> None:
        """Wake the threads, because an event was stored."""
        for loop in self._loops:
            loop.wake()

    def stop(self, timeout: float | None = 10.0) -> None:
        """Finish the events in progress and take no more. Another worker takes what does not finish in time."""
        for loop in self._loops:
            loop.ask_to_stop()
        # The keeper stops last: events still in progress need their leases renewed.
        for loop in (*self._loops, self._keeper):
            loop.stop(timeout)

    def run_once(self, worker: str | None = None) -> bool:
        """Handle one event in this thread. Return False when there is none."""
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
        except Exception as error:  # a handler may raise anything; the event must still end
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
        except Exception as error:  # if even this fails, the event must not come back for ever
            logger.warning("%s, failing: %s", received.kind, type(error).__name__)
            posts = ()
        self._inbox.fail(received, posts)

    def _keep(self) -> int:
        with self._lock:
            held = list(self._held)
        for received in held:
            self._inbox.renew(received)
        return 0
