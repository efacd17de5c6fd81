"""The index as LangChain sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.index.generations import Generations
from retrieval.search.guidance_retriever import GuidanceRetriever
from retrieval.search.retriever import HybridRetriever
from tests.support.clock import ManualClock
from tests.support.corpus import document, store


@pytest.fixture
def searcher(sqlite_database: Database, tmp_path: Path, clock: ManualClock) -> HybridRetriever:
    given = document("kelp.md", "Kelp is cut at dawn.", "Nets are dried at noon.", publisher="Harbour office")
    store(Corpus(sqlite_database), clock, given)
    generations = Generations(sqlite_database, tmp_path, None, clock)
    generations.build()
    return HybridRetriever(generations, None)


def test_documents_carry_the_text_and_where_it_stands(searcher: HybridRetriever) -> None:
    [found] = GuidanceRetriever(searcher=searcher, k=1).invoke("who cuts kelp?")
    [hit] = searcher.search("who cuts kelp?", 1).hits

    assert found == Document(
        id=hit.passage.passage_id,
        page_content="Kelp is cut at dawn.",
        metadata={
            "source_id": hit.passage.source.source_id,
            "path": "kelp.md",
            "title": "Orders kelp.md",
            "publisher": "Harbour office",
            "kind": "source",
            "passage_id": hit.passage.passage_id,
            "paragraphs": [1],
            "note": False,
            "score": hit.score,
            "generation": searcher.search("kelp").generation,
        },
    )


def test_it_is_a_runnable_and_takes_batches(searcher: HybridRetriever) -> None:
    chain = GuidanceRetriever(searcher=searcher) | RunnableLambda(lambda documents: [d.page_content for d in documents])

    assert chain.batch(["cut", "nets", "submarine"]) == [
        ["Kelp is cut at dawn."],
        ["Nets are dried at noon."],
        [],
    ]
