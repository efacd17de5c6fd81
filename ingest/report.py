"""What an ingest did, as the command line and the sandbox show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Phase = Literal["read", "index"]
Progress = Callable[[int, int, Phase], None]


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
    """Counts of this ingest, and what the corpus holds after it. `generation` is None while nothing is indexed."""

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
            "sources": self.sources,
            "passages": self.passages,
            "generation": self.generation,
            "seconds": round(self.seconds, 3),
        }
