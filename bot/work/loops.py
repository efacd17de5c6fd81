"""A thread that works while there is work and then waits until it is woken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
PAUSE_AFTER_ERROR_SECONDS = 1.0


class WakingLoop:
    """Calls `step` until it returns 0, then waits until it is woken, at most `seconds`: other processes may add work.

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
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Work now instead of at the next poll."""
        self._woken.set()

    def ask_to_stop(self) -> None:
        """Ask the thread to stop after the present step. Does not wait."""
        self._stopping.set()
        self._woken.set()

    def stop(self, timeout: float | None = 10.0) -> None:
        """Stop after the present step. Waits `timeout` seconds for that."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Clear the flag before the step, so that work that arrives during the step wakes the loop again.
            self._woken.clear()
            if self._work() == 0:
                self._woken.wait(self._seconds)

    def _work(self) -> int:
        try:
            return self._step()
        except Exception as error:  # if the loop ended, its work would never be done
            logger.warning("%s: %s", self._name, type(error).__name__)
            self._stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
            return 0
