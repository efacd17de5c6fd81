"""Named points at which a simulation may stop the program. Nothing is armed in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

POINTS = (
    "receive.before_commit",
    "receive.after_commit",
    "lease.before_commit",
    "lease.after_commit",
    "handle.after",
    "answer.before_commit",
    "answer.after_commit",
    "scan.after_insert",
    "scan.before_commit",
    "scan.after_commit",
    "claim.before_commit",
    "claim.after_commit",
    "post.before",
    "post.after",
    "finish.before_commit",
    "finish.after_commit",
    "expire.before_commit",
    "expire.after_commit",
    "reconcile.before_look",
    "reconcile.after_look",
    "reconcile.before_commit",
    "reconcile.after_commit",
)

_armed: Callable[[str], None] | None = None


def fault(point: str) -> None:
    """A place where the program may be made to die; does nothing unless armed."""
    if _armed is not None:
        _armed(point)


@contextmanager
def armed(strike: Callable[[str], None]) -> Iterator[None]:
    """Call `strike` with the name of every point passed, until the end of the block."""
    global _armed  # noqa: PLW0603 - one switch for the whole process is what makes a disarmed point free
    before, _armed = _armed, strike
    try:
        yield
    finally:
        _armed = before
