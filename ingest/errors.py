"""What can go wrong while documents are brought in. Messages say what happened, what was kept, and the next step."""

from __future__ import annotations

import inspect
from pathlib import Path


class IngestError(Exception):
    """The documents could not be brought in. The index is as it was; try again."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class PathMissing(IngestError):
    """There is nothing at that path. Nothing was changed; check the spelling."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is nothing at {path}. Nothing was changed; check the spelling and run it again.")
        self.path = path


class LossNeedsConfirmation(IngestError):
    """More than 30 % of the sources of a root would go. Nothing was changed; confirm it to go on.

    `losing` of `total` sources of `root` are no longer there.
    """

    def __init__(self, root: str, losing: int, total: int) -> None:
        super().__init__(
            f"{losing} of the {total} sources of {root} are gone from it. Nothing was changed; "
            "see whether the folder is complete, or confirm with --yes."
        )
        self.root, self.losing, self.total = root, losing, total


class IndexRefused(IngestError):
    """No index could be made of what was read. The sources and the index before it are as they were."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"No index could be made of what was read: {why} The sources and the index are as they were, and other "
            "folders can be brought in; name the files of this one a few at a time to see which it is."
        )


class ReaderUnavailable(IngestError):
    """The process that reads files does not start. Nothing was changed; run `proviso doctor`."""


class Rejected(Exception):
    """One file cannot be taken in; the others go on. `reason` is a short name, `hint` the way out."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint

    @property
    def conceals(self) -> bool:
        """Whether nothing says who may see the file: then no version read before may be shown either."""
        return self.reason == METADATA_UNREADABLE


METADATA_UNREADABLE = "metadata unreadable"


def metadata_unreadable(hint: str) -> Rejected:
    """The rejection of a document whose metadata cannot be read: it may have said who may see it."""
    return Rejected(METADATA_UNREADABLE, hint)


# As many stretches of text as 5 million characters have where each is of 16.
MAX_PIECES = 300_000


def too_many_parts() -> Rejected:
    """The rejection of a document that falls into more pieces than one has."""
    return Rejected("too many parts", f"It falls into over {MAX_PIECES:,} pieces of text; split it into parts.")
