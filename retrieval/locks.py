"""Locks between processes on one machine. The kernel holds them (flock), so a killed process lets go of its own."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.errors import IndexBusy

POLL_SECONDS = 0.05


class FileLock:
    """A lock held on a file, shared or exclusive, from `take` until `release`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Take it without waiting; False when another holder is in the way or the file was removed meanwhile."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            # Between opening and locking the folder may have been moved away: then this locks nothing.
            held = os.path.samestat(os.fstat(file), self._path.stat())
        except (BlockingIOError, FileNotFoundError):
            held = False
        if held:
            self._file = file
        else:
            os.close(file)
        return held

    def release(self) -> None:
        """Let go; harmless when nothing is held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@contextmanager
def exclusive(path: Path, seconds: float) -> Iterator[None]:
    """Hold `path` alone, waiting at most `seconds`. Raises IndexBusy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    deadline = time.monotonic() + seconds
    while not lock.take():
        if time.monotonic() >= deadline:
            raise IndexBusy
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        lock.release()
