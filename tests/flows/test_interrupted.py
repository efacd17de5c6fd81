"""Ctrl-C in a real ingest: the old index answers, nothing is left running, the next run finishes the work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.ingest.drawn import SENTENCES

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc")

PATIENCE = 90.0


def proviso(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PROVISO_HOME": str(home), "DATABASE_URL": "", "CHROMA_URL": ""}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite that runs in the background has it ignored, and what it starts inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def running(home: Path) -> list[str]:
    """The command lines of all processes of this home."""
    found: list[str] = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and f"PROVISO_HOME={home}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it ended while it was looked at
    return [line for line in found if line]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_reading(home: Path) -> bool:
    return any("child_server" in line for line in running(home))


def test_ctrl_c_leaves_the_old_index_answering_and_nothing_running(tmp_path: Path) -> None:
    home, docs = tmp_path / "home", tmp_path / "docs"
    docs.mkdir()
    (docs / "first.txt").write_text(SENTENCES[0])
    first, _ = proviso(home, "ingest", str(docs), "--json").communicate(timeout=PATIENCE)
    for n in range(150):
        (docs / f"more-{n}.txt").write_text("\n\n".join(SENTENCES[n : n + 12]))

    stopped = proviso(home, "ingest", str(docs), "--json")
    until(lambda: is_reading(home))
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate(timeout=PATIENCE)

    assert (stopped.returncode, out) == (130, "")
    assert err == (
        "error: interrupted; the index is as it was and goes on answering; run the same command again to go on\n"
    )
    until(lambda: not running(home))
    found, _ = proviso(home, "search", "keeper", "--json").communicate(timeout=PATIENCE)
    assert [passage["path"] for passage in json.loads(found)["passages"]] == ["first.txt"]

    again, _ = proviso(home, "ingest", str(docs), "--json").communicate(timeout=PATIENCE)
    report = json.loads(again)
    assert (report["added"], report["unchanged"], report["sources"]) == (150, 1, 151)
    assert report["generation"] != json.loads(first)["generation"]
