"""Where the register may be shown: to full members, in channels of one organisation. Doubt means no."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.client import error_code

logger = logging.getLogger(__name__)

KEEP_SECONDS = 60.0
_SHARED = ("is_ext_shared", "is_pending_ext_shared", "pending_connected_team_ids", "pending_shared")
_GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted")


class Privacy:
    """Asks Slack about channels and people, and remembers each answer for `keep` seconds.

    A server that does not know the method (`unknown_method`) shares no channels and has no guests.
    """

    def __init__(
        self, client: WebClient, *, timer: Callable[[], float] = time.monotonic, keep: float = KEEP_SECONDS
    ) -> None:
        self._client = client
        self._timer = timer
        self._keep = keep
        self._known: dict[str, tuple[float, bool]] = {}

    def inside(self, channel: str | None, user: str | None) -> bool:
        """Whether the register may be shown to this person in this channel; False when Slack cannot tell."""
        try:
            return (channel is None or self.of_channel(channel)) and (user is None or self.of_user(user))
        except Exception as error:  # whatever keeps us from knowing keeps the register closed
            logger.warning("privacy unknown: %s", type(error).__name__)
            return False

    def of_channel(self, channel: str) -> bool:
        """Whether no other organisation shares the channel; raises what the call raises."""
        return self._ask(channel, lambda: self._client.conversations_info(channel=channel), "channel", _SHARED)

    def of_user(self, user: str) -> bool:
        """Whether the person is a full member; raises what the call raises."""
        return self._ask(user, lambda: self._client.users_info(user=user), "user", _GUEST)

    def _ask(self, key: str, call: Callable[[], Any], part: str, outside: tuple[str, ...]) -> bool:
        known = self._known.get(key)
        if known and known[0] > self._timer():
            return known[1]
        try:
            described = call().get(part)
        except SlackApiError as error:
            if error_code(error) != "unknown_method":
                raise
            described = {}
        answer = isinstance(described, dict) and not any(described.get(name) for name in outside)
        self._known[key] = (self._timer() + self._keep, answer)
        return answer
