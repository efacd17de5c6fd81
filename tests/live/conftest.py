"""Against a real workspace, opt-in: set SLACK_BOT_TOKEN and PROVISO_LIVE_CHANNEL (a channel the bot is in)."""

from __future__ import annotations

import os

import pytest

TOKEN = os.environ.get("SLACK_BOT_TOKEN")
CHANNEL = os.environ.get("PROVISO_LIVE_CHANNEL")


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> None:
    """Here, and only here, a test reaches Slack."""


@pytest.fixture(scope="session")
def live_token() -> str:
    if not TOKEN:
        pytest.skip("live: set SLACK_BOT_TOKEN to a bot token of a workspace of your own")
    return TOKEN


@pytest.fixture(scope="session")
def live_channel() -> str:
    if not CHANNEL:
        pytest.skip("live: set PROVISO_LIVE_CHANNEL to the id of a channel the bot is a member of")
    return CHANNEL
