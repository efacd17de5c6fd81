"""What the outbox relies on, asked of a real workspace: posts, edits, the look-up in history, client_msg_id."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.client import error_code
from bot.slack.delivery import SlackNotifier
from bot.slack.serve import check_token
from bot.views.notices.model import NoticeView
from bot.work.notifier import OutgoingPost

pytestmark = pytest.mark.live

SHOWS_WITHIN_SECONDS = 30.0


def outgoing(channel: str, thread: str | None = None) -> OutgoingPost:
    view = NoticeView("A live check of Proviso's delivery. It will be deleted in a moment.")
    return OutgoingPost(str(uuid.uuid4()), channel, thread, "notice", view.to_data())


def find(notifier: SlackNotifier, post: OutgoingPost) -> str | None:
    deadline = time.monotonic() + SHOWS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        found = notifier.find(post, datetime.now(UTC) - timedelta(minutes=5))
        if found:
            return found
        time.sleep(1)
    return None


def test_the_token_has_every_scope_of_the_manifest(client: WebClient) -> None:
    assert check_token(client).startswith("T")


def test_a_post_is_found_in_history_by_its_key_alone(notifier: SlackNotifier, channel: str, posted: list[str]) -> None:
    post, other = outgoing(channel), outgoing(channel)
    posted.append(notifier.post(post))
    assert find(notifier, post) == posted[0]
    assert notifier.find(other, datetime.now(UTC) - timedelta(minutes=5)) is None


def test_a_reply_is_found_in_its_thread(notifier: SlackNotifier, channel: str, posted: list[str]) -> None:
    root = outgoing(channel)
    posted.append(notifier.post(root))
    reply = outgoing(channel, thread=posted[0])
    posted.insert(0, notifier.post(reply))
    assert find(notifier, reply) == posted[0]


def test_an_edited_post_keeps_its_key(
    client: WebClient, notifier: SlackNotifier, channel: str, posted: list[str]
) -> None:
    post = outgoing(channel)
    posted.append(notifier.post(post))
    client.chat_update(channel=channel, ts=posted[0], text="Edited.", blocks=[])
    assert find(notifier, post) == posted[0]


def test_a_second_post_with_the_same_client_msg_id_makes_no_second_message(
    notifier: SlackNotifier, channel: str, posted: list[str]
) -> None:
    """Slack documents neither the argument nor its window; should this fail, reconciliation still guards."""
    post = outgoing(channel)
    posted.append(notifier.post(post))
    try:
        again = notifier.post(post)
    except Exception as error:
        cause = error.__cause__
        assert isinstance(cause, SlackApiError)
        assert str(error_code(cause)).startswith("duplicate_")
        return
    if again != posted[0]:
        posted.append(again)
    assert again == posted[0]
