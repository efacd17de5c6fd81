"""Metrics against values worked out by hand, and what holds of them always."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.ranking import (
    CollectionMalformed,
    EvaluationDocument,
    load_collection,
    measure,
    ndcg,
    percentile,
    rank_documents,
    recall,
    reciprocal_rank,
    score,
)

rankings = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True)
judgements = st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(1, 3), min_size=1)


def collection(folder: Path) -> Path:
    (folder / "qrels").mkdir()
    documents = [
        {"_id": "d1", "title": "", "text": "boats"},
        {"_id": "d2", "title": "Oars", "text": "oars"},
    ]
    queries = [{"_id": "q1", "text": "which boats"}, {"_id": "q2", "text": "which oars"}, {"_id": "q3", "text": "x"}]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in documents))
    (folder / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in queries))
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq2\td2\t1\nq2\td1\t0\nq3\td1\t0\n"
    )
    return folder


def test_a_collection_is_read_with_the_queries_that_have_an_answer(tmp_path: Path) -> None:
    read = load_collection(collection(tmp_path))

    assert read.documents == (EvaluationDocument("d1", None, "boats"), EvaluationDocument("d2", "Oars", "oars"))
    assert read.queries == {"q1": "which boats", "q2": "which oars"}
    assert read.judgements == {"q1": {"d1": 2}, "q2": {"d2": 1}}


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
@pytest.mark.parametrize("content", [None, "[]\n", '{"_id": 1}\n', "query-id\tcorpus-id\tscore\nq9\td1\t1\n"])
def test_a_folder_that_is_no_collection_is_refused_by_name(tmp_path: Path, name: str, content: str | None) -> None:
    file = collection(tmp_path) / name
    file.unlink()
    if content is not None:
        file.write_text(content)

    with pytest.raises(CollectionMalformed, match=r"it needs corpus\.jsonl"):
        load_collection(tmp_path)


def test_measuring_gives_every_figure(tmp_path: Path) -> None:
    ticks = itertools.count()
    measured = measure(
        load_collection(collection(tmp_path)),
        lambda query: ["d1", "d2"],
        timer=lambda: next(ticks) * 0.002,
    )

    assert measured.figures() == {
        "ndcg@10": pytest.approx((1 + 1 / math.log2(3)) / 2),
        "recall@5": 1.0,
        "recall@10": 1.0,
        "recall@100": 1.0,
        "mrr@10": 0.75,
        "p50_ms": pytest.approx(2.0),
        "p95_ms": pytest.approx(2.0),
        "queries": 2,
        "documents": 2,
        "intervals": {
            "ndcg@10": [0.6309, 1.0],
            "recall@5": [0.3424, 1.0],
            "recall@10": [0.3424, 1.0],
            "recall@100": [0.3424, 1.0],
            "mrr@10": [0.5, 1.0],
        },
    }
    assert [line["query"] for line in measured.details()] == ["q1", "q2"]
    assert measured.differences(measured)["mrr@10"] == {"difference": 0.0, "interval": [0.0, 0.0]}


def test_graded_gain_by_hand() -> None:
    judged = {"a": 3, "b": 1, "c": 2}
    gained = 1 + 3 / math.log2(3)
    ideal = 3 + 2 / math.log2(3) + 1 / math.log2(4)

    assert ndcg(["b", "a", "x"], judged, 10) == pytest.approx(gained / ideal)
    assert ndcg(["b", "a", "x"], judged, 1) == pytest.approx(1 / 3)
    assert recall(["b", "x", "c"], judged, 2) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "c"], judged, 10) == 0.5
    assert reciprocal_rank(["x", "c"], judged, 1) == 0.0


def test_a_document_scores_as_its_best_passage() -> None:
    assert rank_documents([("a", 0.2), ("b", 0.9), ("a", 1.0), ("c", 0.5)]) == ["a", "b", "c"]


def test_a_query_without_a_ranking_scores_nothing() -> None:
    assert set(score([], {"d1": 1}).values()) == {0.0}
    assert set(score(["d1"], {"d1": 1}).values()) == {1.0}


@given(rankings, judgements, st.integers(1, 12))
def test_metrics_lie_between_0_and_1_and_the_ideal_ranking_has_1(
    ranking: list[str], judged: dict[str, int], k: int
) -> None:
    ideal = sorted(judged, key=lambda document: -judged[document])

    for metric in (ndcg, recall, reciprocal_rank):
        assert 0.0 <= metric(ranking, judged, k) <= 1.0 + 1e-9
    assert ndcg(ideal, judged, k) == pytest.approx(1.0)
    assert reciprocal_rank(ideal, judged, k) == 1.0


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values(values: list[float], share: float) -> None:
    assert percentile(values, share) in values
