"""One changed file, and none, in a large corpus: whole processes, until somebody who asks sees it.

`PASSAGES=100000 python -m tests.bench living_corpus`; with `CHROMA_URL` the vectors lie on that server. They are drawn,
not computed: only their number matters here.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import select

from bot.migrations import upgrade
from ingest.sync import Ingestor
from retrieval.corpus.sources import Corpus
from retrieval.corpus.tables import PassageRow
from retrieval.database import Database
from retrieval.embedding.local import LocalEmbedder
from retrieval.index.generations import GenerationReport, Generations
from retrieval.index.vectors import store_vectors
from retrieval.ports import SystemClock
from retrieval.search.retriever import HybridRetriever
from tests.support.corpus import rule

PASSAGES = int(os.environ.get("PASSAGES", "10000"))
A_FILE, ROUNDS = 100, 3
# A home given here is made once and used again.
HOME = os.environ.get("BENCH_HOME")
CHROMA = os.environ.get("CHROMA_URL")
FLOOR = "import chromadb, onnxruntime"


class Bench:
    """A folder of files, the home of its index, and a reader that asks all the while."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "guidance"
        self.embedder = LocalEmbedder.load(threads=2)
        self.database = Database(f"sqlite:///{home / 'proviso.db'}")
        upgrade(self.database)
        self.generations = Generations(self.database, home, self.embedder, SystemClock(), CHROMA)
        self.retriever = HybridRetriever(self.generations, self.embedder)

    def fill(self) -> None:
        """The first ingest, in this process: files are read, vectors drawn."""
        self.folder.mkdir()
        for number in range(0, PASSAGES, A_FILE):
            self.write(number, "first")
        started = time.perf_counter()
        ingestor = Ingestor(Corpus(self.database), _Drawn(self), SystemClock(), count=self.embedder.count)
        report = ingestor.ingest([self.folder])
        print(
            f"first ingest, {report.sources} files, {report.passages} passages: {_since(started):.1f} s (none embedded)"
        )

    def write(self, number: int, edition: str) -> None:
        """One file of a hundred passages; three of them name the edition."""
        sections = []
        for row in range(number, number + A_FILE):
            told = f" Edition {edition} of {row} holds." if row % A_FILE in (0, 40, 80) else ""
            sections.append(f"# Order {row}\n\n" + " ".join(rule(row * 7 + n) for n in range(8)) + told)
        (self.folder / f"{number:06}.md").write_text("\n\n".join(sections))

    def draw(self) -> None:
        """Vectors for every passage that has none."""
        with self.database.read() as session:
            hashes = sorted(set(session.scalars(select(PassageRow.text_hash))))
        chance = np.random.default_rng(1)
        for start in range(0, len(hashes), 5000):
            part = hashes[start : start + 5000]
            vectors = chance.normal(size=(len(part), self.embedder.dimensions)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            store_vectors(
                self.database,
                self.embedder.recipe,
                {key: row.tobytes() for key, row in zip(part, vectors, strict=True)},
            )

    def change(self, edition: str) -> tuple[float, float, float]:
        """Seconds until the process ends, until a change shows here, and the slowest search meanwhile."""
        self.write(A_FILE * (PASSAGES // A_FILE // 2), edition)
        wanted = f"Edition {edition} of {A_FILE * (PASSAGES // A_FILE // 2)} holds."
        seen = threading.Event()
        slowest, shown = 0.0, 0.0
        started = time.perf_counter()

        def ask() -> None:
            nonlocal slowest, shown
            while not seen.is_set():
                asked = time.perf_counter()
                hits = self.retriever.search(wanted, 3).hits
                slowest = max(slowest, _since(asked))
                if any(wanted in hit.passage.text for hit in hits):
                    shown = _since(started)
                    seen.set()
                time.sleep(0.05)

        reader = threading.Thread(target=ask)
        reader.start()
        took = self.process()
        reader.join(60)
        seen.set()
        return took, shown, slowest

    def process(self) -> float:
        """Seconds a whole `proviso ingest` of the folder takes."""
        return _process([sys.executable, "-m", "bot", "ingest", str(self.folder), "--json"], self.home)


class _Drawn(Generations):
    """Generations that draw what they would embed."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.database, bench.home, bench.embedder, SystemClock(), CHROMA)
        self._bench = bench

    def build(self, progress: Callable[[int, int], None] | None = None) -> GenerationReport:
        self._bench.draw()
        return super().build(progress)


def main() -> None:
    """Print whole-process figures and their ratio to a bare start with both engines imported."""
    if HOME:
        Path(HOME).mkdir(parents=True, exist_ok=True)
        run(Bench(Path(HOME)))
        return
    with tempfile.TemporaryDirectory() as home:
        run(Bench(Path(home)))


def run(bench: Bench) -> None:
    """Fill where nothing is yet, then measure."""
    if not bench.folder.exists():
        bench.fill()
    floor = [_process([sys.executable, "-c", FLOOR], bench.home) for _ in range(ROUNDS)]
    _told("bare start", floor, floor)
    started = time.perf_counter()
    bench.generations.current()
    print(f"open and probe a generation: {_since(started):.2f} s")
    bench.process()  # whatever was left by an earlier run
    _told("ingest, nothing changed", [bench.process() for _ in range(ROUNDS)], floor)
    rounds = [bench.change(f"{time.time_ns()}") for _ in range(ROUNDS)]
    _told("ingest, one file changed", [took for took, _, _ in rounds], floor)
    _told("until an asker sees it", [shown for _, shown, _ in rounds], floor)
    _told("slowest search meanwhile", [slowest for _, _, slowest in rounds], floor)


def _process(command: list[str], home: Path) -> float:
    started = time.perf_counter()
    environment = {**os.environ, "PROVISO_HOME": str(home)}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return _since(started)


def _told(name: str, seconds: list[float], floor: list[float]) -> None:
    least, middle = min(seconds), statistics.median(seconds)
    print(f"{name}: min {least:.2f} s, median {middle:.2f} s, x{least / min(floor):.1f} of a bare start", flush=True)


def _since(started: float) -> float:
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
