"""Bringing the index in line with what is named: what is new, changed, gone; one rejected file stops no other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.blocks import Reading
from ingest.children import ReadingPool
from ingest.errors import LossNeedsConfirmation, Rejected
from ingest.passages import Count, estimate, pack
from ingest.readers.files import fingerprint
from ingest.report import IngestReport, Progress, RejectedFile
from ingest.roots import Place, Roots, within
from ingest.structure import structure
from ingest.walk import Found, find, scope_of
from retrieval.corpus import Corpus, CorpusChange, Document, StoredDocument
from retrieval.ports import Clock
from retrieval.records import source_id
from retrieval.types import Source

if TYPE_CHECKING:
    from retrieval.index.generations import Generations

logger = logging.getLogger(__name__)

# Raise it when reading or splitting changes what is made of the same file: everything is then read again.
RECIPE = "1"
LOSS_SHARE, LOSS_FROM = 0.3, 3


@dataclass(slots=True)
class _Plan:
    """What there is to do: files to read with their places, what stays, what goes, what cannot be taken."""

    roots: Roots
    read: dict[Path, Place] = field(default_factory=dict)
    known: set[Place] = field(default_factory=set)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    rejected: list[RejectedFile] = field(default_factory=list)


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

    def ingest(self, paths: Sequence[Path], *, yes: bool = False, progress: Progress | None = None) -> IngestReport:
        """Bring the index in line with `paths`; other roots are not touched.

        Raises PathMissing, and LossNeedsConfirmation (unless `yes`) before over 30 % of a root of more than 3
        sources would go. Nothing is changed then.
        """
        started = self._clock.now()
        scopes = [scope_of(path) for path in paths]
        plan = self._plan(scopes)
        if not yes:
            self._check_losses(plan)
        documents = self._read(plan, progress or _silent)
        self._corpus.apply(
            CorpusChange(tuple(documents), tuple(plan.removed), tuple(plan.roots.paths)), self._clock.now()
        )
        built = self._generations.build(None if progress is None else _index_phase(progress))
        changed = sum(Place(document.root, document.source.path) in plan.known for document in documents)
        return IngestReport(
            added=len(documents) - changed,
            changed=changed,
            unchanged=plan.unchanged,
            removed=len(plan.removed),
            rejected=tuple(plan.rejected),
            sources=len(self._corpus.sources()),
            passages=built.passages,
            generation=built.id,
            seconds=(self._clock.now() - started).total_seconds(),
        )

    def _plan(self, scopes: Sequence[Path]) -> _Plan:
        plan = _Plan(Roots(self._corpus.roots(), scopes))
        seen: set[Path] = set()
        for scope in sorted(set(scopes), key=lambda path: len(path.parts)):
            if any(within(scope, other) for other in seen):
                continue  # the folder around it was named as well
            seen.add(scope)
            self._plan_scope(plan, scope, find(scope))
        return plan

    def _plan_scope(self, plan: _Plan, scope: Path, found: Found) -> None:
        stored = self._stored(plan.roots, scope)
        kept = {plan.roots.place(path) for path, _ in found.rejected}
        plan.rejected += [_rejected(plan.roots.place(path), why) for path, why in found.rejected]
        for path in found.files:
            place = plan.roots.place(path)
            kept.add(place)
            self._plan_file(plan, path, place, stored.get(place))
        for place, document in stored.items():
            file = plan.roots.file(place)
            if place not in kept and not any(within(file, folder) for folder in found.unseen):
                plan.removed.append(document.source.source_id)

    def _stored(self, roots: Roots, scope: Path) -> dict[Place, StoredDocument]:
        """What the corpus holds of files in `scope`."""
        return {
            place: document
            for root in roots.touched(scope)
            for path, document in self._corpus.documents(root).items()
            for place in [Place(root, path)]
            if within(roots.file(place), scope)
        }

    def _plan_file(self, plan: _Plan, path: Path, place: Place, stored: StoredDocument | None) -> None:
        if stored is not None:
            try:
                same = stored.content_hash == _versioned(fingerprint(path))
            except Rejected as rejected:
                plan.rejected.append(_rejected(place, rejected, kept=True))
                return
            if same:
                plan.unchanged += 1
                return
            plan.known.add(place)
        plan.read[path] = place

    def _check_losses(self, plan: _Plan) -> None:
        gone = set(plan.removed)
        for root in plan.roots.paths if gone else ():
            ids = {document.source.source_id for document in self._corpus.documents(root).values()}
            losing = len(ids & gone)
            if len(ids) > LOSS_FROM and losing > LOSS_SHARE * len(ids):
                raise LossNeedsConfirmation(root, losing, len(ids))

    def _read(self, plan: _Plan, progress: Progress) -> list[Document]:
        """The documents of all files that can be read; the others join the rejected."""
        documents: list[Document] = []
        outcomes: Counter[str] = Counter()
        if not plan.read:
            return documents
        with self._pool() as pool:
            progress(0, len(plan.read), "read")
            for done, (path, outcome) in enumerate(pool.read_all(list(plan.read)), 1):
                place = plan.read[path]
                try:
                    documents.append(self._document(outcome, place))
                except Rejected as rejected:
                    plan.rejected.append(_rejected(place, rejected, kept=place in plan.known))
                    outcomes[rejected.reason] += 1
                progress(done, len(plan.read), "read")
        logger.info("read %d files, rejected %s", len(documents), dict(outcomes))
        return documents

    def _document(self, outcome: Reading | Rejected, place: Place) -> Document:
        if isinstance(outcome, Rejected):
            raise outcome
        try:
            return document_of(outcome, place, self._count)
        except Rejected:
            raise
        except Exception as error:
            # Whatever a document can provoke here, it must not keep the others out.
            logger.warning("a document could not be split: %s", type(error).__name__)
            raise Rejected("not understood", "Its text could not be split; save it anew as plain text.") from error


def document_of(reading: Reading, place: Place, count: Count = estimate) -> Document:
    """The document of a reading. Raises Rejected when it holds nothing to index."""
    fields: dict[str, Any] = dict(reading.metadata)
    source = Source(source_id(place.root, place.path), place.path, **fields)
    parts = structure(reading, source.title, digest=source.kind == "digest")
    passages = pack(parts.units, source, count)
    if not passages:
        raise Rejected("no text", "It holds headings at most; nothing in it can be quoted.")
    return Document(source, place.root, _versioned(reading.content_hash), passages)


def _versioned(content_hash: str) -> str:
    return f"{RECIPE}:{content_hash}"


def _rejected(place: Place, why: Rejected, *, kept: bool = False) -> RejectedFile:
    # Names come from the file system, where they need not be text.
    path = place.path.encode(errors="backslashreplace").decode()
    hint = f"{why.hint} The version read before stays in use." if kept else why.hint
    return RejectedFile(path, why.reason, hint)


def _index_phase(progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress(done, total, "index")


def _silent(done: int, total: int, phase: str) -> None:
    """No progress is shown."""
