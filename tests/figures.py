"""`./run figures`: measure the figures of docs/figures.md, each by the command that stands above it.

Answers and start-up are measured on what ships; `EVAL=DIR` adds search on every collection (BEIR form) below DIR. What
is not measured keeps the figures it has.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.cli.figures import markdown_table, rows

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "figures.md"
QUESTIONS = ROOT / "tests" / "data" / "questions.jsonl"
GUIDANCE = ROOT / "ingest" / "guidance"
SEARCH = ("collection", "nDCG@10", "95 % interval", "recall@10", "recall@100", "p50 ms")
STARTING = ("command", "minimum", "median")
QUESTION = "When should support to a partner be suspended?"
FLOOR = "import chromadb, onnxruntime"
ROUNDS = 7


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    measured = {
        "answers": answers_table(evaluated("answers", str(QUESTIONS), "--corpus", str(GUIDANCE))),
        "starting": starting_table(*in_turn(ROUNDS)),
    }
    folders = sorted(path.parent for path in Path(os.environ.get("EVAL", os.devnull)).glob("**/corpus.jsonl"))
    if folders:
        measured["search"] = search_table({folder.name: evaluated("retrieval", str(folder)) for folder in folders})
    for name, table in measured.items():
        print(f"== {name}\n{table}\n")
        text = replaced(text, name, table)
    PAGE.write_text(text, encoding="utf-8")


def answers_table(figures: Mapping[str, Any]) -> str:
    """The figures of `evaluate answers`, without those of single kinds."""
    return markdown_table([row for row in rows(figures) if not row[0].startswith("by_kind")])


def search_table(collections: Mapping[str, Mapping[str, Any]]) -> str:
    """A row a collection, from the figures of `evaluate retrieval`."""
    table = [_searched(name, figures) for name, figures in collections.items()]
    return _table(SEARCH, table)


def starting_table(ours: list[float], floor: list[float]) -> str:
    """Seconds of a whole `proviso ask`, of the bare import, and the ratio pair by pair."""
    ratios = [one / other for one, other in zip(ours, floor, strict=True)]
    named = ((f'`proviso ask "{QUESTION}"`', ours), (f'`python -c "{FLOOR}"`', floor))
    seconds = [(name, f"{min(taken):.2f} s", f"{statistics.median(taken):.2f} s") for name, taken in named]
    return _table(STARTING, [*seconds, ("ratio", f"{min(ratios):.2f}", f"{statistics.median(ratios):.2f}")])


def in_turn(rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of the question and of the bare import as whole processes, one after the other, after one to warm up."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PROVISO_HOME": home}
        ask, bare = [sys.executable, "-m", "bot", "ask", QUESTION], [sys.executable, "-c", FLOOR]
        pairs = [(_seconds(ask, environment), _seconds(bare, environment)) for _ in range(rounds + 1)]
    return [one for one, _ in pairs[1:]], [other for _, other in pairs[1:]]


def evaluated(*arguments: str) -> dict[str, Any]:
    """The JSON of one `proviso evaluate`."""
    command = [sys.executable, "-m", "bot", "evaluate", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def replaced(text: str, name: str, table: str) -> str:
    """`text` with the block `name` holding `table`. Raises LookupError when there is no such block."""
    pattern = rf"(<!-- figures {name} -->\n).*?(\n<!-- /figures -->)"
    found, times = re.subn(pattern, lambda match: f"{match[1]}{table}{match[2]}", text, flags=re.DOTALL)
    if times != 1:
        raise LookupError(f"{PAGE.name} has {times} blocks of figures named {name}")
    return found


def block(text: str, name: str) -> str:
    """What stands in the block `name`; empty when there is none."""
    found = re.search(rf"<!-- figures {name} -->\n(.*?)\n<!-- /figures -->", text, flags=re.DOTALL)
    return found.group(1) if found else ""


def _searched(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    low, high = figures["intervals"]["ndcg@10"]
    shares = (f"{figures[metric]:.3f}" for metric in ("recall@10", "recall@100"))
    return (name, f"{figures['ndcg@10']:.3f}", f"{low:.3f} to {high:.3f}", *shares, f"{figures['p50_ms']:.1f}")


def _table(head: tuple[str, ...], table: list[tuple[str, ...]]) -> str:
    rule = ("---", *("---:" for _ in head[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *table))


def _seconds(command: list[str], environment: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
