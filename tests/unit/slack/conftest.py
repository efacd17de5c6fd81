"""A Slack-shaped server without a bot connected, and a client to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.slack.client import build_client
from bot.slack.manifest import render_manifest


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxClock(), manifest=render_manifest(), retries=()) as sandbox:
        yield sandbox


@pytest.fixture
def workspace(sandbox: Sandbox) -> Iterator[Workspace]:
    yield Workspace(sandbox)
    sandbox.faults.clear()


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return build_client(sandbox.bot_token, sandbox.api_url)
