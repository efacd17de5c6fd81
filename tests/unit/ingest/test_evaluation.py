"""How collections are measured."""

from __future__ import annotations

from ingest.evaluation import measure_search
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.evaluation.ranking import Collection, EvaluationDocument
from tests.support.memory_searcher import MemorySearcher

TEXT = "The harbour board must inspect every ferry at dawn before it leaves. " * 8


def test_documents_that_say_the_same_are_ranked_where_the_one_that_is_indexed_is() -> None:
    given = {"a": TEXT, "copy": TEXT.upper(), "nets": "Nets are dried at noon."}
    collection = Collection(
        tuple(EvaluationDocument(name, None, text) for name, text in given.items()),
        {"q": "Who inspects a ferry?"},
        {"q": {"copy": 1}},
    )
    indexed = [
        Passage(name, Source(name, name), (Sentence((Span(text, paragraph=1),)),))
        for name, text in given.items()
        if name != "copy"
    ]

    figures = measure_search(collection, MemorySearcher(indexed)).figures()

    assert (figures["recall@5"], figures["mrr@10"]) == (1.0, 0.5)
