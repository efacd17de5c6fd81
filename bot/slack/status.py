"""What the bot is doing, shown in the thread while it does it. Best effort: nothing depends on it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.client import error_code

logger = logging.getLogger(__name__)

SEARCHING = "is searching the guidance…"
# What a server that has no such method answers, and what one in trouble may answer too.
_NOT_HERE = frozenset({"unknown_method", "missing_scope", "not_allowed_token_type"})
PAUSE_SECONDS = 300.0


class Status:
    """Sets a thread's status through a client with a short timeout. Slack clears it when the bot posts."""

    def __init__(self, client: WebClient, timer: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._timer = timer
        self._paused_until = float("-inf")

    def searching(self, channel: str, thread: str) -> None:
        """Say that the search is on; where the server has no such method, it is asked again after a pause."""
        if self._timer() < self._paused_until:
            return
        try:
            self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=SEARCHING)
        except SlackApiError as error:
            if error_code(error) in _NOT_HERE:
                self._paused_until = self._timer() + PAUSE_SECONDS
            logger.debug("no status: %s", error_code(error))
        except Exception as error:  # the answer matters, its announcement does not
            logger.debug("no status: %s", type(error).__name__)
