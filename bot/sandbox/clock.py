"""The sandbox's time: the machine's clock plus an offset that can be moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class NextNudge:
    """The next message the app will post by itself: when (UTC) and in which channel."""

    at: datetime
    channel: str


@dataclass(frozen=True)
class Plan:
    """What the app will do by itself: its next message, and whether anything is open that it posts about."""

    next_nudge: NextNudge | None = None
    anything_open: bool = False


ReadPlan = Callable[[], Plan]


class SandboxClock:
    """Runs like the machine's clock, shifted by what `advance` and `set` asked for; aware and in UTC."""

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta()
        if start is not None:
            self.set(start)

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        """The present moment of the sandbox."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move on by `by`; the new moment."""
        self._offset += by
        return self.now()

    def set(self, moment: datetime) -> datetime:
        """Jump to `moment` (aware); the clock runs on from there."""
        self._offset = moment.astimezone(UTC) - datetime.now(UTC)
        return self.now()
