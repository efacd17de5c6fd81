"""A first and a second ingest as whole processes, against embedding the same texts alone; peak memory with children.

`PASSAGES=10000 FILES=1000 python -m tests.bench ingest`. Memory is read from /proc, so it is told on Linux alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from retrieval.corpus.tables import PointerRow
from retrieval.database import Database
from retrieval.embedding.local import LocalEmbedder
from retrieval.index.publishing import texts
from tests.support.corpus import rule

PASSAGES, FILES = int(os.environ.get("PASSAGES", "500")), int(os.environ.get("FILES", "50"))
POLL_SECONDS = 0.1


def main() -> None:
    """Print seconds, ratios to embedding alone, and the peak of resident memory."""
    embedder = LocalEmbedder.load(threads=2)
    with tempfile.TemporaryDirectory() as place:
        home, folder = Path(place, "home"), Path(place, "guidance")
        _write(folder)
        first, peak, report = _ingest(home, folder)
        second = min(_ingest(home, folder)[0] for _ in range(3))
        bodies = _texts(home)
    started = time.perf_counter()
    embedder.embed(bodies)
    alone = time.perf_counter() - started
    print(f"first ingest, {FILES} files, {report['passages']} passages: {first:.1f} s; embedding alone {alone:.1f} s")
    print(f"share of the time that is embedding: {alone / first:.2f}; peak memory with children {peak / 2**20:.0f} MB")
    print(f"second ingest, nothing changed: min {second:.2f} s, 1/{first / second:.0f} of the first")


def _write(folder: Path) -> None:
    folder.mkdir()
    each = PASSAGES // FILES
    for file in range(FILES):
        rows = range(file * each, (file + 1) * each)
        sections = [
            f"# Order {row}\n\n" + " ".join(f"{rule(row * 7 + n)} So says {row}." for n in range(7)) for row in rows
        ]
        (folder / f"{file:05}.md").write_text("\n\n".join(sections))


def _ingest(home: Path, folder: Path) -> tuple[float, int, dict[str, int]]:
    """Seconds, peak bytes resident over the process and all below it, and the report."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "bot", "ingest", str(folder), "--json"]
    environment = {**os.environ, "PROVISO_HOME": str(home)}
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(POLL_SECONDS)
        took = time.perf_counter() - started
        if process.returncode:
            sys.exit(f"error: ingest ended with {process.returncode}")
        out.seek(0)
        return took, peak, json.loads(out.read() or b"{}")


def _resident(root: int) -> int:
    """Bytes that a process and all below it hold, each shared page counted once a sharer's part (PSS)."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except (OSError, IndexError):
            continue  # it has just ended
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


def _texts(home: Path) -> list[str]:
    database = Database(f"sqlite:///{home / 'proviso.db'}")
    with database.read() as session:
        generation = session.scalar(select(PointerRow.generation_id))
        found = [text.text for text in texts(session, generation or "")]
    database.close()
    return found


if __name__ == "__main__":
    main()
