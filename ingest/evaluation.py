"""Evaluation through the product's own reading and splitting, for collections and for question files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.passages import Count, split
from ingest.readers.reading import read
from ingest.report import Progress
from retrieval.corpus.passages import Source
from retrieval.corpus.records import source_id
from retrieval.corpus.sources import Corpus, CorpusChange, Document
from retrieval.evaluation.ranking import (
    Collection,
    EvaluationDocument,
    Measured,
    load_collection,
    measure,
    rank_documents,
)
from retrieval.index.generations import Generations
from retrieval.ports import Clock

if TYPE_CHECKING:
    from retrieval.search.retriever import HybridRetriever

ROOT = "evaluation"
# Both legs give their first hundred; a document of several passages takes several places.
PASSAGES_RANKED = 200


def index_collection(
    folder: Path, corpus: Corpus, generations: Generations, *, clock: Clock, count: Count, progress: Progress
) -> tuple[Collection, int]:
    """The collection in `folder` (BEIR form), indexed into an empty `corpus`, and its number of passages.

    Raises CollectionMalformed.
    """
    collection = load_collection(folder)
    documents = tuple(_document(document, count) for document in collection.documents)
    corpus.apply(CorpusChange(documents), clock.now())
    built = generations.build(lambda done, total: progress(done, total, "index"))
    return collection, built.passages


def measure_search(collection: Collection, searcher: HybridRetriever) -> Measured:
    """What each query of an indexed collection scores: a document counts as its best passage.

    Of documents that say the same one alone is indexed; all of them are ranked where it is.
    """
    same: dict[str, list[str]] = defaultdict(list)
    said = {document.id: "".join(filter(str.isalnum, document.text.casefold())) for document in collection.documents}
    for name, words in said.items():
        same[words].append(name)

    def rank(query: str) -> list[str]:
        hits = searcher.search(query, PASSAGES_RANKED).hits
        paths = ((hit.passage.source.path, hit.score) for hit in hits)
        return rank_documents((copy, score) for path, score in paths for copy in (path, *same[said[path]]))

    return measure(collection, rank)


def paragraph_reader(folder: Path) -> Callable[[str, int], str | None]:
    """(path below `folder`, number) to the text of that paragraph, as citations count them; None without one."""

    @cache
    def paragraphs(name: str) -> dict[int, str]:
        parts: dict[int, list[str]] = defaultdict(list)
        for block in read(folder / name).blocks:
            if block.paragraph is not None:
                parts[block.paragraph].append(block.text)
        return {number: "\n".join(texts) for number, texts in parts.items()}

    return lambda name, number: paragraphs(name).get(number)


def _document(document: EvaluationDocument, count: Count) -> Document:
    source = Source(source_id(ROOT, document.id), document.id, title=document.title)
    return Document(source, ROOT, "", split(document.text, source, count))
