"""One remembered root brought in line while nobody watches: what would need a human's word is not done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import IngestError, LossNeedsConfirmation
from ingest.report import IngestReport
from ingest.roots import STARTER_ROOT, root_path
from ingest.sync import Ingestor
from retrieval.errors import RetrievalError

Status = Literal["done", "withheld", "failed", "absent"]


@dataclass(frozen=True, slots=True)
class RootOutcome:
    """How a root fared: done; withheld, because too much of it is gone; failed; or absent from this machine."""

    root: str
    status: Status
    says: str
    report: IngestReport | None = None

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        report = None if self.report is None else self.report.to_json()
        return {"root": self.root, "status": self.status, "says": self.says, "report": report}


def synced_roots(remembered: list[str]) -> list[str]:
    """The remembered roots that are kept in line: the starter guidance moves with the product alone."""
    return [root for root in remembered if root != STARTER_ROOT]


def is_here(root: str) -> bool:
    """Whether this machine has the root. An empty folder is taken for one whose disk is not there."""
    path = root_path(root)
    try:
        return path.is_file() or (path.is_dir() and any(path.iterdir()))
    except OSError:
        return False


def sync_root(ingestor: Ingestor, root: str) -> RootOutcome:
    """Bring one root in line; what goes wrong is part of the outcome."""
    if not is_here(root):
        return RootOutcome(root, "absent", "It is empty or not on this machine; its sources stay as they are.")
    try:
        report = ingestor.ingest([Path(root)])
    except LossNeedsConfirmation as loss:
        return RootOutcome(root, "withheld", str(loss))
    except (IngestError, RetrievalError, OSError) as error:
        return RootOutcome(root, "failed", str(error) or type(error).__name__)
    counts = (
        f"{report.added} added, {report.changed} changed, {report.removed} removed, {len(report.rejected)} not read"
    )
    return RootOutcome(root, "done", counts, report)
