"""Processes of the tests' own, forked from one that has everything imported: a start costs no imports."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess

import pytest

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "chromadb",
        "onnxruntime",
        "retrieval.embedding.local",
        "tests.support.changes_under_fire",
        "tests.support.mortal_worker",
        "tests.support.serving_replica",
    ]
)


def start(target: Callable[..., object], *arguments: object) -> ForkServerProcess:
    process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


class Mortal:
    """A process to be killed. What it runs is given a pipe behind its arguments, to send "ready" once it works."""

    def __init__(self, target: Callable[..., object], *arguments: object) -> None:
        self._receiver, sender = _CONTEXT.Pipe(duplex=False)
        self._process = start(target, *arguments, sender)
        sender.close()
        self._ready = False

    def is_ready(self) -> bool:
        """Raises EOFError when the process has ended by itself before."""
        if not self._ready and self._receiver.poll():
            self._ready = self._receiver.recv() == "ready"
        return self._ready

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


def wait(condition: Callable[[], bool], seconds: float = 60.0, state: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited in vain: {state()}")
        time.sleep(0.02)
