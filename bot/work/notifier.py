"""The seam to where messages are posted, and the few ways in which that can fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Form = Literal["full", "plain", "short"]
"""How much of a message is shown: all of it, its text without blocks, or only that it could not be shown."""


def form_of(name: str) -> Form:
    """The form with this name."""
    return "plain" if name == "plain" else "short" if name == "short" else "full"


@dataclass(frozen=True, slots=True)
class OutgoingPost:
    """A message about to be posted, or about to take the place of the one at `slack_ts` (operation update).

    `key` must be findable in history afterwards. `form` and `part` (1 or 2 of 2; 0 is the whole) say what to show
    when Slack has refused the whole. `repeat` says that it may have been posted before and nobody could tell, which
    the message should admit.
    """

    key: str
    channel: str
    thread: str | None
    view: str
    data: Mapping[str, Any]
    operation: Literal["post", "update"] = "post"
    slack_ts: str | None = None
    form: Form = "full"
    part: int = 0
    repeat: bool = False
    ephemeral_user: str | None = None
    team_id: str = ""
    subject: str | None = None
    asker: str | None = None


class Refused(Exception):
    """Definitely not posted, and worth another try; `retry_after` in seconds when it is known. This message waits
    alone; `reason` goes into its story.
    """

    def __init__(self, retry_after: float | None = None, reason: str = "refused") -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.reason = reason


class RateLimited(Refused):
    """Definitely not posted, and nothing will be for `retry_after` seconds: every message waits."""


class Ambiguous(Exception):
    """Nobody can tell whether it was posted: history has to be asked before another try."""


class _Blocked(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DestinationBlocked(_Blocked):
    """Definitely not posted: this channel does not take our messages. `reason` is Slack's error code."""


class CredentialsBlocked(_Blocked):
    """Definitely not posted: no channel takes our messages now. `reason` is Slack's error code."""


class Malformed(_Blocked):
    """Definitely not posted: the message itself was refused. `reason` is Slack's error code."""


class TooLong(Malformed):
    """Definitely not posted: the message was refused for its length."""


class Gone(_Blocked):
    """Definitely not updated: the message is not there, or cannot be changed. `reason` is Slack's error code."""


class HistoryUnreadable(Exception):
    """History could not be read, so nothing can be concluded from it; `retry_after` in seconds when it is known."""

    def __init__(self, reason: str = "history unreadable", retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Notifier(Protocol):
    """Posts messages, updates them and finds them again.

    It never retries by itself (a retry inside could post twice), gives every call a time limit of seconds, and
    renders before it sends: what cannot be rendered is Malformed.
    """

    def post(self, post: OutgoingPost) -> str:
        """Post it; its timestamp.

        Raises one of Refused, RateLimited, Ambiguous, DestinationBlocked, CredentialsBlocked, Malformed, TooLong;
        anything else it raises is taken as Ambiguous.
        """
        ...

    def update(self, post: OutgoingPost) -> str:
        """Let the message at `post.slack_ts` show this instead; its timestamp. Doing it twice changes nothing more.

        Raises Gone or what `post` raises.
        """
        ...

    def find(self, post: OutgoingPost, oldest: datetime) -> str | None:
        """The timestamp of the message with this key, looking back to `oldest`; None when it is not there.

        Raises HistoryUnreadable.
        """
        ...
