"""The process behind the reading pool: has the readers loaded, forks a limited child for each file it is told of."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from ingest.errors import Rejected
from ingest.parts import Parts

OUT_OF_MEMORY = 97
READY = b"ready\n"
CRASH_HINT = "The file brings its reader down; save it anew from the program that made it."
CHUNK = 1 << 16
MAX_ANSWER = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: address space above what is loaded, processor seconds, seconds."""

    memory_bytes: int = 448 << 20
    cpu_seconds: int = 60
    wall_seconds: float = 120.0

    def to_argument(self) -> str:
        """As one argument of a command line."""
        return json.dumps(asdict(self))


def main() -> None:
    """Take files from standard input, [path, bytes of memory] in JSON a line; answer each with one line of JSON."""
    limits = Limits(**json.loads(sys.argv[1]))
    module, name = sys.argv[2].split(":")
    readers = importlib.import_module(module)
    reader = getattr(readers, name)
    # Only answers may reach the pool.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    out.write(READY)
    out.flush()
    for line in sys.stdin.buffer:
        name, memory = json.loads(line)
        path = Path(name)
        with contextlib.suppress(Rejected):
            getattr(readers, "prepare", _nothing)(path)  # what is loaded here, children need not load again
        out.write(_in_child(reader, path, replace(limits, memory_bytes=memory)) + b"\n")
        out.flush()


def _nothing(path: Path) -> None:
    """A reader that has nothing to load."""


def _in_child(reader: Callable[[Path], Parts], path: Path, limits: Limits) -> bytes:
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _be_child(reader, path, limits, sending)
    os.close(sending)
    with os.fdopen(receiving, "rb", buffering=0) as pipe:
        answer = _receive(pipe.fileno(), time.monotonic() + limits.wall_seconds)
    if answer is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if answer is None:
        return _rejection(
            "timed out", f"Reading took over {limits.wall_seconds:.0f} seconds; split it or save it anew."
        )
    code = os.waitstatus_to_exitcode(status)
    return answer if code == 0 and answer else _verdict(code, limits)


def _receive(descriptor: int, deadline: float) -> bytes | None:
    """All a child wrote until it closed; None once the deadline has passed."""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_ANSWER:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return None
        part = os.read(descriptor, CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    return None


def _verdict(code: int, limits: Limits) -> bytes:
    """What the way a child ended says of the file."""
    if code == OUT_OF_MEMORY:
        return _rejection(
            "out of memory",
            "Reading it needs more memory than one file may have; split it or save it anew.",
            tight=True,
        )
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return _rejection(
            "timed out", f"Reading took over {limits.cpu_seconds} processor seconds; split it or save it anew."
        )
    return _rejection("reader crashed", CRASH_HINT, tight=True)


def _be_child(reader: Callable[[Path], Parts], path: Path, limits: Limits, sending: int) -> NoReturn:
    """Read the file under the limits, write the answer, and leave without running anybody's exit handlers."""
    code = 1
    try:
        devnull = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(devnull, descriptor)  # parsers print warnings that are nobody's
        _limit(limits)
        answer = _answer(reader, path, limits)
        while answer:
            answer = answer[os.write(sending, answer) :]
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _limit(limits: Limits) -> None:
    loaded = _address_space()
    with contextlib.suppress(ValueError, OSError):  # some systems know no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (loaded + limits.memory_bytes, loaded + limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """Bytes of address space this process has now; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 0


def _answer(reader: Callable[[Path], Parts], path: Path, limits: Limits) -> bytes:
    before = _most_resident()
    try:
        return _encoded({"parts": reader(path).to_json()})
    except Rejected as rejected:
        if isinstance(rejected.__cause__, MemoryError):
            raise rejected.__cause__ from None
        used = _most_resident() - before
        return _rejection(rejected.reason, rejected.hint, tight=used > limits.memory_bytes // 2)


def _most_resident() -> int:
    """The most bytes this process has held in memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _rejection(reason: str, hint: str, *, tight: bool = False) -> bytes:
    """`tight`: a parser that ran short of memory may have said that for want of it."""
    return _encoded({"reason": reason, "hint": hint, "tight": tight})


def _encoded(data: dict[str, Any]) -> bytes:
    return json.dumps(data).encode()


__all__ = ["CRASH_HINT", "READY", "Limits", "main"]
