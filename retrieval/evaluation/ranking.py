"""How good a ranking is: collections in BEIR form (Thakur et al. 2021), and the metrics of trec_eval."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.errors import RetrievalError
from retrieval.evaluation.intervals import Sample, difference, figure, interval

Judgements = Mapping[str, int]


class CollectionMalformed(RetrievalError):
    """The folder is no collection in BEIR form. Nothing was measured; it needs corpus.jsonl, queries.jsonl, qrels."""


@dataclass(frozen=True, slots=True)
class EvaluationDocument:
    """A document of a collection; an unknown title is None."""

    id: str
    title: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries (id to text) and judgements (query id to document id to relevance above 0).

    Only queries with a judged document are kept.
    """

    documents: tuple[EvaluationDocument, ...]
    queries: Mapping[str, str]
    judgements: Mapping[str, Judgements]


def load_collection(folder: Path) -> Collection:
    """The collection in `folder`: corpus.jsonl, queries.jsonl, qrels/test.tsv. Raises CollectionMalformed."""
    try:
        documents = tuple(
            EvaluationDocument(str(line["_id"]), line.get("title") or None, line["text"])
            for line in _lines(folder / "corpus.jsonl")
        )
        texts = {str(line["_id"]): line["text"] for line in _lines(folder / "queries.jsonl")}
        judgements = _judgements(folder / "qrels" / "test.tsv")
        queries = {query: texts[query] for query in judgements}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CollectionMalformed(f"{CollectionMalformed.__doc__} ({type(error).__name__}: {error})") from error
    return Collection(documents, queries, judgements)


def rank_documents(passages: Iterable[tuple[str, float]]) -> list[str]:
    """Document ids, best first, from (document id, passage score): a document scores as its best passage."""
    best: dict[str, float] = {}
    for document, score in passages:
        best[document] = max(score, best.get(document, -math.inf))
    return sorted(best, key=lambda document: -best[document])


@dataclass(frozen=True, slots=True)
class Measured:
    """What every query scored: query id to metric to 0..1, in the order asked; and how long each took."""

    scores: Mapping[str, Mapping[str, float]]
    milliseconds: Sequence[float]
    documents: int

    def figures(self) -> dict[str, Any]:
        """ndcg@10 recall@5 recall@10 recall@100 mrr@10, means over the queries; p50_ms and p95_ms of one ranking;
        queries, documents; and `intervals`, the 95 % bootstrap interval of each mean.
        """
        return {
            **{metric: figure(self.sample(metric)) or 0.0 for metric in METRICS},
            "p50_ms": percentile(self.milliseconds, 0.5),
            "p95_ms": percentile(self.milliseconds, 0.95),
            "queries": len(self.scores),
            "documents": self.documents,
            "intervals": {metric: interval(self.sample(metric)) for metric in METRICS},
        }

    def sample(self, metric: str) -> Sample:
        """The queries as a sample of `metric`."""
        return [(scores[metric], 1.0) for scores in self.scores.values()]

    def differences(self, other: Measured) -> dict[str, Any]:
        """This minus `other` over the same queries, by metric: `difference` and its paired 95 % `interval`."""
        found = {metric: difference(self.sample(metric), other.sample(metric)) for metric in METRICS}
        return {metric: {"difference": pair[0], "interval": pair[1]} for metric, pair in found.items() if pair}

    def details(self) -> list[dict[str, Any]]:
        """A line a query: its id and its scores, without its text."""
        return [{"query": query, **scores} for query, scores in self.scores.items()]


def measure(
    collection: Collection,
    rank: Callable[[str], Sequence[str]],
    *,
    progress: Callable[[int, int], None] | None = None,
    timer: Callable[[], float] = time.perf_counter,
) -> Measured:
    """Ask every query with `rank` (query text to document ids, best first) and score the rankings."""
    scores: dict[str, dict[str, float]] = {}
    milliseconds: list[float] = []
    for number, (query, text) in enumerate(collection.queries.items(), start=1):
        started = timer()
        ranking = rank(text)
        milliseconds.append((timer() - started) * 1000)
        scores[query] = score(ranking, collection.judgements[query])
        if progress:
            progress(number, len(collection.queries))
    return Measured(scores, milliseconds, len(collection.documents))


def score(ranking: Sequence[str], judged: Judgements) -> dict[str, float]:
    """One query's score by every metric, 0 to 1."""
    return {metric: scored(ranking, judged) for metric, scored in METRICS.items()}


def ndcg(ranking: Sequence[str], judged: Judgements, k: int) -> float:
    """Normalised discounted cumulative gain at `k`, with linear gain (Järvelin and Kekäläinen 2002), 0 to 1."""
    ideal = _gain(sorted((gain for gain in judged.values() if gain > 0), reverse=True)[:k])
    return _gain([max(judged.get(document, 0), 0) for document in ranking[:k]]) / ideal if ideal else 0.0


def recall(ranking: Sequence[str], judged: Judgements, k: int) -> float:
    """The share of the relevant documents that are among the first `k`."""
    relevant = {document for document, gain in judged.items() if gain > 0}
    return len(relevant & set(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], judged: Judgements, k: int) -> float:
    """One over the rank of the first relevant document; 0 when none is among the first `k`."""
    ranks = (rank for rank, document in enumerate(ranking[:k], start=1) if judged.get(document, 0) > 0)
    return 1.0 / next(ranks, math.inf)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else 0.0


def _gain(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _lines(path: Path) -> Iterable[Any]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    judgements: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    if not judgements:
        raise ValueError(f"{path.name} judges nothing")
    return judgements


METRICS: Mapping[str, Callable[[Sequence[str], Judgements], float]] = {
    "ndcg@10": lambda ranking, judged: ndcg(ranking, judged, 10),
    "recall@5": lambda ranking, judged: recall(ranking, judged, 5),
    "recall@10": lambda ranking, judged: recall(ranking, judged, 10),
    "recall@100": lambda ranking, judged: recall(ranking, judged, 100),
    "mrr@10": lambda ranking, judged: reciprocal_rank(ranking, judged, 10),
}
