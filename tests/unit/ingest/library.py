"""A corpus, its index and an ingestor over them, in a test's hands."""

from __future__ import annotations

from pathlib import Path

from ingest.children import ReadingPool
from ingest.report import IngestReport
from ingest.sync import Ingestor
from retrieval.corpus.passages import Passage
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.index.generations import Generations
from retrieval.search.retriever import HybridRetriever
from tests.support.clock import ManualClock


class Library:
    """A corpus, its generations and an ingestor over them."""

    def __init__(self, database: Database, home: Path) -> None:
        self.clock = ManualClock()
        self.corpus = Corpus(database)
        self.generations = Generations(database, home, None, self.clock)
        self.ingestor = Ingestor(self.corpus, self.generations, self.clock, pool=lambda: ReadingPool(1))

    def ingest(self, *paths: Path, yes: bool = False) -> IngestReport:
        return self.ingestor.ingest(paths, yes=yes)

    def found(self, query: str) -> list[Passage]:
        opened = self.generations.current()
        if opened is None or opened.lexical is None:
            return []
        ids = [hit[0] for hit in opened.lexical.search(query, 5)]
        return list(opened.passages(ids).values())

    def shown(self, query: str) -> list[str]:
        """The paths of what everybody finds."""
        hits = HybridRetriever(self.generations, None).search(query).hits
        return sorted(hit.passage.source.path for hit in hits)

    @property
    def paths(self) -> list[str]:
        return [summary.source.path for summary in self.corpus.sources()]
