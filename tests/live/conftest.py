"""Against a real workspace, opt-in: SLACK_BOT_TOKEN, and PROVISO_LIVE_CHANNEL (the id of a channel the bot is in)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.slack.client import build_client
from bot.slack.delivery import SlackNotifier
from bot.slack.privacy import Privacy

# Read before the suite's own fixtures take a developer's settings out of every test.
TOKEN = os.environ.get("SLACK_BOT_TOKEN")
CHANNEL = os.environ.get("PROVISO_LIVE_CHANNEL")
API_URL = os.environ.get("SLACK_API_URL", "https://slack.com/api/")


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> None:
    """Here, and only here, a test reaches beyond this machine."""


@pytest.fixture(scope="session")
def client() -> WebClient:
    if not TOKEN:
        pytest.skip("live: set SLACK_BOT_TOKEN to the bot token of a workspace of your own")
    return build_client(TOKEN, API_URL)


@pytest.fixture(scope="session")
def channel() -> str:
    if not CHANNEL:
        pytest.skip("live: set PROVISO_LIVE_CHANNEL to the id of a channel the bot is a member of")
    return CHANNEL


@pytest.fixture
def notifier(client: WebClient) -> SlackNotifier:
    return SlackNotifier(client, Privacy(client))


@pytest.fixture
def posted(client: WebClient, channel: str) -> Iterator[list[str]]:
    """Timestamps of what the test posted; deleted afterwards."""
    stamps: list[str] = []
    yield stamps
    for ts in stamps:
        client.chat_delete(channel=channel, ts=ts)
