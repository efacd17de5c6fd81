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


def measure(
    collection: Collection,
    rank: Callable[[str], Sequence[str]],
    *,
    progress: Callable[[int, int], None] | None = None,
    timer: Callable[[], float] = time.perf_counter,
) -> dict[str, float | int]:
    """Ask every query with `rank` (query text to document ids, best first) and score the rankings.

    Gives ndcg@10 recall@5 recall@10 recall@100 mrr@10, means over the queries; p50_ms and p95_ms of one `rank`;
    queries, documents.
    """
    rankings: dict[str, Sequence[str]] = {}
    milliseconds: list[float] = []
    for number, (query, text) in enumerate(collection.queries.items(), start=1):
        started = timer()
        rankings[query] = rank(text)
        milliseconds.append((timer() - started) * 1000)
        if progress:
            progress(number, len(collection.queries))
    return {
        **score(rankings, collection.judgements),
        "p50_ms": percentile(milliseconds, 0.5),
        "p95_ms": percentile(milliseconds, 0.95),
        "queries": len(collection.queries),
        "documents": len(collection.documents),
    }


def score(rankings: Mapping[str, Sequence[str]], judgements: Mapping[str, Judgements]) -> dict[str, float]:
    """The means over all judged queries; a query without a ranking scores 0."""
    pairs = [(rankings.get(query, ()), judged) for query, judged in judgements.items()]
    return {
        "ndcg@10": _mean(ndcg(ranking, judged, 10) for ranking, judged in pairs),
        "recall@5": _mean(recall(ranking, judged, 5) for ranking, judged in pairs),
        "recall@10": _mean(recall(ranking, judged, 10) for ranking, judged in pairs),
        "recall@100": _mean(recall(ranking, judged, 100) for ranking, judged in pairs),
        "mrr@10": _mean(reciprocal_rank(ranking, judged, 10) for ranking, judged in pairs),
    }


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


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


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
