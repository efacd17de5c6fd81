"""Clears away what no reader holds: folders, collections, and what SQL keeps for generations long left."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from retrieval.database import Database
from retrieval.errors import IndexUnavailable
from retrieval.index.files import ASIDE, SWEPT, IndexFiles
from retrieval.index.manifest import READERS
from retrieval.index.publishing import forget, left_behind, pointer, stale
from retrieval.locks import FileLock

logger = logging.getLogger(__name__)

# Longer than any question takes: a reader on another machine may still be reading the texts of what was left.
GRACE = timedelta(hours=1)
# Longer than any ingest reads: what it has written down already, nothing refers to yet.
STAGED_FOR = timedelta(days=1)


class Sweeper:
    """Deletes. The caller holds the build lock, so nothing here is half made by somebody else."""

    def __init__(self, database: Database, files: IndexFiles, grace: timedelta = GRACE) -> None:
        self._database = database
        self._files = files
        self._grace = grace

    def sweep(self, now: datetime, mark: str) -> None:
        """Forget generations left longer than the grace, then every folder that is neither current nor read.

        SQL remembers a collection until the server has deleted it.
        """
        with self._database.read() as session:
            gone = stale(session, now - self._grace)
            collections = left_behind(session, gone)
        # Before SQL forgets what names them: a sweeper that is killed here begins again.
        if not self._drop(collections):
            gone = []
        with self._database.write() as session:
            forget(session, gone, now - max(self._grace, STAGED_FOR))
        self.sweep_folders(mark)

    def _drop(self, generations: Sequence[str]) -> bool:
        """Delete the collections of these generations; False when their server does not answer."""
        try:
            for generation in generations:
                self._files.drop(generation)
        except IndexUnavailable as error:
            kind = type(error).__name__
            logger.warning("collections on the Chroma server are not swept (%s): the next sweep tries again", kind)
            return False
        return True

    def sweep_folders(self, mark: str) -> None:
        """Delete every folder of this machine that is not the current generation's and that no reader holds."""
        if not self._files.root.is_dir():
            return
        folders = [path for path in self._files.root.iterdir() if path.is_dir()]
        with self._database.read() as session:
            current = pointer(session)
        for folder in folders:
            if folder.name != current:
                self._delete(folder, mark)

    def _delete(self, folder: Path, mark: str) -> None:
        if folder.name.startswith(ASIDE):
            shutil.rmtree(folder, ignore_errors=True)
            return
        lock = FileLock(folder / READERS)
        if not lock.take():
            return
        try:
            # Moved first: a reader that comes now finds no folder, rather than half of one.
            target = folder if folder.name.startswith(SWEPT) else self._files.set_aside(folder, mark)
            shutil.rmtree(target, ignore_errors=True)
        finally:
            lock.release()
        logger.info("swept index folder %s", folder.name)
