"""New vectors for every passage after a change of embedding model, while the present index goes on answering."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.app.core import Core
from bot.cli.context import services
from bot.cli.progress import progress, progress_lines
from ingest.processes import PYTHON, environment

COMMAND = (*PYTHON, "-m", "bot.cli.new_vectors")
# Answers come first: the process takes what they leave of the processor.
NICENESS = 5
STOP_SECONDS = 5.0
INTERRUPTED = 130


@contextmanager
def index_up_to_date(core: Core, command: Sequence[str] = COMMAND) -> Iterator[None]:
    """Update the index first; where every passage needs a new vector, in a process beside what runs here."""
    if announce_new_vectors(core):
        with _running(command):
            yield
        return
    with index_updated_first(core):
        yield


@contextmanager
def index_updated_first(core: Core) -> Iterator[None]:
    """Update the index before anything runs here."""
    with progress() as show:
        core.refresh_starter(show)
    yield


def announce_new_vectors(core: Core) -> bool:
    """Say on standard error that every passage is to get a new vector, if so; returns whether."""
    how = core.generations.answers_meanwhile()
    if how is None:
        return False
    print(
        f"The index was made with another embedding model: every passage gets a new vector now, once. Meanwhile "
        f"questions are answered from the present index {how}.",
        file=sys.stderr,
        flush=True,
    )
    return True


@contextmanager
def _running(command: Sequence[str]) -> Iterator[None]:
    """The process ends with what runs here; the vectors it has made by then are kept."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment()
    )
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> int:
    """Make the vectors, publish the index that holds them, then bring in what the starter guidance says now."""
    from bot.complaints import message_for

    try:
        with services() as core:
            show = progress_lines()
            core.generations.build(lambda done, total: show(done, total, "index"))
            print("Every passage has its new vector; questions are answered from them now.", file=sys.stderr)
            core.refresh_starter(show)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        print(f"error: {message_for(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
