from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from ingest.child_server import Limits
from ingest.children import ReadingPool
from ingest.errors import Rejected
from tests.support.hostile import hostile_files
from tests.unit.ingest.test_hostile import outcome, put

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


def test_every_hostile_file_is_read_or_rejected_within_the_limits(tmp_path: Path) -> None:
    limits = Limits()
    seconds: dict[str, float] = {}
    reasons: Counter[str] = Counter()
    with ReadingPool(1, limits) as pool:
        for file in hostile_files():
            path = put(tmp_path, file)
            started = time.monotonic()
            result = outcome(pool, path)
            seconds[file.name] = time.monotonic() - started
            assert not isinstance(result, Rejected) or (result.reason and result.hint)
            reasons[result.reason if isinstance(result, Rejected) else "read"] += 1
            path.unlink()
    slowest = sorted(seconds.items(), key=lambda item: -item[1])[:5]
    print(f"{len(seconds)} hostile files: {dict(reasons)}; slowest {slowest}")

    assert len(seconds) >= 200
    assert max(seconds.values()) < 2 * limits.wall_seconds + 60
