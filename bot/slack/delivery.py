"""Posting what the outbox holds, and finding it again in history."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.access.policy import Place, may_show
from bot.slack.client import retry_after
from bot.slack.failures import Failure, reason, translate
from bot.slack.parts import shown
from bot.slack.privacy import Privacy
from bot.views.blocks import render_blocks
from bot.views.kit import Message
from bot.views.stored import view_of
from bot.views.view import StoredView
from bot.work.notifier import DestinationBlocked, HistoryUnreadable, Malformed, OutgoingPost, RateLimited, Refused

logger = logging.getLogger(__name__)

EVENT_TYPE = "proviso_post"
_OUTSIDE = "not_in_channel"
_SHARED = "shared_with_another_organisation"
_ASK_AGAIN_SECONDS = 3600.0
_PAGE = 200
_PAGES = 50


class SlackNotifier:
    """The Notifier over Slack's Web API. `client` must have no retry handlers; `privacy` guards the register.

    `join_channels`: enter a public channel by itself to post there; otherwise somebody has to invite it.
    """

    def __init__(self, client: WebClient, privacy: Privacy, *, join_channels: bool = False) -> None:
        if client.retry_handlers:
            raise ValueError("a client that retries by itself may post twice")
        self._client = client
        self._privacy = privacy
        self._join_channels = join_channels
        self._own: tuple[str | None, str | None] | None = None

    def post(self, post: OutgoingPost) -> str:
        """Post it; its timestamp. Raises one of the failures of the port."""
        view, message = self._rendered(post)
        self._require_allowed(view, post.channel)
        try:
            return self._say(post, message)
        except Exception as error:  # every way a call can fail has exactly one meaning here
            failure = translate(error)
            outside = isinstance(failure, DestinationBlocked) and failure.reason == _OUTSIDE
            if not (outside and self._join_channels):
                raise _logged(failure) from error
        # Definitely not posted: in a public channel we may come in by ourselves, once, and say it then.
        try:
            self._client.conversations_join(channel=post.channel)
        except Exception as error:  # of a private channel, somebody has to invite us; a wait Slack asks for holds all
            waiting = translate(error, "conversations.join")
            raise _logged(waiting if isinstance(waiting, RateLimited) else DestinationBlocked(_OUTSIDE)) from error
        try:
            return self._say(post, message)
        except Exception as error:  # as above
            raise _logged(translate(error)) from error

    def update(self, post: OutgoingPost) -> str:
        """Let the message at `post.slack_ts` show this; its timestamp. Raises one of the failures of the port."""
        view, message = self._rendered(post)
        self._require_allowed(view, post.channel)
        place: dict[str, Any] = {"channel": post.channel, "ts": post.slack_ts}
        try:
            return str(self._client.chat_update(**place, text=message.text, blocks=list(message.blocks))["ts"])
        except Exception as error:  # as above
            raise _logged(translate(error, "chat.update")) from error

    def find(self, post: OutgoingPost, oldest: datetime) -> str | None:
        """The timestamp of the message with this key, looking back to `oldest`; raises HistoryUnreadable."""
        try:
            own = self._self()
            return next((str(m["ts"]) for m in self._history(post, oldest) if _is(m, post.key, own)), None)
        except SlackApiError as error:
            why = HistoryUnreadable(reason(error), retry_after(error))
            logger.info("history of a channel unreadable: %s", why.reason)
            raise why from error
        except Exception as error:  # whatever keeps us from reading means that nothing can be concluded
            logger.info("history of a channel unreadable: %s", type(error).__name__)
            raise HistoryUnreadable from error

    def _rendered(self, post: OutgoingPost) -> tuple[StoredView, Message]:
        try:
            view = view_of(post.view, post.data)
            message = render_blocks(view)
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed(f"cannot render: {type(error).__name__}") from error
        return view, shown(message, post)

    def _require_allowed(self, view: StoredView, channel: str) -> None:
        """Raise unless everybody in the channel may see the view; nothing has been posted when it raises."""
        if may_show(view.shows, Place()):
            return  # shown anywhere: Slack need not be asked about the channel
        try:
            place = Place(self._privacy.of_channel(channel))
        except Exception as error:  # only the question failed: nothing has been posted
            raise _logged(translate(error, "conversations.info")) from error
        if not may_show(view.shows, place):
            # The message alone waits: answers may go on being given there.
            raise _logged(Refused(_ASK_AGAIN_SECONDS, _SHARED))

    def _say(self, post: OutgoingPost, message: Message) -> str:
        if not post.ephemeral_user:
            return str(self._client.chat_postMessage(**_arguments(post, message))["ts"])
        whispered = self._client.chat_postEphemeral(
            channel=post.channel,
            user=post.ephemeral_user,
            text=message.text,
            blocks=list(message.blocks) or None,
            thread_ts=post.thread,
        )
        return str(whispered["message_ts"])

    def _self(self) -> tuple[str | None, str | None]:
        if self._own is None:
            me = self._client.auth_test()
            self._own = (me.get("bot_id"), me.get("user_id"))
        return self._own

    def _history(self, post: OutgoingPost, oldest: datetime) -> Iterator[dict[str, Any]]:
        arguments: dict[str, Any] = {
            "channel": post.channel,
            "oldest": f"{oldest.timestamp():.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        for _ in range(_PAGES):
            if post.thread:
                page = self._client.conversations_replies(ts=post.thread, **arguments)
            else:
                page = self._client.conversations_history(**arguments)
            yield from page.get("messages") or []
            arguments["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not arguments["cursor"]:
                return
        raise HistoryUnreadable  # more than could be read: absence cannot be concluded


def _arguments(post: OutgoingPost, message: Message) -> dict[str, Any]:
    return {
        "channel": post.channel,
        "text": message.text,
        "blocks": list(message.blocks) or None,
        "thread_ts": post.thread,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": post.key}},
        "client_msg_id": post.key,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _is(message: dict[str, Any], key: str, own: tuple[str | None, str | None]) -> bool:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE or (metadata.get("event_payload") or {}).get("key") != key:
        return False
    bot, user = message.get("bot_id"), message.get("user")
    return (bot is not None and bot == own[0]) or (user is not None and user == own[1])


def _logged(failure: Failure) -> Failure:
    """The failure, written to the log as what it means: never the text, never the channel."""
    logger.info("not posted: %s %s", type(failure).__name__, failure)
    return failure
