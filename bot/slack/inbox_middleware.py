"""Every question is a committed row before Slack hears that it has arrived."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltContext, BoltResponse

from bot.slack.teams import Teams
from bot.slack.threads import plain_words, thread_of
from bot.views.limits import QUESTION
from bot.work.inbox import Inbox

logger = logging.getLogger(__name__)

KIND = "question"
# Everything else with a subtype is an edit, a deletion, or a message of the workspace about itself.
_BY_PEOPLE = frozenset({None, "file_share", "thread_broadcast"})
_SLACKBOT = "USLACKBOT"


class NotKept(Exception):
    """An event could not be kept, so it is not acked. The message is the class of the error."""


@dataclass(frozen=True)
class Question:
    """Something a person asked. `key` is the same for every event that brings the same message.

    The answer goes to `channel` and `thread` of the body; with `only_for` (Slack's id), that person alone sees it.
    """

    key: str
    body: dict[str, Any]


class InboxMiddleware:
    """Keeps mentions and direct messages in the inbox; what was seen before is acked and dropped.

    An exception here (the database is away) leaves the event without an ack, and Slack delivers it again.
    """

    def __init__(self, inbox: Inbox, teams: Teams) -> None:
        self._inbox = inbox
        self._teams = teams

    def handle(self, body: dict[str, Any], context: BoltContext, next_: Callable[[], BoltResponse]) -> BoltResponse:
        """A global Bolt middleware."""
        question = read_question(body, context.bot_user_id)
        if question is None:
            return next_()
        try:
            team = self._teams.id_of(context.team_id or "")
            new = self._inbox.receive(KIND, question.key, question.body, team)
        except Exception as error:  # Bolt logs what is raised here, and a database error quotes the question
            raise NotKept(type(error).__name__) from None
        logger.info("question received, new: %s", new)
        return BoltResponse(status=200, body="")


def read_question(body: Mapping[str, Any], bot_user: str | None) -> Question | None:
    """The question of an event: a mention, or a direct message, by a person; None for everything else."""
    event = body.get("event")
    if body.get("type") != "event_callback" or not isinstance(event, dict) or not _asked(event, bot_user):
        return None
    channel, ts = str(event["channel"]), str(event["ts"])
    text = plain_words(_whole(event.get("text")), bot_user)
    kept = {
        "channel": channel,
        "thread": thread_of(event),
        "user": event["user"],
        "text": text[: QUESTION + 1],
        "length": len(text),
        "files": len(event.get("files") or ()),
    }
    return Question(f"{channel}:{ts}", kept)


def _whole(text: object) -> str:
    """The text of an event as text that can be stored: half a character (a lone surrogate) becomes a question mark."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def _asked(event: Mapping[str, Any], bot_user: str | None) -> bool:
    kind = event.get("type")
    wanted = kind == "app_mention" or (kind == "message" and _is_direct(event))
    by_person = bool(event.get("user")) and event.get("user") not in (bot_user, _SLACKBOT)
    by_bot = event.get("bot_id") or event.get("bot_profile")
    first = event.get("subtype") in _BY_PEOPLE and not event.get("edited") and not event.get("hidden")
    return bool(wanted and by_person and not by_bot and first and event.get("channel") and event.get("ts"))


def _is_direct(event: Mapping[str, Any]) -> bool:
    """Whether a message stands in a direct message with the app; some events do not say so but by the channel's id."""
    kind = event.get("channel_type")
    return kind == "im" if kind else str(event.get("channel", "")).startswith("D")
