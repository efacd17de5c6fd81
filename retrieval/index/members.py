"""Which passages of a generation lie within a scope, and the vectors they have. Read from SQL, when first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

import numpy as np
from sqlalchemy import bindparam, func, select

from retrieval.corpus.passages import EVERYTHING, Scope, Source
from retrieval.corpus.records import passage_place, source_from_json
from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import GenerationRow, MemberRow, PassageRow, VectorRow, VersionRow
from retrieval.database import Database
from retrieval.index.publishing import hashes, of_passages
from retrieval.index.vectors import cached, from_bytes
from retrieval.ports import Ranked, Rows, VectorIndex, Vectors

# Up to so many vectors are compared one by one; past it the graph is asked for more than is wanted, which is quicker.
EXACT_MOST = 1000
SPARE, AGAIN = 1.5, 4
SCOPES_KEPT = 8
# So many passages of one text are found by its meaning; a line that stands on every page must not crowd out the rest.
MOST_TWINS = 10

# Put together once: it runs at every question.
_VECTORS = (
    select(PassageRow.passage_id, VectorRow.vector)
    .join(VectorRow, VectorRow.text_hash == PassageRow.text_hash)
    .where(VectorRow.recipe == bindparam("recipe"), PassageRow.passage_id.in_(bindparam("ids", expanding=True)))
)


@dataclass
class Selection:
    """The passages within a scope: their `versions`, `rows` flags them in the lexical index, `by_text` has one for each
    text hash.
    """

    versions: Set[str]
    rows: Rows
    by_text: Mapping[str, str]
    exact: tuple[list[str], Vectors] | None = None


class Members:
    """The passages of one generation, `ids` by their rows in the lexical index. Safe to use from several threads."""

    def __init__(
        self, database: Database, generation: str, ids: Sequence[str], *, exact_most: int = EXACT_MOST
    ) -> None:
        self._database = database
        self._generation = generation
        self._ids = ids
        self._exact_most = exact_most
        self._selections: dict[Scope, Selection] = {}
        self._points: int | None = None

    def bounds(self, scope: Scope) -> Selection | None:
        """The passages within `scope`, the last few scopes kept; None where that is all of them."""
        unlabelled = replace(scope, audiences=None) == EVERYTHING and not self._labelled
        if unlabelled or scope == EVERYTHING:
            return None
        found = self._selections.get(scope)
        if found is None:
            found = self._select(scope)
            if len(self._selections) >= SCOPES_KEPT:
                self._selections = {}
            self._selections[scope] = found
        return found

    def nearest(self, index: VectorIndex, vector: Vectors, k: int, selection: Selection) -> Ranked:
        """The `k` passages of `selection` nearest to `vector` with their cosines, best first; fewer if there are."""
        there = len(selection.by_text)
        if there <= self._exact_most:
            return self._nearest_exact(vector, k, selection)
        # Chroma counts its rows anew each time; a sealed index has as many points as the generation has texts.
        total = len(set(self._hashes.values())) if self._points is None else self._points
        self._points = total
        wanted = ceil(SPARE * k * total / there)
        while wanted < total:
            found = self._within(index.search(vector, wanted), selection)
            if len(found) >= k:
                return found[:k]
            wanted *= AGAIN
        return self._nearest_exact(vector, k, selection)

    def with_twins(self, found: Ranked, selection: Selection | None = None) -> Ranked:
        """`found` with the passages (of `selection`) whose text is equal to one's that was found, at its cosine."""
        pairs = ((twin, cosine) for id_, cosine in found for twin in self._twins.get(id_, (id_,)))
        return [pair for pair in pairs if selection is None or passage_place(pair[0])[0] in selection.versions]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Passage id to vector, for those that have one."""
        found: dict[str, Vectors] = {}
        with self._database.read() as session:
            for part in chunks(ids):
                rows = session.execute(_VECTORS, {"recipe": self._recipe, "ids": list(part)})
                found.update((row.passage_id, from_bytes([row.vector])[0]) for row in rows)
        return found

    def _select(self, scope: Scope) -> Selection:
        versions = {version for version, source in self._sources.items() if scope.admits(source)}
        rows = np.fromiter((passage_place(id_)[0] in versions for id_ in self._ids), np.bool_, len(self._ids))
        by_text: dict[str, str] = {}
        for row in map(int, np.flatnonzero(rows)):
            by_text.setdefault(self._hashes[self._ids[row]], self._ids[row])
        return Selection(versions, rows, by_text)

    def _within(self, found: Ranked, selection: Selection) -> Ranked:
        """What was found, as passages within: equal texts share one vector, under the id of any of them."""
        texts = ((self._hashes.get(id_, ""), cosine) for id_, cosine in found)
        return [(selection.by_text[text], cosine) for text, cosine in texts if text in selection.by_text]

    def _nearest_exact(self, vector: Vectors, k: int, selection: Selection) -> Ranked:
        ids, matrix = selection.exact or self._matrix(selection, len(vector))
        if len(ids) <= self._exact_most:
            selection.exact = ids, matrix
        cosines = matrix @ vector
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(ids[row], float(cosines[row])) for row in best]

    def _matrix(self, selection: Selection, width: int) -> tuple[list[str], Vectors]:
        stored = cached(self._database, self._recipe, list(selection.by_text))
        if not stored:
            return [], np.zeros((0, width), np.float32)
        return [selection.by_text[text] for text in stored], from_bytes(list(stored.values()))

    @cached_property
    def _recipe(self) -> str:
        with self._database.read() as session:
            row = session.get(GenerationRow, self._generation)
            return (row.recipe if row else None) or ""

    @cached_property
    def _twins(self) -> Mapping[str, Sequence[str]]:
        """Passage id to the ids of all passages of the same text, for those that are not alone."""
        every = of_passages(self._generation, PassageRow.text_hash)
        several = every.order_by(None).group_by(PassageRow.text_hash).having(func.count() > 1)
        query = every.add_columns(PassageRow.passage_id).where(PassageRow.text_hash.in_(several))
        by_text: dict[str, list[str]] = {}
        with self._database.read() as session:
            for text, id_ in session.execute(query):
                by_text.setdefault(text, []).append(id_)
        return {id_: [id_, *_others(ids, id_)] for ids in by_text.values() for id_ in ids}

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        with self._database.read() as session:
            return hashes(session, self._generation)

    @cached_property
    def _labelled(self) -> bool:
        """Whether any source has an audience of its own."""
        query = (
            select(VersionRow.version_id)
            .join(MemberRow, MemberRow.version_id == VersionRow.version_id)
            .where(MemberRow.generation_id == self._generation, VersionRow.source["audience"].as_string().is_not(None))
            .limit(1)
        )
        with self._database.read() as session:
            return session.scalar(query) is not None

    @cached_property
    def _sources(self) -> Mapping[str, Source]:
        query = (
            select(VersionRow.version_id, VersionRow.source)
            .join(MemberRow, MemberRow.version_id == VersionRow.version_id)
            .where(MemberRow.generation_id == self._generation)
        )
        with self._database.read() as session:
            return {version: source_from_json(source) for version, source in session.execute(query)}


def _others(ids: Sequence[str], one: str) -> list[str]:
    return [id_ for id_ in ids[:MOST_TWINS] if id_ != one]
