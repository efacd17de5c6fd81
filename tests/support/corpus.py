"""A small made-up corpus, and an embedder that needs no model, for tests of what is built from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.records import source_id
from retrieval.corpus.sources import Corpus, CorpusChange, Document
from retrieval.ports import Vectors
from retrieval.text.tokens import tokens
from tests.support.clock import ManualClock

ROOT = "/harbour"
THINGS = ("ferry", "anchor", "lantern", "rudder", "compass", "mooring", "galley", "ballast", "hawser", "capstan")
DEEDS = ("inspect", "repair", "paint", "borrow", "weigh", "replace", "measure", "store", "mark", "count")
TIMES = ("monday", "april", "winter", "dawn", "yearly", "harvest", "noon", "spring", "weekly", "midnight")


@dataclass
class WordEmbedder:
    """Unit vectors from hashed words: texts that share words lie near each other. Counts what it embeds."""

    recipe: str = "words+int8"
    dimensions: int = 64
    embedded: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        rows = np.full((len(texts), self.dimensions), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokens(text):
                digest = hashlib.sha256(token.encode()).digest()
                row[digest[0] % self.dimensions] += 1.0
                row[digest[1] % self.dimensions] -= 0.5
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def rule(number: int) -> str:
    """A sentence that no other number gives."""
    thing, deed, time = THINGS[number % 10], DEEDS[number // 10 % 10], TIMES[number // 100 % 10]
    return f"The keeper must {deed} every {thing} at {time}, as order {number} of the harbour board says."


def document(name: str, *texts: str, content: str = "1", **known: str) -> Document:
    """A document with one passage a text."""
    source = Source(source_id(ROOT, name), name, **{"title": f"Orders {name}", **known})  # type: ignore[arg-type]
    passages = tuple(
        Passage(f"draft-{number}", source, (Sentence((Span(text, paragraph=number),)),))
        for number, text in enumerate(texts, start=1)
    )
    return Document(source, ROOT, content, passages)


def orders(first: int, count: int, *, documents: int = 5, content: str = "1") -> tuple[Document, ...]:
    """`count` rules from number `first` on, dealt to `documents` documents."""
    numbers = range(first, first + count)
    return tuple(
        document(f"orders-{part}.md", *(rule(number) for number in numbers[part::documents]), content=content)
        for part in range(documents)
    )


def store(corpus: Corpus, clock: ManualClock, *documents: Document, removed: tuple[str, ...] = ()) -> None:
    corpus.apply(CorpusChange(documents, removed), clock.now())
