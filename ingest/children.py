"""A pool that reads each file in a limited child process: what crashes, hangs or bloats is rejected, others go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from ingest.child_server import CRASH_HINT, READY, Limits
from ingest.errors import ReaderUnavailable, Rejected
from ingest.parts import Parts
from ingest.processes import PYTHON

DEFAULT_READER = "ingest.parts:read_parts"
START = "from ingest.child_server import main; main()"
MAX_SERVERS = 4
# What a file may use while others are read beside it.
SHARE_BYTES = 160 << 20
# Above the wall limit of the child itself: only a server that no longer answers is given up.
GRACE_SECONDS = 15


class ReadingPool:
    """Servers that have the readers loaded and fork a child for every file. Use it as a context.

    The memory of `limits` is for a file that is read alone. Beside others it has a share, and one that needs more is
    read again while no other is.
    `reader` names the function a child calls with the path, as "module:function".
    """

    def __init__(self, size: int | None = None, limits: Limits | None = None, reader: str = DEFAULT_READER) -> None:
        self._size = size or min(MAX_SERVERS, os.cpu_count() or 1)
        self._limits, self._reader = limits or Limits(), reader
        self._idle: SimpleQueue[_Server] = SimpleQueue()
        self._threads = ThreadPoolExecutor(self._size, "reading")
        self._servers: list[_Server] = []
        self._closed = False
        self._lock = threading.Lock()
        self._share = min(SHARE_BYTES, self._limits.memory_bytes)
        self._shares, self._sharing = threading.Semaphore(self._size), threading.Lock()

    def __enter__(self) -> ReadingPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def read(self, path: Path) -> Future[Parts]:
        """The Parts of `path`, or Rejected with reason and hint, once a child is done with it."""
        return self._threads.submit(self._read, path)

    def read_all(self, paths: list[Path]) -> Iterator[tuple[Path, Parts | Rejected]]:
        """Each path with its outcome, in order."""
        waiting: deque[tuple[Path, Future[Parts]]] = deque()
        ahead = 2 * self._size  # readings are large; only a few wait to be taken
        for path in paths:
            waiting.append((path, self.read(path)))
            if len(waiting) > ahead:
                yield _outcome(*waiting.popleft())
        while waiting:
            yield _outcome(*waiting.popleft())

    def close(self) -> None:
        """End every server and child at once; what was still to be read is given up."""
        with self._lock:
            self._closed = True
            servers = list(self._servers)
        for server in servers:
            server.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _read(self, path: Path) -> Parts:
        for shares in (1, self._size):
            outcome = self._ask(path, shares)
            if "parts" in outcome:
                return Parts.from_json(outcome["parts"])
            # Short of memory a parser may crash, or say anything; the second time it is the document's fault.
            if not outcome["tight"]:
                break
        raise Rejected(outcome["reason"], outcome["hint"])

    def _ask(self, path: Path, shares: int) -> dict[str, Any]:
        with self._sharing:  # one thread at a time gathers shares, so that two never wait for each other's
            for _ in range(shares):
                self._shares.acquire()
        try:
            return self._ask_server(path, self._limits.memory_bytes if shares == self._size else self._share)
        finally:
            self._shares.release(shares)

    def _ask_server(self, path: Path, memory: int) -> dict[str, Any]:
        server = self._take()
        try:
            return server.ask(path, memory)
        except (OSError, ValueError) as error:
            server.kill()
            if self._closed:
                raise ReaderUnavailable from error
            return {"reason": "reader crashed", "hint": CRASH_HINT, "tight": True}
        finally:
            if server.alive:
                self._idle.put(server)

    def _take(self) -> _Server:
        with self._lock:
            if self._closed:
                raise ReaderUnavailable
            self._servers = [server for server in self._servers if server.alive]
            if len(self._servers) < self._size and self._idle.empty():
                server = _Server(self._limits, self._reader)
                self._servers.append(server)
                return server
        return self._idle.get()


def _outcome(path: Path, future: Future[Parts]) -> tuple[Path, Parts | Rejected]:
    try:
        return path, future.result()
    except Rejected as rejected:
        return path, rejected


class _Server:
    """One server process, used by one thread at a time."""

    def __init__(self, limits: Limits, reader: str) -> None:
        self._wall = limits.wall_seconds
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
        command = [*PYTHON, "-c", START, limits.to_argument(), reader]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
        self._greeted = False

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, path: Path, memory: int) -> dict[str, Any]:
        """The outcome of one file as the server's JSON line; its child may use `memory` bytes.

        Raises OSError or ValueError when the server is gone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not self._greeted:
            self._greet()
        watchdog = threading.Timer(self._wall + GRACE_SECONDS, self.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps([os.fspath(path), memory]).encode() + b"\n")
            self._process.stdin.flush()
            outcome: dict[str, Any] = json.loads(self._process.stdout.readline())
        finally:
            watchdog.cancel()
        return outcome

    def _greet(self) -> None:
        """Wait until the readers are loaded. Raises ReaderUnavailable when they cannot be."""
        assert self._process.stdout is not None
        if self._process.stdout.readline() != READY:
            self.kill()
            raise ReaderUnavailable
        self._greeted = True

    def kill(self) -> None:
        """End the server and every child it has."""
        if self.alive:
            try:
                # The server leads a session of its own, so that Ctrl-C reaches it through us alone.
                os.killpg(self._process.pid, 9)
            except ProcessLookupError:
                return
            self._process.wait()
