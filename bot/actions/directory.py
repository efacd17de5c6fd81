"""What an action asks about people and channels outside of the register."""

from __future__ import annotations

from typing import Protocol


class Directory(Protocol):
    """Knows the workspace. What it cannot tell, it denies."""

    def zone_of(self, user: str) -> str | None:
        """The time zone that person has set; None where it is not known."""
        ...

    def can_be_nudged(self, user: str) -> bool:
        """Whether this is a person and a full member: no app, no guest, nobody who has left."""
        ...

    def can_post_in(self, channel: str) -> bool:
        """Whether this is a channel, and open: no direct message, nothing archived."""
        ...


class NoDirectory:
    """Where no workspace can be asked, as on the command line: nothing is known, and nothing is refused."""

    def zone_of(self, user: str) -> str | None:
        """Not known."""
        return None

    def can_be_nudged(self, user: str) -> bool:
        """Not refused."""
        return True

    def can_post_in(self, channel: str) -> bool:
        """Not refused."""
        return True
