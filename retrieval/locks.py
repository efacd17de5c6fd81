"""Locks between processes. The kernel (flock) or PostgreSQL holds them, so a killed process lets go of its own."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from retrieval.database import Database
from retrieval.errors import IndexBusy

POLL_SECONDS = 0.05
# "proviso" in ASCII: the key of the advisory lock.
ADVISORY_KEY = 0x70726F7669736F


class FileLock:
    """A lock held on a file, shared or exclusive, from `take` until `release`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Take it without waiting; False when another holder is in the way or the folder was removed."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            return False
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
    _wait(lock.take, seconds)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def build_lock(database: Database, path: Path, seconds: float, *, everywhere: bool = True) -> Iterator[None]:
    """The right to build: on this machine by `path`, and `everywhere` by PostgreSQL where that is the database.

    Waits at most `seconds`; raises IndexBusy. Death of the holder releases both.
    """
    with exclusive(path, seconds):
        if database.is_sqlite or not everywhere:
            yield
            return
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _wait(lambda: connection.scalar(select(func.pg_try_advisory_lock(ADVISORY_KEY))), seconds)
            try:
                yield
            finally:
                with suppress(DBAPIError):  # a connection that broke has let go of the lock already
                    connection.execute(select(func.pg_advisory_unlock(ADVISORY_KEY)))


def _wait(take: Callable[[], bool | None], seconds: float) -> None:
    """Try until it is taken, at most `seconds`. Raises IndexBusy."""
    deadline = time.monotonic() + seconds
    while not take():
        if time.monotonic() >= deadline:
            raise IndexBusy
        time.sleep(POLL_SECONDS)
