"""What an ingest did, as the command line and the sandbox show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Phase = Literal["read", "index"]
Progress = Callable[[int, int, Phase], None]
PATHS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A file that was not taken in. `path` is relative to its root, with "/"."""

    path: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class FileNote:
    """What is to be known of a file that was read: that only a part of it was, or what of its metadata was not."""

    path: str
    note: str


@dataclass(frozen=True, slots=True)
class DuplicateFile:
    """A file whose text another has: it is remembered, and its passages are indexed once."""

    path: str
    same_as: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts of this ingest, and what the corpus holds after it. `generation` is None while nothing is indexed.

    `opened` are the paths of documents that had an audience before and have none now.
    """

    added: int
    changed: int
    unchanged: int
    removed: int
    rejected: tuple[RejectedFile, ...]
    sources: int
    passages: int
    generation: str | None
    seconds: float
    notes: tuple[FileNote, ...] = ()
    duplicates: tuple[DuplicateFile, ...] = ()
    opened: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever runs this must not miss."""
        return (_now_open(self.opened),) if self.opened else ()

    @property
    def read_nothing(self) -> bool:
        """Whether no file could be read at all, and nothing was to be removed either."""
        return not (self.added or self.changed or self.unchanged or self.removed)

    def to_json(self) -> dict[str, Any]:
        """The report as the stable JSON contract gives it."""
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "rejected": [{"path": r.path, "reason": r.reason, "hint": r.hint} for r in self.rejected],
            "duplicates": [{"path": d.path, "same_as": d.same_as} for d in self.duplicates],
            "notes": [{"path": n.path, "note": n.note} for n in self.notes],
            "warnings": list(self.warnings),
            "sources": self.sources,
            "passages": self.passages,
            "generation": self.generation,
            "seconds": round(self.seconds, 3),
        }


def _now_open(paths: Sequence[str]) -> str:
    counted = "1 document is" if len(paths) == 1 else f"{len(paths)} documents are"
    # Names come from the file system, where they need not be text.
    shown = ", ".join(path.encode(errors="backslashreplace").decode() for path in paths[:PATHS_SHOWN])
    more = f" and {len(paths) - PATHS_SHOWN} more" if len(paths) > PATHS_SHOWN else ""
    return f"{counted} now open to everybody: {shown}{more}"
