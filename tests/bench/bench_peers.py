"""Search beside that of other libraries, on planners' questions of which the right paragraph is known.

`EVAL=DIR python -m tests.bench.bench_peers`: DIR holds `planner*.jsonl` (question, expect, evidence: [{file, para}]),
and the files that evidence names lie in `corpus`, in DIR or beside it. Each library indexes them and the starter
guidance with the product's local embedder; nothing is fetched. A result is right when it holds a paragraph of the
evidence, at least in part, or a statement that sums one up: long results are right more often, so characters count.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ingest.starter import starter_guidance
from retrieval.embedding.local import LocalEmbedder
from tests.bench.peers import Block, Document, Found, K, Place, haiku_rag, langchain_chroma, llama_index

# The paragraphs that evidence names are those of the originals; what sums them up ships under these names.
ORIGINALS = {
    "icrc-security-partnerships.md": "000_4a10c2ad1b7cc51c.txt",
    "rynning-protection-of-civilians.md": "002_4134facfbd2f43cd.txt",
}
PEERS = {
    "LangChain + Chroma": ("langchain_chroma", langchain_chroma),
    "LlamaIndex": ("llama_index", llama_index),
    "haiku.rag": ("haiku", haiku_rag),
}
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
LOCATOR = re.compile(r"\s*\{([^{}]*)\}$")
NOTE = re.compile(r"\([^()]*\)")
RESAMPLES = 10_000


def main() -> None:
    folder = Path(os.environ["EVAL"]) if os.environ.get("EVAL") else None
    if folder is None:
        print("left out: name the folder of the questions, EVAL=DIR ./run bench peers")
        return
    questions = _questions(folder)
    corpus = next((place for place in (folder / "corpus", folder.parent / "corpus") if place.is_dir()), None)
    if not questions or corpus is None:
        sys.exit(
            f"error: there are no planner*.jsonl with evidence, or no corpus, at {folder}; see {Path(__file__).name}"
        )
    documents = _documents(corpus)
    asked, wanted = [question for question, _ in questions], [places for _, places in questions]
    print(f"{len(asked)} questions, {len(documents)} documents, each with the local embedder; 95 % intervals, paired")
    with tempfile.TemporaryDirectory() as home:
        ours = _Figures(_ours(asked, documents, corpus, Path(home)), wanted)
        print(f"Proviso: {ours}")
        embedder = LocalEmbedder.load(threads=2)
        for name, (package, peer) in PEERS.items():
            if find_spec(package) is None:
                why = "needs Python 3.12" if package == "haiku" and sys.version_info < (3, 12) else "is not installed"
                print(f"{name}: left out, it {why} (.tools/bin/uv sync --frozen --link-mode copy --group peers)")
                continue
            theirs = _Figures(peer(documents, embedder, Path(home))(asked), wanted)
            print(f"{name}: {theirs}\n    Proviso is ahead by {ours.ahead(theirs)}")


class _Figures:
    """What one search reached: for each question 1 over the rank of the first right result, 0 when there is none."""

    def __init__(self, results: Sequence[Sequence[Found]], wanted: Sequence[frozenset[Place]]) -> None:
        self.ranks = np.array(
            [
                next((1 / rank for rank, one in enumerate(found, start=1) if one.places & places), 0.0)
                for found, places in zip(results, wanted, strict=True)
            ]
        )
        self.firsts = (self.ranks == 1).astype(float)
        self.first_length = np.mean([sum(one.characters for one in found[:1]) for found in results])
        self.length = np.mean([sum(one.characters for one in found) for found in results])

    def __str__(self) -> str:
        return (
            f"right place first {self.firsts.mean():.3f}, MRR@{K} {self.ranks.mean():.3f}; "
            f"characters of the first {self.first_length:.0f}, of {K} {self.length:.0f}"
        )

    def ahead(self, other: _Figures) -> str:
        return f"{_paired(self.firsts - other.firsts)} first, {_paired(self.ranks - other.ranks)} MRR"


def _paired(differences: np.ndarray) -> str:
    chosen = np.random.default_rng(7).integers(len(differences), size=(RESAMPLES, len(differences)))
    low, high = np.percentile(differences[chosen].mean(axis=1), [2.5, 97.5])
    return f"{differences.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def _questions(folder: Path) -> list[tuple[str, frozenset[Place]]]:
    """Those whose evidence is known."""
    lines = (line for path in sorted(folder.glob("planner*.jsonl")) for line in path.read_text("utf-8").splitlines())
    rows = [json.loads(line) for line in lines if line.strip()]
    return [
        (row["question"], frozenset((place["file"], place["para"]) for place in row["evidence"]))
        for row in rows
        if row.get("evidence") and row.get("expect") == "answered"
    ]


def _documents(corpus: Path) -> list[Document]:
    """The originals and the starter guidance."""
    paths = [*sorted(corpus.glob("*.txt")), *sorted(starter_guidance().glob("*.md"))]
    return [Document(path.name, tuple(_blocks(path))) for path in paths]


def _blocks(path: Path) -> list[Block]:
    text = FRONT_MATTER.sub("", path.read_text("utf-8").replace("\r\n", "\n"))
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]
    if path.suffix == ".txt":
        return [Block(block, frozenset({(path.name, n)})) for n, block in enumerate(blocks, start=1)]
    return [Block(LOCATOR.sub("", block), _summed_up(path.name, block)) for block in blocks]


def _summed_up(name: str, block: str) -> frozenset[Place]:
    """The places in the original that a statement of a digest names; a note's own number is none."""
    locator = LOCATOR.search(block)
    numbers = re.findall(r"\d+", NOTE.sub("", locator[1])) if locator else []
    return frozenset((ORIGINALS.get(name, name), int(number)) for number in numbers)


def _ours(asked: Sequence[str], documents: Sequence[Document], corpus: Path, home: Path) -> list[list[Found]]:
    """What `proviso search` gives."""
    questions = home / "questions.jsonl"
    questions.write_text("".join(json.dumps({"id": n, "query": q}) + "\n" for n, q in enumerate(asked)), "utf-8")
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "CHROMA_URL")}
    environment = kept | {"PROVISO_HOME": str(home / "proviso")}
    for given in (["ingest", str(corpus), "--json"], ["ingest", "--starter", "--json"]):
        _proviso(given, environment)
    lines = _proviso(["search", "--file", str(questions), "-k", str(K), "--json"], environment).splitlines()
    blocks = {document.name: document.blocks for document in documents}
    return [[_found(passage, blocks) for passage in json.loads(line)["passages"]] for line in lines]


def _found(passage: Mapping[str, object], blocks: Mapping[str, Sequence[Block]]) -> Found:
    held, numbers = blocks[Path(str(passage["path"])).name], passage["paragraphs"] or []
    return Found(frozenset().union(*(held[n - 1].places for n in numbers)), len(str(passage["text"])))  # type: ignore[attr-defined]


def _proviso(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"error: proviso {arguments[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout


if __name__ == "__main__":
    main()
