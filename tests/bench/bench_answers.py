"""Extractive answers against their floor: what embedding, BM25 and Chroma cost bare, in the same run.

`python -m tests.bench.bench_answers [PASSAGES]`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from retrieval.answering import Answerer
from retrieval.embedding.local import LocalEmbedder
from retrieval.search.retriever import DEPTH, HybridRetriever
from tests.bench.bench_retrieval import _look_alike
from tests.support.corpus import DEEDS, THINGS, TIMES

PASSAGES, QUESTIONS = 10_000, 150


def main(passages: int = PASSAGES) -> None:
    embedder = LocalEmbedder.load(threads=2)
    with tempfile.TemporaryDirectory() as home:
        generations = _look_alike(Path(home), passages, embedder)
        answerer = Answerer(HybridRetriever(generations, embedder), embedder)
        opened = generations.current()
        assert opened is not None
        assert opened.dense is not None
        bare_dense, bare_lexical = opened.dense._collection, opened.lexical._index  # type: ignore[attr-defined]

        def floor(question: str) -> None:
            vector = embedder.embed([question])
            bare_dense.query(query_embeddings=vector, n_results=DEPTH, include=["distances"])
            bare_lexical.retrieve([question.lower().split()], k=min(DEPTH, passages), show_progress=False)

        taken: tuple[list[float], list[float]] = ([], [])
        answered = 0
        for question in _questions():
            started = time.perf_counter()
            answered += answerer.answer(question).status == "answered"
            middle = time.perf_counter()
            floor(question)
            taken[0].append((middle - started) * 1000)
            taken[1].append((time.perf_counter() - middle) * 1000)
    ours, bare = (statistics.median(milliseconds) for milliseconds in taken)
    print(
        f"extractive answer, {passages} passages: p50 {ours:.1f} ms (least {min(taken[0]):.1f}), floor {bare:.1f} ms "
        f"(least {min(taken[1]):.1f}), x{ours / bare:.1f}; {answered} of {QUESTIONS} answered"
    )


def _questions() -> list[str]:
    """Each of its own: what was asked before is remembered nowhere."""
    deeds, things, times = len(DEEDS), len(THINGS), len(TIMES)
    return [
        f"when must we {DEEDS[n % deeds]} the {THINGS[n * 7 % things]} at {TIMES[n * 3 % times]}, case {n}?"
        for n in range(QUESTIONS)
    ]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
