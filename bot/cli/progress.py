"""How far long work is: on standard error, in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ingest.report import Phase, Progress

WORDS: dict[Phase, tuple[str, str]] = {"read": ("reading", "files"), "index": ("indexing", "passages")}
# Elsewhere than on a terminal: seconds between two lines, and before the first.
LINE_SECONDS = 10.0
# A rate says little before this.
SETTLED_SECONDS = 1.0


class Pace:
    """Puts progress into words; remembers when the present phase began. `now` gives seconds that never go back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._phase: Phase | None = None
        self._began = 0.0
        self._first = 0

    def line(self, done: int, total: int, phase: Phase) -> str:
        """Such as "reading 120 of 1,000 files · 35/s · about 25 s left"."""
        if phase != self._phase:
            self._phase, self._began, self._first = phase, self._now(), done
        verb, things = WORDS[phase]
        parts = [f"{verb} {done:,} of {total:,} {things}"]
        seconds = self._now() - self._began
        if seconds >= SETTLED_SECONDS and done > self._first:
            rate = (done - self._first) / seconds
            parts.append(f"{rate:,.0f}/s" if rate >= 1 else f"{60 * rate:.0f} a minute")
            if done < total:
                parts.append(f"about {_spoken((total - done) / rate)} left")
        return " · ".join(parts)


@contextmanager
def progress(now: Callable[[], float] = time.monotonic) -> Iterator[Progress]:
    """What is to be called with (done, total, phase) as work goes on."""
    if sys.stderr.isatty():
        with _in_place(now) as show:
            yield show
    else:
        yield progress_lines(now)


@contextmanager
def _in_place(now: Callable[[], float]) -> Iterator[Progress]:
    from rich.console import Console
    from rich.text import Text

    pace = Pace(now)
    with Console(stderr=True).status("starting") as status:
        yield lambda done, total, phase: status.update(Text(pace.line(done, total, phase)))


def progress_lines(now: Callable[[], float] = time.monotonic) -> Progress:
    """Progress as a line on standard error now and then, whatever that is."""
    pace, last = Pace(now), now()

    def show(done: int, total: int, phase: Phase) -> None:
        nonlocal last
        line = pace.line(done, total, phase)
        if now() - last >= LINE_SECONDS:
            last = now()
            print(line, file=sys.stderr, flush=True)

    return show


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
