"""`./run bench [NAME …]`: run the benchmarks, each of which prints ratios against a floor of the same run."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    available = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = set(names) - set(available)
    if unknown:
        sys.exit(f"error: no benchmark {', '.join(sorted(unknown))}; there are {', '.join(available)}")
    for name in names or available:
        print(f"== {name}")
        importlib.import_module(f"tests.bench.bench_{name}").main()


main(sys.argv[1:])
