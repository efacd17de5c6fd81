"""Every question is a committed row before Slack hears that it has arrived; what is none leaves no trace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import BoltContext, BoltResponse
from sqlalchemy.orm import Session

from bot.access.policy import may_follow_up
from bot.conversations.followups import asks
from bot.conversations.threads import Conversations, Place
from bot.slack.arrivals import Arrivals
from bot.slack.privacy import Privacy
from bot.slack.teams import Teams
from bot.slack.threads import mentions, plain_words, storable, thread_of
from bot.work.inbox import Inbox
from bot.work.outbox import post_key
from retrieval.limits import QUESTION

logger = logging.getLogger(__name__)

KIND = "question"
# Everything else with a subtype is an edit, a deletion, or a message of the workspace about itself.
_BY_PEOPLE = frozenset({None, "file_share", "thread_broadcast"})
_SLACKBOT = "USLACKBOT"


class NotKept(Exception):
    """An event could not be kept, so it is not acked. The message is the class of the error."""


@dataclass(frozen=True)
class Question:
    """Something a person asked. `key` is the same for every event that brings the same message; unless the answer is
    for one person among others, it ends with when it was asked.

    The answer goes to `channel` and `thread` of the body; with `only_for` (Slack's id), that person alone sees it.
    `follow_up`: it did not mention us.
    """

    key: str
    body: dict[str, Any]

    @property
    def asked_at(self) -> str:
        """Slack's timestamp of the message or the click."""
        return self.key.rpartition(":")[2]

    @classmethod
    def of(
        cls, key: str, channel: str, thread: str | None, user: str, text: str, *, files: int = 0, private: bool = False
    ) -> Question:
        """The question `text` of a person; `private`: that person alone is to see the answer."""
        place = {"channel": channel, "thread": thread, "user": user}
        said = {"text": text[: QUESTION + 1], "length": len(text), "files": files}
        return cls(key, place | said | ({"only_for": user} if private else {}))


# Keeps a question that was asked in a workspace (our id); False when it was kept before.
Keep = Callable[[Question, str], bool]


class InboxMiddleware:
    """Keeps mentions, direct messages and follow-ups in the inbox; what was seen before is acked and dropped.

    Every other message is acked and dropped, and nothing of it is kept. An exception here (the database is away)
    leaves the event without an ack, and Slack delivers it again. `privacy` should be quick: Slack waits three seconds.
    """

    def __init__(
        self,
        inbox: Inbox,
        teams: Teams,
        conversations: Conversations,
        privacy: Privacy,
        arrivals: Arrivals | None = None,
    ) -> None:
        self._inbox = inbox
        self._teams = teams
        self._conversations = conversations
        self._privacy = privacy
        self._arrivals = arrivals or Arrivals()

    def handle(self, body: dict[str, Any], context: BoltContext, next_: Callable[[], BoltResponse]) -> BoltResponse:
        """A global Bolt middleware."""
        bot_user = context.bot_user_id
        self._arrivals.count(_event(body) or {})
        question = read_question(body, bot_user)
        followed = None if question else read_follow_up(body, bot_user)
        try:
            if followed and self._is_ours(followed, context.team_id or "", body):
                question = followed
            if question is not None:
                self._keep(question, context.team_id or "")
        except Exception as error:  # Bolt logs what is raised here, and a database error quotes the question
            raise NotKept(type(error).__name__) from None
        return BoltResponse(status=200, body="") if question or followed else next_()

    def _keep(self, question: Question, slack_team: str) -> None:
        new = keep_question(self._inbox, self._conversations, question, self._teams.id_of(slack_team))
        logger.info("question received, new: %s", new)

    def _is_ours(self, question: Question, slack_team: str, body: Mapping[str, Any]) -> bool:
        """Whether a message is by whoever asked first in a live thread, which nobody from elsewhere reads or wrote in.

        The thread is looked up first: nobody is looked up in Slack for what other people write to each other.
        """
        said = question.body
        place = Place(self._teams.id_of(slack_team), said["channel"], said["thread"])
        return (
            not body.get("is_ext_shared_channel")
            and self._conversations.asked_first(place, said["user"])
            and may_follow_up(self._privacy.place(said["channel"]), self._privacy.person(said["user"]))
        )


def keep_question(inbox: Inbox, conversations: Conversations, question: Question, team: str) -> bool:
    """Keep a question to be answered; False when it was kept before.

    It is noted as a turn of its thread too, unless its answer is for one person among others, or it is too long.
    """
    said = question.body

    def note(session: Session) -> None:
        conversations.note(
            session,
            Place(team, said["channel"], said["thread"] or ""),
            key=post_key("answer", team, question.key),
            ts=question.asked_at,
            slack_user=said["user"],
            question=said["text"],
        )

    noted = said["text"] and said["length"] <= QUESTION and not said.get("only_for")
    return inbox.receive(KIND, question.key, said, team, beside=note if noted else None)


def read_question(body: Mapping[str, Any], bot_user: str | None) -> Question | None:
    """The question of an event: a mention, or a direct message, by a person; None for everything else."""
    event = _event(body)
    if event is None or not _is_by_person(event, bot_user):
        return None
    wanted = event.get("type") == "app_mention" or (event.get("type") == "message" and _is_direct(event))
    return _question(event, bot_user) if wanted else None


def read_follow_up(body: Mapping[str, Any], bot_user: str | None) -> Question | None:
    """What may be a follow-up: a question by a person in the thread of a channel, without a mention of anybody.

    A mention of the bot comes as an event of its own. Whether the thread is one of ours is not looked at.
    """
    event = _event(body)
    if event is None or event.get("type") != "message" or _is_direct(event) or not _is_by_person(event, bot_user):
        return None
    text = storable(event.get("text"))
    in_thread = event.get("thread_ts") and event["thread_ts"] != event["ts"] and not event.get("subtype")
    if not in_thread or mentions(text) or not asks(plain_words(text, bot_user)):
        return None
    found = _question(event, bot_user)
    return replace(found, body=found.body | {"follow_up": True})


def _event(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    event = body.get("event")
    return event if body.get("type") == "event_callback" and isinstance(event, dict) else None


def _question(event: Mapping[str, Any], bot_user: str | None) -> Question:
    channel, ts = str(event["channel"]), str(event["ts"])
    text, files = plain_words(event.get("text"), bot_user), len(event.get("files") or ())
    return Question.of(f"{channel}:{ts}", channel, thread_of(event), event["user"], text, files=files)


def _is_by_person(event: Mapping[str, Any], bot_user: str | None) -> bool:
    """Whether a person said this for the first time: no app, no edit, no message of the workspace about itself."""
    by_person = bool(event.get("user")) and event.get("user") not in (bot_user, _SLACKBOT)
    by_bot = event.get("bot_id") or event.get("bot_profile")
    first = event.get("subtype") in _BY_PEOPLE and not event.get("edited") and not event.get("hidden")
    return bool(by_person and not by_bot and first and event.get("channel") and event.get("ts"))


def _is_direct(event: Mapping[str, Any]) -> bool:
    """Whether a message stands in a direct message with the app; some events do not say so but by the channel's id."""
    kind = event.get("channel_type")
    return kind == "im" if kind else str(event.get("channel", "")).startswith("D")
