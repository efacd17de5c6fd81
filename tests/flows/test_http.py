"""The same stories over signed HTTP, and across a restart."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.slack.manifest import render_manifest
from tests.flows.conftest import MONDAY, Bot, BotMaker

QUESTION = "When should a partner be assessed?"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address() -> str:
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def sandbox(address: str) -> Iterator[Sandbox]:
    url = f"http://{address}/slack/events"
    with Sandbox(SandboxClock(MONDAY), manifest=render_manifest(), request_url=url, retries=(0.3, 0.5, 1.0)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def bot(make_bot: BotMaker, address: str) -> Bot:
    return make_bot(address=address)


def test_a_question_a_command_and_a_button_over_http(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    reply = workspace.wait_for_reply(amal.mention("C-ops", QUESTION))
    assert "“A supporting state should assess a partner before support begins." in workspace.text(reply)
    assert amal.click("Show passage", reply).acked
    workspace.wait_for(lambda: "willingness, capability" in amal.modal_text, what="the passage")
    amal.close_modal()
    assert amal.command("/checklist detention").acked
    workspace.wait_for(lambda: amal.ephemerals("C-ops"), what="the checklist")


def test_a_mention_redelivered_across_a_restart_is_answered_once(
    bot: Bot, make_bot: BotMaker, workspace: Workspace, address: str
) -> None:
    asked = workspace.user("bo").mention("C-ops", QUESTION)
    workspace.wait_for_reply(asked)
    bot.stop()
    second = make_bot(address=address)
    assert all(delivery.acked for delivery in workspace.redeliver(asked))
    time.sleep(0.3)
    assert len(workspace.replies(asked)) == 1
    second.stop()


def test_a_mention_that_found_nobody_is_answered_when_slack_sends_it_again(
    bot: Bot, make_bot: BotMaker, workspace: Workspace, address: str
) -> None:
    bot.stop()
    asked = workspace.user("bo").mention("C-ops", "What does training without mentoring change?")
    workspace.wait_for(lambda: workspace.deliveries(asked)[0].problem == "http_error", what="a try that failed")
    make_bot(address=address)
    assert "Training without mentoring" in workspace.text(workspace.wait_for_reply(asked))
