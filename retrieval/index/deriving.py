"""Makes a generation from the one before it: its folder is copied, and what changed is applied and probed."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.database import Database
from retrieval.errors import IndexDamaged
from retrieval.index import manifest as manifests
from retrieval.index.files import IndexFiles
from retrieval.index.lexical import Bm25Index
from retrieval.index.manifest import POINTS, Manifest
from retrieval.index.probe import KEPT_PROBES, PROBES, PROBES_FILE, probe_golden, probe_points, spread
from retrieval.index.publishing import Text, hashes, members, texts
from retrieval.index.vectors import Progress, cached, embed_missing, from_bytes
from retrieval.ports import Embedder, Vectors
from retrieval.tables import GenerationRow

logger = logging.getLogger(__name__)

# A neighbour graph keeps the places of what was deleted. Past this share of all points it is made anew.
MOST_DRIFT = 0.2
LEXICAL, SQLITE = "lexical", "chroma.sqlite3"


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


class Deriver:
    """Applies changes to copies of folders. The caller holds the build lock of this machine."""

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
        if self._files.server is not None or manifest.recipe is None or manifest.recipe != row.recipe:
            return None
        if manifest.files != manifests.fingerprints(source):
            raise IndexDamaged("Files of an index are not as they were written.")
        change = self._change(source, before, row, manifest.drift)
        vectors = self._vectors(row.recipe, change, progress) if change else None
        if change is None or vectors is None:
            return None
        golden = _apply_lexical(source, aside, manifest, change)
        probes = self._apply_dense(source / manifest.dense, aside / dense, row.recipe, change, vectors)
        return Manifest(
            generation=row.generation_id,
            recipe=row.recipe,
            passages=row.passages,
            vectors=len(change.points_kept) + len(change.points_new),
            dense=dense,
            golden=tuple(golden),
            probes=tuple(probes),
            files=manifests.fingerprints(aside),
            drift=manifest.drift + change.size,
        )

    def _change(self, source: Path, before: str, row: GenerationRow, drift: int) -> _Change | None:
        """What differs; None when it is too much, or when SQL no longer knows both generations."""
        points: list[str] = json.loads((source / POINTS).read_text())
        with self._database.read() as session:
            had, has = members(session, before), members(session, row.generation_id)
            present = hashes(session, row.generation_id)
            if not had or len(present) != row.passages:
                return None
            kept = [point for point in points if point in present]
            gone = [point for point in points if point not in present]
            wanted = _uncovered(present, kept)
            if drift + len(gone) + len(wanted) > MOST_DRIFT * len(kept):
                return None
            new = texts(session, row.generation_id, sorted(has - had))
        return _Change(present, new, kept, gone, wanted)

    def _vectors(self, recipe: str, change: _Change, progress: Progress | None) -> Vectors | None:
        """The vectors of the new points; None when not all of them can be had."""
        wanted = [change.hashes[point] for point in change.points_new]
        if not wanted:
            return np.zeros((0, 0), np.float32)
        found = cached(self._database, recipe, wanted)
        text_of = {text.text_hash: text.text for text in change.texts}
        if self._embedder and self._embedder.recipe == recipe:
            kept = len(change.points_kept)
            shifted = (lambda done, total: progress(kept + done, kept + total)) if progress else None
            asked = {key: text_of[key] for key in wanted if key in text_of}
            found |= embed_missing(self._database, self._embedder, asked, shifted)
        if any(text_hash not in found for text_hash in wanted):
            return None
        return from_bytes([found[text_hash] for text_hash in wanted])

    def _apply_dense(self, source: Path, target: Path, recipe: str, change: _Change, vectors: Vectors) -> list[str]:
        """Copy, change and probe the vectors; the ids of the probes that are kept, their vectors written beside."""
        _copy(source, target)
        self._files.change_dense(target, change.points_gone, change.points_new, vectors)
        asked, asked_vectors = self._sample(recipe, change, vectors)
        index = self._files.open_dense(target, "")
        try:
            count = len(change.points_kept) + len(change.points_new)
            found = probe_points(index, asked, asked_vectors, count, lambda id_: self._stored(recipe, change, id_))
        finally:
            index.close()
        rows = [found[row] for row in spread(len(found), KEPT_PROBES)]
        np.save(target.parent / PROBES_FILE, asked_vectors[rows])
        (target.parent / POINTS).write_text(json.dumps([*change.points_kept, *change.points_new]))
        return [asked[row] for row in rows]

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
        old_vectors = from_bytes([stored[change.hashes[point]] for point in others])
        ids = [change.points_new[row] for row in new] + others
        return ids, np.concatenate([vectors[new], old_vectors]) if new else old_vectors


def _uncovered(present: Mapping[str, str], points: Sequence[str]) -> list[str]:
    """The first passage of each text that none of `points` has."""
    covered = {present[point] for point in points}
    wanted: list[str] = []
    for passage_id, text_hash in present.items():
        if text_hash not in covered:
            covered.add(text_hash)
            wanted.append(passage_id)
    return wanted


def _apply_lexical(source: Path, aside: Path, manifest: Manifest, change: _Change) -> list[tuple[str, str]]:
    """Derive and probe the lexical index; the questions it is probed with from now on."""
    new = [text.passage_id for text in change.texts]
    bodies = [text.text for text in change.texts]
    ids = Bm25Index.derive(source / LEXICAL, aside / LEXICAL, change.hashes.keys(), new, bodies)
    if len(ids) != len(change.hashes):
        raise IndexDamaged(f"The lexical index would hold {len(ids)} of {len(change.hashes)} passages.")
    asked = [(words, id_) for words, id_ in manifest.golden if id_ in change.hashes]
    return probe_golden(Bm25Index.open(aside / LEXICAL), len(ids), asked, new, bodies)


def _copy(source: Path, target: Path) -> None:
    """Copy the vectors of a sealed folder. Readers that open it may touch its SQLite file meanwhile."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{SQLITE}*"))
    try:
        address = f"{(source / SQLITE).resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as one, closing(sqlite3.connect(target / SQLITE)) as other:
            one.backup(other)
    except sqlite3.Error as error:
        raise IndexDamaged(f"The vector index cannot be copied ({type(error).__name__}).") from error
