"""What an ingest has to do: files to read with their places, what stays, what goes, what cannot be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import LossNeedsConfirmation, Rejected
from ingest.look_alikes import LookAlikes
from ingest.readers.beside import fingerprint
from ingest.readers.reading import audience_beside
from ingest.report import FileNote, RejectedFile
from ingest.roots import Place, Roots, within
from ingest.walk import Found, find
from retrieval.corpus.records import file_hash
from retrieval.corpus.sources import Corpus, Staged, StoredDocument

# Raise it when reading or splitting changes what is made of the same file: everything is then read again.
RECIPE = "9"
LOSS_SHARE, LOSS_FROM = 0.3, 3


@dataclass(slots=True)
class Plan:
    """What there is to do. `known` are the documents whose content changed, by place; `removed` and `concealed` are ids
    of sources that go: their files are gone, or nothing says any more who may see them.
    """

    roots: Roots
    read: dict[Path, Place] = field(default_factory=dict)
    known: dict[Place, StoredDocument] = field(default_factory=dict)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    concealed: list[str] = field(default_factory=list)
    rejected: list[RejectedFile] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)
    look_alikes: LookAlikes = field(default_factory=LookAlikes)

    def reject(self, path: Path, place: Place, why: Rejected, stored: StoredDocument | None) -> None:
        """Note a file that cannot be taken in. What was read of it before stays, if its readers are still those."""
        kept = stored is not None and not why.conceals and _same_readers(path, stored)
        if stored is not None and not kept:
            self.concealed.append(stored.source.source_id)
        self.rejected.append(rejected_file(place, why, kept=kept, concealed=stored is not None and not kept))


class Planner:
    """Compares what is on disk with what the corpus holds."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def plan(self, scopes: Sequence[Path]) -> Plan:
        """What there is to do in these folders and files. Raises PathMissing."""
        plan = Plan(Roots(self._corpus.roots(), scopes))
        seen: set[Path] = set()
        for scope in sorted(set(scopes), key=lambda path: len(path.parts)):
            if any(within(scope, other) for other in seen):
                continue  # the folder around it was named as well
            seen.add(scope)
            self._plan_scope(plan, scope, find(scope))
        return plan

    def check_losses(self, plan: Plan) -> None:
        """Raise LossNeedsConfirmation before over 30 % of a root of more than 3 sources would go.

        A file that only moved is not lost.
        """
        gone = set(plan.removed)
        if not gone:
            return
        arriving = Counter(_hash(path) for path, place in plan.read.items() if place not in plan.known)
        for root in plan.roots.paths:
            documents = self._corpus.documents(root).values()
            lost = Counter(file_hash(d.content_hash) for d in documents if d.source.source_id in gone)
            losing = (lost - arriving).total()
            if len(documents) > LOSS_FROM and losing > LOSS_SHARE * len(documents):
                raise LossNeedsConfirmation(root, losing, len(documents))

    def moved_from_elsewhere(self, plan: Plan, staged: Sequence[Staged]) -> list[str]:
        """Ids of sources outside of what was named whose file is gone, and came to light here with the same bytes."""
        places = {place.source_id: place for place in self._corpus.places()}
        arrived = Counter(item.file_hash for item in staged if item.source_id not in places)
        arrived -= Counter(places.pop(source).file_hash for source in plan.removed if source in places)
        moved: list[str] = []
        for place in places.values() if arrived else ():
            if arrived[place.file_hash] > 0 and not plan.roots.file(Place(place.root, place.path)).exists():
                arrived[place.file_hash] -= 1
                moved.append(place.source_id)
        return moved

    def _plan_scope(self, plan: Plan, scope: Path, found: Found) -> None:
        stored = self._stored(plan.roots, scope)
        kept = {plan.roots.place(path) for path, _ in found.rejected}
        for path, why in found.rejected:
            place = plan.roots.place(path)
            plan.reject(path, place, why, stored.get(place))
        for path in found.files:
            place = plan.roots.place(path)
            kept.add(place)
            _plan_file(plan, path, place, stored.get(place))
        for place, document in stored.items():
            file = plan.roots.file(place)
            unseen = next((folder for folder in found.unseen if within(file, folder)), None)
            if unseen is not None and not _same_readers(unseen, document):
                plan.concealed.append(document.source.source_id)
            elif unseen is None and place not in kept:
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


def versioned(content_hash: str) -> str:
    """What equal means there is nothing to read again: the hash of the file, and how it is read."""
    return f"{RECIPE}:{content_hash}"


def rejected_file(place: Place, why: Rejected, *, kept: bool = False, concealed: bool = False) -> RejectedFile:
    """A line of the report; `kept` when a version read before stays in use, `concealed` when it does not."""
    # Names come from the file system, where they need not be text.
    path = place.path.encode(errors="backslashreplace").decode()
    then = " The version read before stays in use." if kept else " Until then nobody is shown it." if concealed else ""
    return RejectedFile(path, why.reason, f"{why.hint}{then}")


def _plan_file(plan: Plan, path: Path, place: Place, stored: StoredDocument | None) -> None:
    try:
        plan.look_alikes.check(path, plan.roots.paths.get(place.root))
        same = stored is not None and stored.content_hash == versioned(fingerprint(path))
    except Rejected as rejected:
        plan.reject(path, place, rejected, stored)
        return
    if same:
        plan.unchanged += 1
        return
    if stored is not None:
        plan.known[place] = stored
    plan.read[path] = place


def _same_readers(path: Path, stored: StoredDocument) -> bool:
    """Whether the metadata files around `path` give it no other audience than it was stored with."""
    try:
        return audience_beside(path) in (None, stored.source.audience)
    except Rejected:
        return False


def _hash(path: Path) -> str:
    try:
        return file_hash(fingerprint(path))
    except Rejected:
        return ""
