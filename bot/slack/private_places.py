"""Where one person is answered alone: where they asked, or in their direct message with the bot."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from slack_sdk import WebClient

from bot.slack.privacy import Privacy

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PrivatePlace:
    """A channel, and the person (Slack's id) who alone is to see a message in it; None in a direct message."""

    channel: str
    only_for: str | None


class PrivatePlaces:
    """Finds where a private answer reaches its reader. `client` has no retry handlers."""

    def __init__(self, client: WebClient, privacy: Privacy) -> None:
        self._client = client
        self._privacy = privacy

    def of(self, channel: str, user: str) -> PrivatePlace:
        """The channel itself where the bot is a member, else the person's direct message with the bot.

        A command can be typed where the bot is not: in channels it was not invited to, and between other people.
        """
        if self._privacy.is_member(channel):
            return PrivatePlace(channel, None if channel.startswith("D") else user)
        try:
            return PrivatePlace(str(self._client.conversations_open(users=user)["channel"]["id"]), None)
        except Exception as error:  # a message to a person's own id opens the conversation as well
            logger.info("no direct message was opened: %s", type(error).__name__)
            return PrivatePlace(user, None)
