from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.child_server import Limits
from ingest.children import ReadingPool
from ingest.errors import Rejected
from ingest.roots import Place
from ingest.sync import document_of
from tests.support.hostile import Hostile, hostile_files
from tests.unit.ingest.drawn import SENTENCES

SAMPLE = 31  # every so many; the soak run reads them all
LIMITS = Limits(memory_bytes=600 << 20, cpu_seconds=2, wall_seconds=60)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(1, LIMITS) as pool:
        yield pool


def put(folder: Path, file: Hostile) -> Path:
    """Write the file, and what lies beside it."""
    path = folder / file.name
    path.write_bytes(file.data)
    if file.beside:
        path.with_name(f"{file.name}.meta.yaml").write_bytes(file.beside)
    return path


def outcome(pool: ReadingPool, path: Path) -> int | Rejected:
    """How many passages it makes, or why it makes none."""
    try:
        return len(document_of(pool.read(path).result(), Place("/docs", path.name)).passages)
    except Rejected as rejected:
        return rejected


def test_hostile_files_are_read_or_rejected_with_a_reason_and_others_go_on(pool: ReadingPool, tmp_path: Path) -> None:
    fine = put(tmp_path, Hostile("fine.txt", " ".join(SENTENCES[:3]).encode()))
    files = list(hostile_files(large=False))
    found = {file.name: outcome(pool, put(tmp_path, file)) for file in files[::SAMPLE]}

    assert len({file.name for file in files}) == len(files) >= 200
    assert all(result.reason and result.hint for result in found.values() if isinstance(result, Rejected))
    assert all(result for result in found.values())
    assert outcome(pool, fine) == 1
