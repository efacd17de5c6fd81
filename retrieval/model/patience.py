"""How long a question waits: one deadline, few tries, and a server that keeps failing is left alone for a while."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from retrieval.model.outcomes import PASSING, SERVER_FAULTS, ModelFailure

logger = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 2
FIRST_WAIT_SECONDS = 0.5
# Calls given up at their deadline may still wait for the server to close; past this many, no further one is begun.
MAX_CALLS = 64
FAILURES_IN_A_ROW = 5
WITHIN_SECONDS = 60.0
LEFT_ALONE_SECONDS = 30.0


class Patience:
    """Time left for a question: tries, waits between them, and a deadline that no dripping server can move."""

    def __init__(
        self,
        seconds: float,
        *,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._timer = timer
        self._sleep = sleep
        self._jitter = jitter
        self._until = timer() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._until - self._timer())

    def spend(self, call: Callable[[], T]) -> T:
        """`call` with up to `TRIES` tries on a failure that may pass, waiting as the server asks. Raises ModelFailure.

        Without a word of the server, the wait is drawn from (0, FIRST_WAIT_SECONDS]: callers do not come back together.
        """
        for attempt in range(1, TRIES + 1):
            try:
                return within(self.left, call)
            except ModelFailure as failure:
                if failure.outcome not in PASSING or attempt == TRIES:
                    raise
                pause = FIRST_WAIT_SECONDS * self._jitter() if failure.retry_after is None else failure.retry_after
                if pause >= self.left:
                    raise
                logger.info("model: %s, trying again in %.1f s", failure.outcome, pause)
                self._sleep(pause)
        raise AssertionError("the last try returns or raises")


_calls = threading.BoundedSemaphore(MAX_CALLS)


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns or raises, or ModelFailure("timeout") once `seconds` have passed.

    HTTP clients limit the wait for each byte, not for all of them: the call runs in a thread that may be left behind.
    """
    if seconds <= 0:
        raise ModelFailure("timeout")
    if not _calls.acquire(blocking=False):
        raise ModelFailure("busy")
    future: Future[T] = Future()

    def run() -> None:
        try:
            try:
                reply = call()
            finally:
                _calls.release()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(reply)

    threading.Thread(target=run, daemon=True, name="model-call").start()
    if not wait([future], seconds).done:
        raise ModelFailure("timeout")
    return future.result()


class Breaker:
    """Leaves a server alone that failed `FAILURES_IN_A_ROW` questions within `WITHIN_SECONDS`; then lets one try.

    One for a process; safe to share between threads.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._failed: list[float] = []
        self._until = float("-inf")
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises ModelFailure("suspended") while the server is left alone."""
        with self._lock:
            now = self._timer()
            if now < self._until:
                raise ModelFailure("suspended")
            if len(self._failed) >= FAILURES_IN_A_ROW:
                # The one that tries: whoever comes meanwhile waits for what it finds.
                self._until = now + LEFT_ALONE_SECONDS

    def note(self, failure: ModelFailure | None) -> None:
        """A question ended: with a reply (None), or so. Faults that are not the server's own count as a reply."""
        with self._lock:
            if failure is None or failure.outcome not in SERVER_FAULTS:
                self._failed.clear()
                self._until = float("-inf")
                return
            now = self._timer()
            self._failed = [moment for moment in self._failed if now - moment < WITHIN_SECONDS] + [now]
            if len(self._failed) >= FAILURES_IN_A_ROW:
                self._until = now + LEFT_ALONE_SECONDS
                logger.warning(
                    "model: %d failures in a row, left alone for %d s", len(self._failed), LEFT_ALONE_SECONDS
                )
