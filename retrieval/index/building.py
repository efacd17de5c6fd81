"""Makes the folder of one generation from SQL: aside, probed, then moved into place."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from retrieval.corpus.tables import GenerationRow
from retrieval.database import Database
from retrieval.errors import IndexDamaged, IndexGone, IndexUnavailable
from retrieval.index import manifest as manifests
from retrieval.index.deriving import Deriver, Points
from retrieval.index.files import ASIDE, IndexFiles
from retrieval.index.lexical import FINDERS, PLACES, PLAIN, Bm25Index, with_lines
from retrieval.index.manifest import READERS, Manifest
from retrieval.index.probe import probe_finders, probe_golden
from retrieval.index.publishing import Text, left_behind, lines, stand_alone, texts
from retrieval.index.vectors import Progress
from retrieval.ports import Embedder

logger = logging.getLogger(__name__)


class Builder:
    """Makes folders. The caller holds the build lock of this machine."""

    def __init__(self, database: Database, files: IndexFiles, embedder: Embedder | None) -> None:
        self._database = database
        self._files = files
        self._deriver = Deriver(database, files, embedder)

    def make(self, generation: str, mark: str, progress: Progress | None = None, *, before: str | None = None) -> Path:
        """Make the folder of a generation that SQL knows, in place of a damaged one.

        Where the generation `before` is on this machine and little has changed since, its folder is copied and the
        rest applied; a collection of a Chroma server stays as it is, and what differs lies beside it. When the probe
        says that this does not stand, everything is built anew. While the server does not answer, the folder holds
        the words alone, and SQL keeps the vectors. `mark` makes the name of what is moved away unique.
        Raises IndexGone when SQL no longer knows all of it, IndexDamaged when the probe fails, and what the embedder
        raises.
        """
        with self._database.read() as session:
            row = session.get(GenerationRow, generation)
        if row is None:
            raise IndexGone
        dense = f"chroma-{mark}"
        aside = self._fresh(generation)
        manifest = self._derived(aside, dense, row, before, progress) if before else None
        if manifest is None:
            aside = self._fresh(generation)
            manifest = self._fill(aside, dense, row, self._read(row), progress)
        manifests.write(aside, manifest)
        (aside / READERS).touch()
        folder = self._files.folder(generation)
        self._files.set_aside(folder, mark)
        aside.rename(folder)
        return folder

    def _fresh(self, generation: str) -> Path:
        aside = self._files.root / f"{ASIDE}{generation}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        return aside

    def _derived(
        self, aside: Path, dense: str, row: GenerationRow, before: str, progress: Progress | None
    ) -> Manifest | None:
        try:
            return self._deriver.fill(aside, dense, row, before, progress)
        except IndexUnavailable:
            return None
        except (IndexGone, IndexDamaged) as error:
            logger.warning("generation %s does not carry a change (%s): building anew", before, error)
            return None

    def _read(self, row: GenerationRow) -> list[Text]:
        with self._database.read() as session:
            passages = texts(session, row.generation_id)
        if len(passages) != row.passages:
            raise IndexGone
        return passages

    def _fill(
        self, aside: Path, dense: str, row: GenerationRow, passages: list[Text], progress: Progress | None
    ) -> Manifest:
        ids = [passage.passage_id for passage in passages]
        bodies = [passage.text for passage in passages]
        Bm25Index.build(aside / PLAIN, ids, bodies)
        golden = probe_golden(Bm25Index.open(aside / PLAIN), len(ids), ids, bodies)
        Bm25Index.build(aside / PLACES, ids, [passage.places for passage in passages])
        finders = self._fill_finders(aside, row.generation_id, ids, bodies)
        points, awaits_server = self._points(aside, dense, row, passages, progress)
        return Manifest(
            generation=row.generation_id,
            recipe=row.recipe if points else None,
            passages=len(ids),
            vectors=points.count if points else 0,
            dense=dense,
            golden=tuple(golden),
            probes=points.probes if points else (),
            files=manifests.fingerprints(aside),
            drift=points.drift if points else 0,
            base=row.base,
            awaits_server=awaits_server,
            finders=tuple(finders),
        )

    def _fill_finders(
        self, aside: Path, generation: str, ids: Sequence[str], bodies: Sequence[str]
    ) -> list[tuple[str, str]]:
        """Build and probe the index of passages with their finders, if there are any; the lines it is probed with."""
        with self._database.read() as session:
            said = lines(session, generation)
        if not said:
            return []
        searched = {id_: with_lines(body, said.get(id_, ())) for id_, body in zip(ids, bodies, strict=True)}
        Bm25Index.build(aside / FINDERS, ids, list(searched.values()))
        return probe_finders(Bm25Index.open(aside / FINDERS), len(ids), said, searched)

    def _points(
        self, aside: Path, dense: str, row: GenerationRow, passages: list[Text], progress: Progress | None
    ) -> tuple[Points | None, bool]:
        """The vectors, and whether they have to wait for their server."""
        distinct = _distinct(passages)
        try:
            shared = self._shared(aside, dense, row, passages, progress)
            return shared or self._deriver.begin(aside / dense, row, distinct, progress), False
        except IndexUnavailable:
            logger.info("the Chroma server does not answer: generation %s has words alone for now", row.generation_id)
            shutil.rmtree(aside / dense, ignore_errors=True)
            self._deriver.embed(row.recipe, distinct, progress)
            return None, True

    def _shared(
        self, aside: Path, dense: str, row: GenerationRow, passages: list[Text], progress: Progress | None
    ) -> Points | None:
        """The collection that is on the server, taken up; None when it is not whole, or too much differs."""
        if self._files.server is None or row.recipe is None or not passages:
            return None
        try:
            points = self._deriver.share(aside, dense, row, passages, progress)
        except (IndexGone, IndexDamaged) as error:
            logger.info("no collection to build generation %s upon (%s)", row.generation_id, error)
            points = None
        if points is None:
            shutil.rmtree(aside / dense, ignore_errors=True)
            self._stand_alone(row)
        return points

    def _stand_alone(self, row: GenerationRow) -> None:
        """From here on the generation has a collection of its own; one that nothing else stands on is dropped first."""
        if row.base is None:
            return
        with self._database.read() as session:
            collections = left_behind(session, [row.generation_id])
        for generation in collections:
            self._files.drop(generation)
        with self._database.write() as session:
            stand_alone(session, row.generation_id)
        row.base = None


def _distinct(passages: Sequence[Text]) -> list[Text]:
    """The first passage of each text. Hundreds of equal points cut a neighbour graph apart, so that it finds neither
    them nor what lies behind them; passages of equal text are found by their words.
    """
    first: dict[str, Text] = {}
    for passage in passages:
        first.setdefault(passage.text_hash, passage)
    return list(first.values())
