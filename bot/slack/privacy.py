"""What Slack knows of the place and the person something is shown to. What it cannot tell stays unknown."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.access.policy import Person, Place
from bot.slack.client import error_code

logger = logging.getLogger(__name__)

KEEP_SECONDS = 60.0
_SHARED = ("is_ext_shared", "is_pending_ext_shared", "pending_connected_team_ids", "pending_shared")
_GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted")
_NO_CHANNEL = ("is_im", "is_mpim", "is_archived")
_KEPT = (*_SHARED, *_GUEST, *_NO_CHANNEL, "is_bot", "tz")
# Slack's own assistant, which says of itself that it is no bot.
_SLACKBOT = "USLACKBOT"

Described = dict[str, Any]
T = TypeVar("T")


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
        self._known: dict[str, tuple[float, Described]] = {}

    def place(self, channel: str | None) -> Place:
        """The channel as a place to show something in. None is nowhere in particular: only the asker reads it."""
        return Place(True if channel is None else self._known_or_none(lambda: self.of_channel(channel)))

    def person(self, user: str) -> Person:
        """The person as a reader."""
        return Person(self._known_or_none(lambda: self.of_user(user)))

    def _known_or_none(self, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except Exception as error:  # what cannot be known must not be taken for allowed
            logger.warning("a channel or a person could not be looked up: %s", type(error).__name__)
            return None

    def of_channel(self, channel: str) -> bool:
        """Whether no other organisation shares the channel; raises what the call raises."""
        return not any(self._channel(channel).get(name) for name in _SHARED)

    def of_user(self, user: str) -> bool:
        """Whether the person is a full member; raises what the call raises."""
        return not any(self._user(user).get(name) for name in _GUEST)

    def is_member(self, channel: str) -> bool:
        """Whether the bot is a member of the channel. It is none of a channel that Slack hides from it."""
        try:
            described = self._client.conversations_info(channel=channel).get("channel")
        except Exception as error:  # posting will tell
            if isinstance(error, SlackApiError) and error_code(error) == "channel_not_found":
                return False
            logger.info("membership unknown: %s", type(error).__name__)
            return True
        return not isinstance(described, dict) or described.get("is_member") is not False

    def zone_of(self, user: str) -> str | None:
        """The time zone in the person's profile."""
        return (self._known_or_none(lambda: self._user(user)) or {}).get("tz")

    def can_be_nudged(self, user: str) -> bool:
        """Whether this is a person and a full member."""
        return user != _SLACKBOT and bool(
            self._known_or_none(lambda: self.of_user(user) and not self._user(user).get("is_bot"))
        )

    def can_post_in(self, channel: str) -> bool:
        """Whether this is a channel, and open."""
        described = self._known_or_none(lambda: self._channel(channel))
        return described is not None and not any(map(described.get, _NO_CHANNEL))

    def _channel(self, channel: str) -> Described:
        return self._ask(channel, lambda: self._client.conversations_info(channel=channel), "channel")

    def _user(self, user: str) -> Described:
        return self._ask(user, lambda: self._client.users_info(user=user), "user")

    def _ask(self, key: str, call: Callable[[], Any], part: str) -> Described:
        known = self._known.get(key)
        if known and known[0] > self._timer():
            return known[1]
        try:
            described = call().get(part)
        except SlackApiError as error:
            if error_code(error) != "unknown_method":
                raise
            described = {}
        if not isinstance(described, dict):  # no answer: every flag that refuses counts as set
            described = dict.fromkeys((*_SHARED, *_GUEST, *_NO_CHANNEL), True)
        kept = {name: described[name] for name in _KEPT if name in described}
        self._known[key] = (self._timer() + self._keep, kept)
        return kept
