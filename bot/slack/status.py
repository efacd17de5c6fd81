"""What the bot is doing, shown in the thread while it does it. Best effort: nothing depends on it."""

from __future__ import annotations

import logging

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.client import error_code

logger = logging.getLogger(__name__)

SEARCHING = "is searching the guidance…"
_NEVER_HERE = frozenset({"unknown_method", "missing_scope", "not_allowed_token_type"})


class Status:
    """Sets a thread's status through a client with a short timeout. Slack clears it when the bot posts."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._known = True

    def searching(self, channel: str, thread: str) -> None:
        """Say that the search is on; does nothing where the server has no such method."""
        if not self._known:
            return
        try:
            self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=SEARCHING)
        except SlackApiError as error:
            self._known = error_code(error) not in _NEVER_HERE
            logger.debug("no status: %s", error_code(error))
        except Exception as error:  # the answer matters, its announcement does not
            logger.debug("no status: %s", type(error).__name__)
