"""BM25 over passages with their finders, beside the BM25 of the passages alone, which evidence is weighed by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.index.lexical import Bm25Index
from retrieval.ports import Alternative

PLAIN, FINDERS, PLACES = "lexical", "finders", "places"


class FinderIndex(Bm25Index):
    """Finds passages by their own words and by those of their finders. What it tells of a query's terms, and what a
    passage earns, is of the passages' own words alone."""

    def __init__(self, plain: Bm25Index, found: Bm25Index) -> None:
        super().__init__(plain._index, plain.ids, plain._folder)
        row_of = {id_: row for row, id_ in enumerate(plain.ids)}
        self._found, self._place = found, np.fromiter((row_of[id_] for id_ in found.ids), np.intp, found.count())

    def search(
        self,
        query: str,
        k: int,
        within: NDArray[np.bool_] | None = None,
        alternatives: Sequence[Alternative] = (),
    ) -> list[tuple[str, float]]:
        """As the port says, by the passages' words and their finders' together."""
        return self._found.search(query, k, None if within is None else within[self._place], alternatives)


def with_lines(text: str, lines: Sequence[str]) -> str:
    """What is searched of a passage: its indexed text and the lines of its finders."""
    return "\n".join((text, *lines))


def open_lexical(folder: Path) -> tuple[Bm25Index, Bm25Index, Bm25Index | None]:
    """In a generation's folder, the index of the passages alone, that of their places, and the one with finders where
    it has any."""
    found = Bm25Index.open(folder / FINDERS) if (folder / FINDERS).exists() else None
    return Bm25Index.open(folder / PLAIN), Bm25Index.open(folder / PLACES), found
