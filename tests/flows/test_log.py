"""The log at its most talkative level: nothing that anybody wrote, nobody's id, no address and no token in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.slack.manifest import render_manifest
from tests.support.served import Served, free_port

QUESTION = "When should support to a partner be suspended?"
FOLLOW_UP = "And for detainees?"
OVERHEARD = "Shall we leave at noon?"


@pytest.fixture(params=["socket", "http"])
def workspace(request: pytest.FixtureRequest) -> Iterator[tuple[Workspace, int | None]]:
    port = free_port() if request.param == "http" else None
    url = f"http://127.0.0.1:{port}/slack/events" if port else None
    with Sandbox(SandboxClock(), manifest=render_manifest(), request_url=url) as sandbox:
        yield Workspace(sandbox), port


def test_the_log_at_debug_quotes_nobody_and_names_nobody(
    workspace: tuple[Workspace, int | None], tmp_path: Path
) -> None:
    slack, port = workspace
    served = Served(
        slack.sandbox, tmp_path / "home", over_http=port is not None, port=str(port or 0), PROVISO_LOG_LEVEL="debug"
    )
    try:
        served.wait_until_ready()
        _use_every_surface(slack)
        _fail_every_surface(slack)
        served.terminate()
    finally:
        served.kill()
    for said in _secrets(slack):
        assert said not in served.log, said
    assert "INFO bot.slack.inbox_middleware: question received, new: True" in served.log


def _use_every_surface(slack: Workspace) -> None:
    amal = slack.user("amal")
    reply = slack.wait_for_reply(amal.mention("C-ops", QUESTION), 30)
    amal.say("C-ops", FOLLOW_UP, thread=reply)
    slack.wait_for(lambda: slack.replies(reply), 30, "the answer to the follow-up")
    slack.user("bo").say("C-ops", OVERHEARD, thread=reply)
    amal.click("Show passage", reply)
    amal.wait_for_modal()
    amal.close_modal()
    amal.command("/checklist detention")
    amal.command('/partner add "Harbour Guard"')
    amal.wait_for_modal()
    amal.submit({"focal": "U0AMAL", "channel": "C0OPS", "every": "6", "first_due": "2027-05-01"})
    amal.command("/partner show Harbour Guard")
    slack.wait_for(lambda: len(amal.ephemerals("C-ops")) >= 2, what="private answers")


def _fail_every_surface(slack: Workspace) -> None:
    slack.faults.arm("server_error", method="views.open")
    slack.faults.arm("accepted_without_reply", method="chat.postMessage", times=1)
    amal = slack.user("amal")
    amal.command('/partner add "Harbour Guard"')
    amal.click("Show passage")
    amal.command("/partner show “Harbour")
    amal.mention("C-ops", QUESTION)
    slack.wait_for(lambda: all(armed.struck for armed in slack.faults._armed), 30, "what goes wrong")
    slack.cut()


def _secrets(slack: Workspace) -> list[str]:
    sandbox = slack.sandbox
    people = [user.id for user in slack.world.users.values()]
    said = [
        QUESTION,
        "suspended?",
        "detainees?",
        "at noon",
        "Harbour",
        "/response/",
        "/link/",
        "ticket",
        "xoxb-",
        "xapp-",
    ]
    return [*said, *people, sandbox.bot_token, sandbox.app_token, sandbox.signing_secret]
