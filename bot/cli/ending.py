"""How a serving process ends when it is told to: with 0, at once while it starts, and soon while it serves."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
# While it starts there is nothing to finish: this is for closing files and child processes.
START_SECONDS = 2.0
# What is under way may take this long to finish. Docker kills after ten seconds.
SERVE_SECONDS = 8.0


class Ending:
    """Hears SIGTERM and SIGINT from the first line of the program on.

    The main thread may be deep in a library or a stopped database when a signal comes, so a thread of its own counts
    the seconds and then ends the process. Everything worth keeping is committed before it is acted on, and whatever is
    half done is taken up at the next start or by another replica: ending hard loses no more than a power cut.
    `told` says that a signal came; `stop` may also be set by what finds that it cannot go on.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.told = False
        self._serving = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear the signals until the end of the block; to be called on the main thread."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        threading.Thread(target=self._watch, args=(reader,), name="ending", daemon=True).start()
        before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        handlers = {number: signal.signal(number, self._hear) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            # Once told to end, this stays: closing what is left may take as long as the work did.
            if not self.told:
                for number, handler in handlers.items():
                    signal.signal(number, handler)
                signal.set_wakeup_fd(before)
                os.close(writer)

    def serve(self) -> None:
        """From now on a signal sets `stop`; until now it ended the start."""
        self._serving = True

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        first, self.told = not self.told, True
        self.stop.set()
        if first and not self._serving:
            raise SystemExit(0) if number == signal.SIGTERM else KeyboardInterrupt

    def _watch(self, reader: int) -> None:
        """Python writes the signal's number, whatever the main thread is doing; a second signal ends the wait."""
        first = os.read(reader, 1)
        if not first:
            os.close(reader)
            return
        code = 0 if self._serving or first[0] == signal.SIGTERM else INTERRUPTED
        select.select([reader], [], [], SERVE_SECONDS if self._serving else START_SECONDS)
        sys.stderr.flush()
        os._exit(code)
