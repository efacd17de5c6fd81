"""A generation opened for reading: its indexes, its texts, and the hold on its folder."""

from __future__ import annotations

import logging
import weakref
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from retrieval.corpus.passages import EVERYTHING, Passage, Scope, Source
from retrieval.corpus.records import Standing, passage_id, passage_place
from retrieval.corpus.sources import load_passages, present_labels
from retrieval.corpus.standing import ACTIVE
from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import IndexedFinderRow, MemberRow, VersionRow
from retrieval.database import Database
from retrieval.errors import IndexGone, IndexUnavailable
from retrieval.index import manifest as manifests
from retrieval.index.files import IndexFiles
from retrieval.index.lexical import FinderIndex, open_lexical
from retrieval.index.manifest import READERS, Manifest, same_space
from retrieval.index.members import Members
from retrieval.index.probe import verify
from retrieval.locks import FileLock
from retrieval.ports import LexicalIndex, VectorIndex
from retrieval.text.places import Key
from retrieval.types import Finder

logger = logging.getLogger(__name__)

MOST_PASSAGES_KEPT = 5000

_retired: deque[tuple[VectorIndex | None, FileLock]] = deque()


class OpenGeneration:
    """One generation, open for reading. Its files stay until the last reference to it is dropped.

    `dense` is None when the generation was built without a model, or with one that this process does not have.
    `complete` is False when vectors should be there and their server does not answer; `awaits_server` is True when
    they have yet to be written there.
    """

    complete = True
    awaits_server = False

    def __init__(
        self,
        generation: str,
        database: Database,
        lexical: LexicalIndex,
        dense: VectorIndex | None,
        *,
        standing: Mapping[str, Standing],
        places: LexicalIndex,
    ) -> None:
        self.id = generation
        self.lexical = lexical
        self._places = places
        self.dense = dense
        self.members = Members(database, generation, lexical.ids)
        self._database = database
        self._standing = standing
        self._kept: dict[str, Passage] = {}
        self._finders: dict[str, tuple[Finder, ...]] = {}

    def passage(self, passage_id: str, scope: Scope) -> Passage | None:
        """The passage, of this generation or of another that is still kept; None once it is gone.

        None also where `scope` leaves it out, as it was read then or as its source is labelled now, and where its
        source is gone: nothing says any more who may see it.
        """
        found = self.passages([passage_id]).get(passage_id)
        if found is None or scope == EVERYTHING:
            return found
        present = self._present([found]).get(found.source.source_id)
        return found if present is not None and scope.admits(found.source) and scope.shows(present) else None

    def beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """The passages before and after one in its document. Whoever may see that one may see these."""
        version, ordinal = passage_place(passage.passage_id)
        before, after = (passage_id(version, at) for at in (ordinal - 1, ordinal + 1))
        found = self.passages([before, after])
        return found.get(before), found.get(after)

    def shown(self, passages: Collection[Passage], scope: Scope) -> Set[str]:
        """The ids of those `passages` whose source is not kept from `scope` by a label it was given since."""
        present = {} if scope.audiences is None else self._present(passages)
        return {p.passage_id for p in passages if scope.shows(present.get(p.source.source_id, p.source))}

    def _present(self, passages: Iterable[Passage]) -> Mapping[str, Source]:
        ids = {passage.source.source_id for passage in passages}
        with self._database.read() as session:
            return present_labels(session, ids)

    def at(self, places: Iterable[Key], within: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
        """Flags for the rows of the passages at one of these places."""
        there = {self._places.ids[row] for key in places for row in self._places.rows("_".join(key))}
        rows = np.fromiter((id_ in there for id_ in self.lexical.ids), np.bool_, len(self.lexical.ids))
        return rows if within is None else rows & within

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Id to passage, without those that are gone."""
        kept = self._kept
        missing = [id_ for id_ in ids if id_ not in kept]
        if missing:
            if len(kept) > MOST_PASSAGES_KEPT:
                kept = self._kept = {id_: kept[id_] for id_ in ids if id_ in kept}
            with self._database.read() as session:
                kept.update((p.passage_id, p) for p in load_passages(session, missing, self._standing))
        return {id_: kept[id_] for id_ in ids if id_ in kept}

    def finders(self, ids: Sequence[str]) -> Mapping[str, tuple[Finder, ...]]:
        """Id to the finders of the passage, each with the position of its sentence; () for one without."""
        missing = [id_ for id_ in ids if id_ not in self._finders]
        if missing:
            if len(self._finders) > MOST_PASSAGES_KEPT:
                self._finders = {id_: self._finders[id_] for id_ in ids if id_ in self._finders}
            self._finders.update(dict.fromkeys(missing, ()) | self._read_finders(missing))
        return {id_: self._finders[id_] for id_ in ids}

    def _read_finders(self, ids: Sequence[str]) -> dict[str, tuple[Finder, ...]]:
        row = IndexedFinderRow
        query = select(row.passage_id, row.position, row.line).where(row.generation_id == self.id).order_by(row.number)
        found: dict[str, tuple[Finder, ...]] = {}
        with self._database.read() as session:
            for id_, position, line in session.execute(query.where(row.passage_id.in_(ids))):
                found[id_] = (*found.get(id_, ()), Finder(position, line))
        return found


def open_generation(generation: str, database: Database, files: IndexFiles, recipe: str | None) -> OpenGeneration:
    """Open and probe a generation that is on this machine.

    `recipe` is this process's embedder; without one, or with one of another kind, words alone are searched. Raises
    IndexGone when the folder is not there or is being swept, IndexDamaged when it fails the probe.
    """
    folder = files.folder(generation)
    held = FileLock(folder / READERS)
    if not (folder / manifests.NAME).exists() or not held.take(shared=True):
        raise IndexGone
    vectors: VectorIndex | None = None
    try:
        manifest = manifests.read(folder)
        vectors = _open_dense(manifest, files, folder, recipe)
        plain, places, found = open_lexical(folder)
        verify(folder, manifest, plain, vectors, found)
        lexical = plain if found is None else FinderIndex(plain, found)
        standing = _standing(database, generation)
        opened = OpenGeneration(generation, database, lexical, vectors, standing=standing, places=places)
        opened.awaits_server = manifest.awaits_server
        opened.complete = not manifest.awaits_server and (
            vectors is not None or not same_space(manifest.recipe, recipe)
        )
    except BaseException:
        _let_go(vectors, held)
        raise
    # Readers keep a plain reference while they search; when the last is dropped, the files are free to be swept.
    weakref.finalize(opened, _retired.append, (vectors, held)).atexit = False
    return opened


def close_retired() -> None:
    """Close what nobody refers to any more. Called between questions, never by the garbage collector itself.

    The collector may run while this very thread holds one of Chroma's locks, and closing needs them.
    """
    while _retired:
        try:
            vectors, held = _retired.popleft()
        except IndexError:  # another thread took it
            return
        _let_go(vectors, held)


def _open_dense(manifest: Manifest, files: IndexFiles, folder: Path, recipe: str | None) -> VectorIndex | None:
    if not same_space(manifest.recipe, recipe):
        if recipe and manifest.passages and not manifest.awaits_server:
            logger.warning("index built by recipe %s, not %s: searching words alone", manifest.recipe, recipe)
        return None
    try:
        return files.open_dense(folder / manifest.dense, manifest.base or manifest.generation)
    except IndexUnavailable:
        return None


def _standing(database: Database, generation: str) -> Mapping[str, Standing]:
    """Version id to how its source stands in the generation, for those that are not simply active."""
    decided = select(MemberRow.version_id, MemberRow.state, MemberRow.successor).where(
        MemberRow.generation_id == generation, MemberRow.state != ACTIVE
    )
    with database.read() as session:
        rows = list(session.execute(decided))
        titles = _titles(session, generation, {row.successor for row in rows if row.successor})
    return {row.version_id: Standing(row.state, row.successor, titles.get(row.successor)) for row in rows}


def _titles(session: Session, generation: str, sources: Set[str]) -> Mapping[str, str]:
    """Source id to title, or to the path of a source without one, as the generation has it."""
    titles: dict[str, str] = {}
    for part in chunks(sorted(sources)):
        query = (
            select(VersionRow.source_id, VersionRow.source)
            .join(MemberRow, MemberRow.version_id == VersionRow.version_id)
            .where(MemberRow.generation_id == generation, VersionRow.source_id.in_(part))
        )
        titles |= {id_: source.get("title") or source["path"] for id_, source in session.execute(query)}
    return titles


def _let_go(vectors: VectorIndex | None, held: FileLock) -> None:
    try:
        if vectors is not None:
            vectors.close()
    finally:
        held.release()
