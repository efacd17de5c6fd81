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
STILL_SENDING = "is still sending the answer…"
STILL_SENDING_TO_YOU = "Your answer is ready and still being sent. Nothing is lost; it will be here within two minutes."
# What a server that has no such method answers, and what one in trouble may answer too.
_NOT_HERE = frozenset({"unknown_method", "missing_scope", "not_allowed_token_type"})
PAUSE_SECONDS = 300.0


class Status:
    """Sets a thread's status through a client with a short timeout. Slack clears it when the bot posts.

    `held` tells whether Slack has asked us to wait: then nothing is shown.
    """

    def __init__(
        self,
        client: WebClient,
        timer: Callable[[], float] = time.monotonic,
        held: Callable[[], bool] = lambda: False,
    ) -> None:
        self._client = client
        self._timer = timer
        self._held = held
        self._paused_until = float("-inf")

    def searching(self, channel: str, thread: str) -> None:
        """Say that the search is on; where the server has no such method, it is asked again after a pause."""
        self._show(channel, thread, SEARCHING)

    def still_sending(self, channel: str, thread: str | None, asker: str | None) -> None:
        """Say that the answer is there but may not have arrived; without a thread to this person alone."""
        if thread:
            self._show(channel, thread, STILL_SENDING)
        elif asker:
            self._try(lambda: self._client.chat_postEphemeral(channel=channel, user=asker, text=STILL_SENDING_TO_YOU))

    def sent(self, channel: str, thread: str | None) -> None:
        """Say no longer that the answer is being sent: it was there already."""
        if thread:
            self._show(channel, thread, "")

    def _show(self, channel: str, thread: str, status: str) -> None:
        if self._timer() >= self._paused_until:
            self._try(
                lambda: self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status)
            )

    def _try(self, call: Callable[[], object]) -> None:
        try:
            if not self._held():
                call()
        except SlackApiError as error:
            if error_code(error) in _NOT_HERE:
                self._paused_until = self._timer() + PAUSE_SECONDS
            logger.debug("no status: %s", error_code(error))
        except Exception as error:  # the answer matters, its announcement does not
            logger.debug("no status: %s", type(error).__name__)
