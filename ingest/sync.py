"""Bringing the index in line with what is named: what is new, changed, gone; one rejected file stops no other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.children import ReadingPool
from ingest.errors import IndexRefused, Rejected
from ingest.finders import resolved, short_forms
from ingest.parts import Parts
from ingest.passages import Count, estimate, pack
from ingest.planning import Plan, Planner, versioned
from ingest.report import DuplicateFile, FileNote, IngestReport, Progress
from ingest.roots import Place
from ingest.walk import scope_of
from retrieval.corpus.finders import AnchoredFinder
from retrieval.corpus.passages import EVERYTHING, Source
from retrieval.corpus.records import source_id
from retrieval.corpus.sources import Corpus, CorpusChange, Document, Staged
from retrieval.errors import EmbeddingRefused, IndexDamaged
from retrieval.ports import Clock

if TYPE_CHECKING:
    from retrieval.index.generations import GenerationReport, Generations

logger = logging.getLogger(__name__)

# Written down together: what is read waits in memory for no longer than that.
BATCH_PASSAGES = 500


class Ingestor:
    """Reads what is named, writes the corpus in one transaction, and has a generation built of it.

    `count` gives the word pieces of a text (the embedder's tokeniser; an estimate without one). Until the new
    generation is published the old one answers, whatever stops this.
    """

    def __init__(
        self,
        corpus: Corpus,
        generations: Generations,
        clock: Clock,
        *,
        count: Count = estimate,
        pool: Callable[[], AbstractContextManager[ReadingPool]] = ReadingPool,
    ) -> None:
        self._corpus, self._generations, self._clock = corpus, generations, clock
        self._count, self._pool = count, pool
        self._planner = Planner(corpus)

    def ingest(self, paths: Sequence[Path], *, yes: bool = False, progress: Progress | None = None) -> IngestReport:
        """Bring the index in line with `paths`; other roots are not touched, but for files that moved from there.

        Raises PathMissing, and LossNeedsConfirmation (unless `yes`) before over 30 % of a root of more than 3
        sources would go; nothing is changed then. Raises IndexRefused when what was read makes no index that stands,
        and EmbeddingRefused: the change is undone, so that it keeps nobody else's from being published.
        """
        started = self._clock.now()
        plan = self._planner.plan([scope_of(path) for path in paths])
        if not yes:
            self._planner.check_losses(plan)
        staged = self._read(plan, progress or _silent)
        removed = [*plan.removed, *plan.concealed, *self._planner.moved_from_elsewhere(plan, staged)]
        change = CorpusChange(removed=tuple(removed), roots=tuple(plan.roots.paths), staged=tuple(staged))
        undoing = self._corpus.undoing(change, self._clock.now())
        labelled = self._labelled() if staged else set()
        moves = self._corpus.apply(change, self._clock.now())
        moved = len(moves)
        built = self._build(progress, undoing)
        plan.notes += self._lost(staged)
        anew = sum(Place(item.root, item.path) in plan.known for item in staged)
        return IngestReport(
            added=len(staged) - anew - moved,
            changed=anew + moved,
            unchanged=plan.unchanged,
            removed=len(removed) - moved,
            rejected=tuple(plan.rejected),
            sources=self._corpus.count(),
            passages=built.passages,
            generation=built.id,
            seconds=(self._clock.now() - started).total_seconds(),
            notes=tuple(plan.notes),
            duplicates=self._duplicates(staged),
            opened=self._opened(labelled, moves),
        )

    def _build(self, progress: Progress | None, undoing: CorpusChange) -> GenerationReport:
        try:
            return self._generations.build(None if progress is None else _index_phase(progress))
        except (IndexDamaged, EmbeddingRefused) as error:
            # Trying again would fail again, whatever folder is named.
            self._corpus.apply(undoing, self._clock.now())
            if isinstance(error, EmbeddingRefused):
                raise
            raise IndexRefused(str(error)) from error

    def _lost(self, staged: Sequence[Staged]) -> list[FileNote]:
        """What is said of curators' lines whose place the files read now no longer have."""
        read = {item.source_id: item.path for item in staged}
        finders = self._generations.lost_finders() if read else []
        return [FileNote(read[f.anchor.source_key], _lost_line(f)) for f in finders if f.anchor.source_key in read]

    def _labelled(self) -> set[str]:
        """Ids of the sources that not everybody may see."""
        return {s.source.source_id for s in self._corpus.sources(EVERYTHING) if s.source.audience is not None}

    def _opened(self, labelled: Set[str], moves: Mapping[str, str]) -> tuple[str, ...]:
        """The paths of sources that were `labelled` before, perhaps at another place, and are for everybody now."""
        sources = [summary.source for summary in self._corpus.sources(EVERYTHING)] if labelled else []
        return tuple(
            source.path
            for source in sources
            if source.audience is None and moves.get(source.source_id, source.source_id) in labelled
        )

    def _duplicates(self, staged: Sequence[Staged]) -> tuple[DuplicateFile, ...]:
        """Of the files read now those whose text another has."""
        new = {item.source_id for item in staged}
        return tuple(
            DuplicateFile(summary.source.path, summary.same_as)
            for summary in (self._corpus.sources(EVERYTHING) if new else ())
            if summary.same_as is not None and summary.source.source_id in new
        )

    def _read(self, plan: Plan, progress: Progress) -> list[Staged]:
        """Write down all files that can be read, unseen so far; the others join the rejected."""
        staged: list[Staged] = []
        waiting: list[Document] = []
        outcomes: Counter[str] = Counter()
        if not plan.read:
            return staged
        with self._pool() as pool:
            progress(0, len(plan.read), "read")
            for done, (path, outcome) in enumerate(pool.read_all(list(plan.read)), 1):
                place = plan.read[path]
                try:
                    document, notes = self._document(outcome, place)
                    waiting.append(document)
                    plan.notes += [FileNote(place.path, note) for note in notes]
                except Rejected as rejected:
                    plan.reject(path, place, rejected, plan.known.get(place))
                    outcomes[rejected.reason] += 1
                if sum(len(document.passages) for document in waiting) >= BATCH_PASSAGES:
                    staged += self._stage(waiting)
                progress(done, len(plan.read), "read")
        staged += self._stage(waiting)
        logger.info("read %d files, rejected %s", len(staged), dict(outcomes))
        return staged

    def _stage(self, waiting: list[Document]) -> list[Staged]:
        staged = self._corpus.stage(waiting, self._clock.now()) if waiting else []
        waiting.clear()
        return staged

    def _document(self, outcome: Parts | Rejected, place: Place) -> tuple[Document, Sequence[str]]:
        """The document, and what is to be said of it."""
        if isinstance(outcome, Rejected):
            raise outcome
        try:
            document = document_of(outcome, place, self._count)
            finders, faults = resolved(outcome.finders, document.passages)
            document = replace(document, finders=(*finders, *short_forms(document.passages)))
        except Rejected:
            raise
        except Exception as error:
            # Whatever a document can provoke here, it must not keep the others out.
            logger.warning("a document could not be split: %s", type(error).__name__)
            raise Rejected("not understood", "Its text could not be split; save it anew as plain text.") from error
        return document, (*outcome.warnings, *faults)


def document_of(parts: Parts, place: Place, count: Count = estimate) -> Document:
    """The document that was taken apart. Raises Rejected when it holds nothing to index, or too much for one."""
    fields: dict[str, Any] = dict(parts.metadata)
    source = Source(source_id(place.root, place.path), place.path, **fields)
    passages = pack(parts.units, source, count)
    if not passages:
        raise Rejected("no text", "It holds headings at most; nothing in it can be quoted.")
    return Document(source, place.root, versioned(parts.content_hash), passages)


def _lost_line(finder: AnchoredFinder) -> str:
    return (
        f"the line “{finder.line}” has lost its place {finder.anchor.place}; it is kept and not searched; add it "
        "where it belongs now with `proviso finders add`, and remove this one with `proviso finders remove "
        f"{finder.finder_id}`"
    )


def _index_phase(progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress(done, total, "index")


def _silent(done: int, total: int, phase: str) -> None:
    """No progress is shown."""
