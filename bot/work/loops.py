"""A thread that works while there is work, then waits to be woken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
PAUSE_AFTER_ERROR_SECONDS = 1.0


class WakingLoop:
    """Calls `step` until it returns 0, then waits to be woken, or `seconds` at most (another process may add work).

    An exception in `step` is logged by its type and does not end the loop.
    """

    def __init__(self, name: str, step: Callable[[], int], seconds: float = POLL_SECONDS) -> None:
        self._name = name
        self._step = step
        self._seconds = seconds
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There is work: do not wait for the next poll."""
        self._woken.set()

    def ask_to_stop(self) -> None:
        """Begin no further step; does not wait."""
        self._stopping.set()
        self._woken.set()

    def stop(self, timeout: float | None = 10.0) -> None:
        """Finish the step under way, then end; waits `timeout` seconds for that."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Cleared before the work is looked for: what arrives during the step wakes the loop again.
            self._woken.clear()
            if self._work() == 0:
                self._woken.wait(self._seconds)

    def _work(self) -> int:
        try:
            return self._step()
        except Exception as error:  # a loop that dies would leave the work undone for ever
            logger.warning("%s: %s", self._name, type(error).__name__)
            self._stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
            return 0
