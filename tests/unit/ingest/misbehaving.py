"""A reader that does to its process what bad documents do to parsers; the name of the file says what."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ingest.errors import Rejected
from ingest.parts import Parts
from ingest.structure import Unit
from retrieval.corpus.passages import Sentence, Span


def read(path: Path) -> Parts:
    what = path.stem.split("-")[0]
    if what in DEEDS:
        DEEDS[what](path)
    if what == "bloat":
        return Parts((Unit(None, (Sentence((Span("x" * (1 << 31)),)),)),))
    return Parts((Unit(None, (Sentence((Span(what, os.getpid()),)),)),))


def _raise(error: BaseException) -> NoReturn:
    raise error


def _spin() -> NoReturn:
    while True:
        pass


def _crash_once(path: Path) -> None:
    if path.exists():
        path.unlink()
        os.abort()


def _reject_short_of_memory() -> None:
    """As a parser does that takes a failed allocation for a damaged file."""
    try:
        len(b"x" * (100 << 20))
        bytearray(180 << 20)
    except MemoryError:
        raise Rejected("corrupt", "Fetch it again.") from None


DEEDS: dict[str, Callable[[Path], object]] = {
    "crash": lambda _: os.abort(),
    "exit": lambda _: sys.exit(3),
    "raise": lambda _: _raise(RuntimeError("a bug")),
    "hang": lambda _: time.sleep(600),
    "spin": lambda _: _spin(),
    "chatter": lambda _: print("warning: odd font", flush=True),
    "once": _crash_once,
    "large": lambda _: bytearray(180 << 20),
    "short": lambda _: _reject_short_of_memory(),
    "reject": lambda _: _raise(Rejected("corrupt", "Fetch it again.")),
}
