"""Makes a generation from one there is: its folder copied or its collection built upon, the rest applied."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.corpus.records import passage_place
from retrieval.corpus.tables import GenerationRow
from retrieval.database import Database
from retrieval.errors import IndexDamaged
from retrieval.index import manifest as manifests
from retrieval.index.files import IndexFiles, collection
from retrieval.index.lexical import FINDERS, PLACES, PLAIN, Bm25Index, with_lines
from retrieval.index.manifest import POINTS, Manifest
from retrieval.index.probe import (
    KEPT_PROBES,
    PROBES,
    PROBES_FILE,
    probe_finders,
    probe_golden,
    probe_points,
    spread,
)
from retrieval.index.publishing import Text, hashes, lines, members, texts
from retrieval.index.vectors import Progress, cached, from_bytes, gathered
from retrieval.ports import Embedder, Vectors

# A neighbour graph keeps the places of what was deleted. Past this share of all points it is made anew.
MOST_DRIFT = 0.2


@dataclass(frozen=True, slots=True)
class _Change:
    """What differs. `hashes` maps each passage of the new generation to its text hash; `texts` are the passages that
    are new. Points are passages with a vector of their own: one for each distinct text.
    """

    hashes: Mapping[str, str]
    texts: Sequence[Text]
    points_kept: list[str]
    points_gone: list[str]
    points_new: list[str]

    @property
    def size(self) -> int:
        return len(self.points_gone) + len(self.points_new)

    @property
    def points(self) -> list[str]:
        return [*self.points_kept, *self.points_new]


@dataclass(frozen=True, slots=True)
class Points:
    """The vectors of a generation: how many, the ids of the probes that are kept, and their drift (see `Manifest`)."""

    count: int
    probes: tuple[str, ...]
    drift: int = 0


class Deriver:
    """Applies changes: to copies of folders, and beside collections of a server. The caller holds the build lock."""

    def __init__(self, database: Database, files: IndexFiles, embedder: Embedder | None) -> None:
        self._database = database
        self._files = files
        self._embedder = embedder

    def fill(
        self, aside: Path, dense: str, row: GenerationRow, before: str, progress: Progress | None
    ) -> Manifest | None:
        """Fill `aside` from the folder of the generation `before`; None when a full build is due instead.

        Raises IndexGone, IndexDamaged when that folder, or what was made of it, is not whole.
        """
        source = self._files.folder(before)
        manifest = manifests.read(source)
        if manifest.recipe is None or manifest.recipe != row.recipe:
            return None
        if manifest.files != manifests.fingerprints(source):
            raise IndexDamaged("Files of an index are not as they were written.")
        if self._files.server is None:
            change = self._change(json.loads((source / POINTS).read_text()), before, row, manifest.drift)
        else:
            change = self._change(self._shared(row), before, row, 0) if row.base else None
        vectors = self._vectors(row.recipe, change, progress) if change else None
        if change is None or vectors is None:
            return None
        golden = _apply_lexical(source, aside, manifest, change)
        finders = self._apply_finders(source, aside, manifest, row, change)
        self._files.copy_dense(source / manifest.dense, aside / dense)
        points = self._apply_dense(aside / dense, row, change, vectors)
        return Manifest(
            generation=row.generation_id,
            recipe=row.recipe,
            passages=row.passages,
            vectors=points.count,
            dense=dense,
            golden=tuple(golden),
            probes=points.probes,
            files=manifests.fingerprints(aside),
            drift=points.drift if self._files.server else manifest.drift + points.drift,
            base=row.base,
            finders=tuple(finders),
        )

    def _apply_finders(
        self, source: Path, aside: Path, manifest: Manifest, row: GenerationRow, change: _Change
    ) -> list[tuple[str, str]]:
        """Derive and probe the index of passages with their finders; a passage whose lines changed is written anew."""
        with self._database.read() as session:
            had, has = lines(session, manifest.generation), lines(session, row.generation_id)
            if not has:
                return []
            new = {text.passage_id for text in change.texts}
            other = {id_ for id_ in change.hashes.keys() - new if had.get(id_) != has.get(id_)}
            versions = sorted({passage_place(id_)[0] for id_ in other})
            written = [
                *change.texts,
                *(t for t in texts(session, row.generation_id, versions) if t.passage_id in other),
            ]
        searched = {text.passage_id: with_lines(text.text, has.get(text.passage_id, ())) for text in written}
        kept = change.hashes.keys() - searched.keys()
        origin = source / (FINDERS if (source / FINDERS).exists() else PLAIN)
        ids = Bm25Index.derive(origin, aside / FINDERS, kept, list(searched), list(searched.values()))
        if len(ids) != len(change.hashes):
            raise IndexDamaged(f"The index of finders would hold {len(ids)} of {len(change.hashes)} passages.")
        asked = [(line, id_) for line, id_ in manifest.finders if line in has.get(id_, ()) and id_ in change.hashes]
        return probe_finders(Bm25Index.open(aside / FINDERS), len(ids), has, searched, asked)

    def share(
        self, aside: Path, dense: str, row: GenerationRow, passages: Sequence[Text], progress: Progress | None
    ) -> Points | None:
        """Take up the collection on the server that `row` stands on; None when a new one is due instead.

        Raises IndexGone, IndexDamaged when that collection is not whole.
        """
        present = {passage.passage_id: passage.text_hash for passage in passages}
        change = _difference(self._shared(row), present, passages, 0)
        if change and change.size and not row.base:
            raise IndexDamaged("A collection does not hold what its generation has.")
        vectors = self._vectors(row.recipe or "", change, progress) if change else None
        if change is None or vectors is None:
            return None
        return self._apply_dense(aside / dense, row, change, vectors)

    def begin(
        self, target: Path, row: GenerationRow, passages: Sequence[Text], progress: Progress | None
    ) -> Points | None:
        """Write and probe the vectors of these passages; None as `embed` says."""
        vectors = self.embed(row.recipe, passages, progress)
        if vectors is None:
            return None
        change = _everything(passages)
        self._files.create_dense(target, row.generation_id, change.points_new, vectors)
        return self._probed(target, row, change, vectors)

    def embed(self, recipe: str | None, passages: Sequence[Text], progress: Progress | None) -> Vectors | None:
        """Vectors in the order of `passages`; None when there is nothing to embed, or nothing to embed it with."""
        return self._vectors(recipe, _everything(passages), progress) if recipe and passages else None

    def _shared(self, row: GenerationRow) -> list[str]:
        assert self._files.server is not None
        return self._files.server.ids(collection(row.base or row.generation_id))

    def _change(self, points: list[str], before: str, row: GenerationRow, drift: int) -> _Change | None:
        """What differs; None when it is too much, or when SQL no longer knows both generations."""
        with self._database.read() as session:
            had, has = members(session, before), members(session, row.generation_id)
            present = hashes(session, row.generation_id)
            if not had or len(present) != row.passages:
                return None
            new = texts(session, row.generation_id, sorted(has - had))
        return _difference(points, present, new, drift)

    def _vectors(self, recipe: str, change: _Change, progress: Progress | None) -> Vectors | None:
        """The vectors of the new points; None when not all of them can be had."""
        wanted = [change.hashes[point] for point in change.points_new]
        if not wanted:
            return np.zeros((0, 0), np.float32)
        text_of = {text.text_hash: text.text for text in change.texts}
        kept = len(change.points_kept)
        shifted = (lambda done, total: progress(kept + done, kept + total)) if progress else None
        return gathered(self._database, self._embedder, recipe, wanted, text_of, progress=shifted)

    def _apply_dense(self, target: Path, row: GenerationRow, change: _Change, vectors: Vectors) -> Points:
        """Change and probe the vectors."""
        self._files.change_dense(target, change.points_gone, change.points_new, vectors)
        return self._probed(target, row, change, vectors)

    def _probed(self, target: Path, row: GenerationRow, change: _Change, vectors: Vectors) -> Points:
        """Probe the vectors in `target`; those of the probes that are kept are written beside."""
        recipe = row.recipe or ""
        asked, asked_vectors = self._sample(recipe, change, vectors)
        points = change.points
        index = self._files.open_dense(target, row.base or row.generation_id)
        try:
            found = probe_points(
                index, asked, asked_vectors, len(points), lambda id_: self._stored(recipe, change, id_)
            )
        finally:
            index.close()
        rows = [found[place] for place in spread(len(found), KEPT_PROBES)]
        np.save(target.parent / PROBES_FILE, asked_vectors[rows])
        (target.parent / POINTS).write_text(json.dumps(points))
        drift = change.size if change.points_kept else 0
        return Points(len(points), tuple(asked[place] for place in rows), drift)

    def _stored(self, recipe: str, change: _Change, point: str) -> Vectors:
        text_hash = change.hashes.get(point, "")
        stored = cached(self._database, recipe, [text_hash])
        if text_hash not in stored:
            raise IndexDamaged("The vector index holds what is gone.")
        vector: Vectors = from_bytes([stored[text_hash]])[0]
        return vector

    def _sample(self, recipe: str, change: _Change, vectors: Vectors) -> tuple[list[str], Vectors]:
        """Points to ask for by their own vectors: of the new and of the others alike."""
        new = spread(len(change.points_new), PROBES)
        others = [change.points_kept[row] for row in spread(len(change.points_kept), PROBES)]
        stored = cached(self._database, recipe, [change.hashes[point] for point in others])
        others = [point for point in others if change.hashes[point] in stored]
        parts = [vectors[new]] if new else []
        parts += [from_bytes([stored[change.hashes[point]] for point in others])] if others else []
        return [*(change.points_new[row] for row in new), *others], np.concatenate(parts)


def _everything(passages: Sequence[Text]) -> _Change:
    present = {passage.passage_id: passage.text_hash for passage in passages}
    return _Change(present, passages, [], [], list(present))


def _difference(points: Sequence[str], present: Mapping[str, str], new: Sequence[Text], drift: int) -> _Change | None:
    """How an index of `points` differs from one of `present` passages; None when it is too much."""
    kept = [point for point in points if point in present]
    gone = [point for point in points if point not in present]
    wanted = _uncovered(present, kept)
    if drift + len(gone) + len(wanted) > MOST_DRIFT * len(kept):
        return None
    return _Change(present, new, kept, gone, wanted)


def _uncovered(present: Mapping[str, str], points: Sequence[str]) -> list[str]:
    """The first passage of each text that none of `points` has."""
    covered = {present[point] for point in points}
    first: dict[str, str] = {}
    for passage_id, text_hash in present.items():
        first.setdefault(text_hash, passage_id)
    return [passage_id for text_hash, passage_id in first.items() if text_hash not in covered]


def _apply_lexical(source: Path, aside: Path, manifest: Manifest, change: _Change) -> list[tuple[str, str]]:
    """Derive and probe the lexical index; the questions it is probed with from now on."""
    new = [text.passage_id for text in change.texts]
    bodies = [text.text for text in change.texts]
    Bm25Index.derive(source / PLACES, aside / PLACES, change.hashes.keys(), new, [text.places for text in change.texts])
    ids = Bm25Index.derive(source / PLAIN, aside / PLAIN, change.hashes.keys(), new, bodies)
    if len(ids) != len(change.hashes):
        raise IndexDamaged(f"The lexical index would hold {len(ids)} of {len(change.hashes)} passages.")
    asked = [(words, id_) for words, id_ in manifest.golden if id_ in change.hashes]
    return probe_golden(Bm25Index.open(aside / PLAIN), len(ids), new, bodies, asked)
