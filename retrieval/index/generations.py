"""Index generations: built aside, probed, published by one row, never written again, swept when nobody reads them."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from retrieval.corpus.finders import AnchoredFinder
from retrieval.corpus.sources import present_sources
from retrieval.corpus.tables import GenerationRow
from retrieval.database import Database
from retrieval.errors import IndexBusy, IndexDamaged, IndexGone, RetrievalError
from retrieval.index.building import Builder
from retrieval.index.files import IndexFiles
from retrieval.index.manifest import same_space
from retrieval.index.opening import OpenGeneration, close_retired, open_generation
from retrieval.index.placing import Listed, listed, lost
from retrieval.index.publishing import Plan, begin, plan, pointer, publish
from retrieval.index.sweeping import GRACE, Sweeper
from retrieval.index.vectors import Progress
from retrieval.locks import build_lock
from retrieval.ports import Clock, Embedder

logger = logging.getLogger(__name__)

BUILD_WAIT_SECONDS = 3600.0
AGAIN = timedelta(seconds=15)
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class GenerationReport:
    """What a build left: the generation that answers now, its passages, and the seconds it took."""

    id: str
    passages: int
    seconds: float


class Generations:
    """The index generations of one database, as this machine holds them under `home`/index.

    Safe to use from several threads, and by any number of processes at once.
    """

    def __init__(
        self,
        database: Database,
        home: Path,
        embedder: Embedder | None,
        clock: Clock,
        chroma_url: str | None = None,
        *,
        grace: timedelta = GRACE,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex[:8],
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._database = database
        self._files = IndexFiles(home / "index", chroma_url)
        self._embedder = embedder
        self._clock = clock
        self._new_id = new_id
        self._timer = timer
        self._builder = Builder(database, self._files, embedder)
        self._sweeper = Sweeper(database, self._files, grace)
        self._opened: OpenGeneration | None = None
        self._failed: tuple[str, datetime] | None = None
        self._opening = threading.Lock()

    def folder(self, generation: str) -> Path:
        """Where the generation's folder lies on this machine."""
        return self._files.folder(generation)

    def build(self, progress: Progress | None = None) -> GenerationReport:
        """Build and publish a generation of the present corpus; an unchanged corpus keeps the one it has.

        `progress` is told how many of how many passages have their vectors. Raises IndexBusy when another builder
        does not finish within an hour, IndexDamaged when what was built fails its probe, and what the embedder
        raises. In each case the generation before it goes on answering.
        """
        started = self._timer()
        with self._lock(BUILD_WAIT_SECONDS):
            with self._database.read() as session:
                planned = plan(session, self._recipe)
                previous = pointer(session)
                row = session.get(GenerationRow, previous) if previous else None
            try:
                if row is not None and row.fingerprint == planned.fingerprint:
                    generation = row.generation_id
                    self._ensure(generation)
                else:
                    generation = self._build(planned, row, progress)
            finally:
                self._sweep()
        return GenerationReport(generation, planned.passages, self._timer() - started)

    def current(self) -> OpenGeneration | None:
        """The generation that answers now; None before the first was built.

        A published generation that this machine lacks, or that fails its probe, is made again from SQL first; other
        threads go on with the one before it meanwhile. Raises a RetrievalError only when nothing can be opened.
        """
        close_retired()
        for _ in range(ATTEMPTS):
            with self._database.engine.connect() as connection:
                published = pointer(connection)
            if published is None:
                return None
            opened = self._opened
            if opened is not None and not self._should_open(opened, published):
                return opened
            try:
                return self._move_on(published)
            except IndexGone:
                continue  # swept between reading the pointer and opening: read the pointer again
        raise IndexGone

    def answers_meanwhile(self) -> str | None:
        """How the present index answers until every passage has a new vector; None when the vectors are the present
        embedder's already, or there are none to make.
        """
        with self._database.read() as session:
            published = pointer(session)
            row = session.get(GenerationRow, published) if published else None
        if row is None or self._recipe is None or row.recipe == self._recipe:
            return None
        return "as before" if same_space(row.recipe, self._recipe) else "by words alone"

    def finders(self) -> list[Listed]:
        """Every finder of the present corpus with its place; those that have none, too."""
        with self._database.read() as session:
            return listed(session, present_sources(session))

    def lost_finders(self) -> list[AnchoredFinder]:
        """The finders whose source is there and whose place in it is not."""
        with self._database.read() as session:
            return lost(session, present_sources(session))

    def discard(self, opened: OpenGeneration) -> None:
        """Open anew at the next question: `opened` turned out to be gone or damaged while it was read."""
        if self._opened is opened:
            self._opened = None

    def sweep(self, now: datetime) -> None:
        """Clear away what nobody reads. Does nothing while somebody builds: a builder sweeps when it is done."""
        close_retired()
        try:
            with self._lock(0):
                self._sweeper.sweep(now, self._new_id())
        except IndexBusy:
            return

    def _build(self, planned: Plan, replaced: GenerationRow | None, progress: Progress | None) -> str:
        now = self._clock.now()
        generation = f"{now:%Y%m%d%H%M%S}-{self._new_id()}"
        previous = replaced.generation_id if replaced else None
        base = None
        if self._files.server and replaced and planned.recipe and planned.recipe == replaced.recipe:
            base = replaced.base or replaced.generation_id
        with self._database.write() as session:
            begin(session, generation, planned, now, base)
        self._builder.make(generation, self._new_id(), progress, before=previous)
        with self._database.write() as session:
            publish(session, generation, previous, self._clock.now())
        logger.info("published generation %s: %d passages", generation, planned.passages)
        return generation

    def _ensure(self, generation: str) -> None:
        """Have the unchanged generation on this machine, whole, or as whole as it can be now."""
        if self._is_as_whole_as_can_be(generation):
            return
        opened = self._opened
        before = opened.id if opened is not None and opened.id != generation else None
        self._builder.make(generation, self._new_id(), before=before)

    def _is_as_whole_as_can_be(self, generation: str) -> bool:
        try:
            opened = open_generation(generation, self._database, self._files, self._recipe)
        except (IndexGone, IndexDamaged):
            return False
        return not opened.awaits_server or not self._files.accept_vectors()

    def _sweep(self) -> None:
        close_retired()
        try:
            self._sweeper.sweep(self._clock.now(), self._new_id())
        except Exception as error:
            # What was published stands.
            logger.warning("sweeping indexes failed (%s): the next sweep tries again", type(error).__name__)

    def _move_on(self, published: str) -> OpenGeneration:
        """Open `published`, unless another thread is at it and there is an older one to go on with."""
        before = self._opened
        if not self._opening.acquire(blocking=before is None):
            assert before is not None
            return before
        try:
            present = self._opened
            if present is None or self._should_open(present, published):
                present = self._opened = self._open_or_keep(published, before)
            return present
        finally:
            self._opening.release()

    def _open_or_keep(self, published: str, before: OpenGeneration | None) -> OpenGeneration:
        try:
            opened = self._open(published)
        except IndexGone:
            raise
        except RetrievalError:
            self._failed = (published, self._clock.now())
            if before is None:
                raise
            logger.exception("generation %s cannot be opened; %s goes on answering", published, before.id)
            return before
        self._failed = None if opened.complete else (published, self._clock.now())
        if not opened.complete and (before is None or before.complete):
            logger.warning("the Chroma server does not answer: words alone are searched until it does")
        return opened

    def _open(self, generation: str) -> OpenGeneration:
        try:
            opened = open_generation(generation, self._database, self._files, self._recipe)
        except IndexGone:
            # Another machine built it, or the database came from a backup: nothing is wrong with what is here.
            logger.info("generation %s is not on this machine: making it from the database", generation)
        except IndexDamaged as error:
            logger.warning("generation %s is not whole here (%s): making it from the database", generation, error)
        else:
            return self._with_vectors(opened) if opened.awaits_server else opened
        return self._remake(generation, BUILD_WAIT_SECONDS)

    def _with_vectors(self, opened: OpenGeneration) -> OpenGeneration:
        """The generation with its vectors once their server answers, unless somebody builds; until then as it is."""
        if not self._files.accept_vectors():
            return opened
        try:
            return self._remake(opened.id, 0)
        except IndexGone:
            raise
        except RetrievalError as error:
            logger.info("generation %s still lacks its vectors (%s)", opened.id, type(error).__name__)
            return opened

    def _remake(self, generation: str, seconds: float) -> OpenGeneration:
        """Make the published generation from SQL and open it. Waits `seconds` for a builder, then raises IndexBusy."""
        with self._lock(seconds, everywhere=self._files.server is not None):
            with self._database.read() as session:
                if pointer(session) != generation:
                    raise IndexGone
            self._ensure(generation)
            return open_generation(generation, self._database, self._files, self._recipe)

    def _should_open(self, present: OpenGeneration | None, published: str) -> bool:
        """Whether to open `published` now; what failed a moment ago is not tried again at every question."""
        if present is None:
            return True
        if present.id == published and present.complete:
            return False
        failed = self._failed
        return failed is None or failed[0] != published or self._clock.now() >= failed[1] + AGAIN

    @property
    def _recipe(self) -> str | None:
        return self._embedder.recipe if self._embedder else None

    def _lock(self, seconds: float, *, everywhere: bool = True) -> AbstractContextManager[None]:
        path = self._files.root.parent / "index.lock"
        return build_lock(self._database, path, seconds, everywhere=everywhere)
