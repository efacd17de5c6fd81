from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.child_server import Limits
from ingest.children import SHARE_BYTES, ReadingPool
from ingest.errors import ReaderUnavailable, Rejected
from ingest.parts import Parts
from retrieval.corpus.passages import Span

READER = "tests.unit.ingest.misbehaving:read"
LIMITS = Limits(memory_bytes=200 << 20, cpu_seconds=1, wall_seconds=5)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(2, LIMITS, READER) as pool:
        yield pool


def spans(parts: Parts) -> list[Span]:
    return [span for unit in parts.units for sentence in unit.sentences for span in sentence.spans]


def outcome(pool: ReadingPool, name: str) -> str:
    try:
        return spans(pool.read(Path(name)).result())[0].text
    except Rejected as rejected:
        return f"{rejected.reason}: {rejected.hint}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fine.txt", "fine"),
        ("chatter.txt", "chatter"),
        ("reject.txt", "corrupt: Fetch it again."),
        ("short.txt", "short"),
        ("crash.txt", "reader crashed: The file brings its reader down; save it anew from the program that made it."),
        ("exit.txt", "reader crashed: The file brings its reader down; save it anew from the program that made it."),
        ("raise.txt", "reader crashed: The file brings its reader down; save it anew from the program that made it."),
        ("hang.txt", "timed out: Reading took over 5 seconds; split it or save it anew."),
        ("spin.txt", "timed out: Reading took over 1 processor seconds; split it or save it anew."),
        (
            "bloat.txt",
            "out of memory: Reading it needs more memory than one file may have; split it or save it anew.",
        ),
    ],
)
def test_what_a_document_does_to_its_reader_ends_with_its_child(pool: ReadingPool, name: str, expected: str) -> None:
    assert outcome(pool, name) == expected
    assert outcome(pool, "fine.txt") == "fine"


def test_a_crash_that_does_not_happen_again_is_forgiven(pool: ReadingPool, tmp_path: Path) -> None:
    (tmp_path / "once.txt").touch()

    assert outcome(pool, str(tmp_path / "once.txt")) == "once"


def test_a_file_that_needs_more_than_its_share_of_memory_is_read_while_no_other_is(pool: ReadingPool) -> None:
    names = [f"{'large' if n % 3 == 0 else 'fine'}-{n}.txt" for n in range(12)]
    found = list(pool.read_all([Path(name) for name in names]))

    assert SHARE_BYTES < 180 << 20 < LIMITS.memory_bytes
    assert [spans(parts)[0].text for _, parts in found if isinstance(parts, Parts)] == [
        name.split("-")[0] for name in names
    ]


def test_outcomes_come_in_order_and_one_bad_file_stops_no_other(pool: ReadingPool) -> None:
    names = [f"{'reject' if n % 3 == 0 else 'fine'}-{n}.txt" for n in range(20)]
    found = list(pool.read_all([Path(name) for name in names]))

    assert [path.name for path, _ in found] == names
    assert [isinstance(result, Rejected) for _, result in found] == [n % 3 == 0 for n in range(20)]


def test_every_file_has_a_process_of_its_own(pool: ReadingPool) -> None:
    readings = [result for _, result in pool.read_all([Path("fine.txt")] * 4) if isinstance(result, Parts)]

    assert len({spans(parts)[0].paragraph for parts in readings} | {os.getpid()}) == 5


def test_a_server_that_is_killed_is_replaced() -> None:
    with ReadingPool(1, LIMITS, READER) as pool:
        assert outcome(pool, "fine.txt") == "fine"
        for server in pool._servers:
            os.kill(server._process.pid, signal.SIGKILL)
        assert outcome(pool, "fine.txt") == "fine"


def test_closing_ends_what_is_being_read_at_once() -> None:
    pool = ReadingPool(1, Limits(wall_seconds=60), READER)
    future = pool.read(Path("hang.txt"))
    while not pool._servers:
        time.sleep(0.01)
    server = pool._servers[0]
    closing = threading.Thread(target=pool.close)
    closing.start()
    closing.join(10)

    assert not closing.is_alive()
    assert not server.alive
    assert future.cancelled() or isinstance(future.exception(), ReaderUnavailable)


def test_a_reader_that_cannot_be_loaded_is_nobody_elses_fault() -> None:
    with ReadingPool(1, LIMITS, "ingest.readers.reading:missing") as pool, pytest.raises(ReaderUnavailable) as caught:
        pool.read(Path("fine.txt")).result()

    assert (
        str(caught.value) == "The process that reads files does not start. Nothing was changed; run `proviso doctor`."
    )


def test_readers_import_nothing_from_the_folder_they_are_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("ingest", "numpy", "yaml", "json"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('imported from the working directory')")
    document = tmp_path / "a.txt"
    document.write_text("Oil is dear.")
    monkeypatch.chdir(tmp_path)

    with ReadingPool(1) as pool:
        assert [span.text for span in spans(pool.read(document).result())] == ["Oil is dear."]
