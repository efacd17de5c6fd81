"""What `proviso doctor` says of Slack: scopes, the running bot, and channels that take nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from bot import doctor
from bot.doctor import Connection, Finding
from bot.sandbox.driver import Workspace
from bot.slack.http import HttpServer, application
from bot.work.destinations import EVERYWHERE, block
from retrieval.database import Database
from tests.support.clock import ManualClock

MEND_SCOPE = "add it to the app (OAuth & Permissions, or the manifest of `proviso manifest`), then install it again"


@pytest.fixture
def health() -> dict[str, Any]:
    return {"ok": True, "jobs": {"send": {"ok": True, "last_ok": None}}}


@pytest.fixture
def address(health: dict[str, Any]) -> Iterator[str]:
    server = HttpServer("127.0.0.1:0", application(None, lambda: health))
    server.start()
    yield f"127.0.0.1:{server.port}"
    server.stop()


def of_slack(workspace: Workspace, lacking: list[str], *, join_channels: bool = False) -> list[Finding]:
    sandbox = workspace.sandbox
    kept = list(sandbox.manifest.scopes)
    sandbox.manifest.scopes[:] = [scope for scope in kept if scope not in lacking]
    try:
        reached = Connection(
            sandbox.bot_token, sandbox.app_token, sandbox.api_url, False, "127.0.0.1:1", join_channels=join_channels
        )
        return list(doctor.slack(reached))
    finally:
        sandbox.manifest.scopes[:] = kept


def test_a_full_installation_has_nothing_to_mend(workspace: Workspace) -> None:
    assert of_slack(workspace, []) == [
        Finding("slack", "ok", "token accepted for workspace T0SANDBOX, every scope granted"),
        Finding("transport", "ok", "Socket Mode"),
    ]


def test_each_missing_scope_is_told_with_its_use_and_its_mend(workspace: Workspace) -> None:
    found = of_slack(workspace, ["users:read", "mpim:history", "channels:join"], join_channels=True)
    assert found[0].says == "token accepted for workspace T0SANDBOX, 3 scopes missing"
    assert [(finding.state, finding.says, finding.mend) for finding in found[1:-1]] == [
        (
            "warning",
            "mpim:history is missing, for conversations.history, conversations.replies: to look up whether a message "
            "of its own arrived in a group message. Without it: a message to a group may be posted twice",
            MEND_SCOPE,
        ),
        (
            "warning",
            "channels:join is missing, for conversations.join: to join a public channel by itself before posting "
            "there; asked for only with PROVISO_JOIN_CHANNELS. Without it: somebody has to invite the bot to a channel",
            MEND_SCOPE,
        ),
        (
            "problem",
            "users:read is missing, for users.info: to see who is a guest or an app (the register is shown to "
            "neither), and which time zone to offer. Without it: the register is shown to nobody",
            MEND_SCOPE,
        ),
    ]


def test_the_running_bot_is_asked_for_its_connections(health: dict[str, Any], address: str) -> None:
    reason = "Slack answered invalid_auth to apps.connections.open"
    mend = "check SLACK_APP_TOKEN, that Socket Mode is on, and the network; it goes on trying by itself"
    assert list(doctor.serving(address)) == [Finding("serving", "ok", f"a bot answers on {address}")]
    health["sockets"] = {"ok": True, "live": 2, "wanted": 2}
    assert list(doctor.serving(address)) == [Finding("serving", "ok", "2 of 2 Socket Mode connections")]
    health["sockets"] = {"ok": True, "live": 1, "wanted": 2, "reason": reason, "none_for_seconds": 0}
    assert list(doctor.serving(address)) == [
        Finding("serving", "warning", f"1 of 2 Socket Mode connections: {reason}", mend)
    ]
    health |= {"ok": False, "sockets": {"ok": False, "live": 0, "wanted": 2, "reason": reason, "none_for_seconds": 95}}
    assert list(doctor.serving(address)) == [
        Finding("serving", "problem", f"0 of 2 Socket Mode connections, none for 95 s: {reason}", mend)
    ]
    health["jobs"]["send"]["ok"] = False
    assert next(finding.says for finding in doctor.serving(address)) == "the jobs send have not run lately"


@pytest.mark.parametrize(("arrived", "told"), [((3, 0), True), ((2, 0), False), ((9, 1), False), ((0, 0), False)])
def test_an_app_without_the_events_of_channels_is_told_from_mentions_that_come_alone(
    health: dict[str, Any], address: str, arrived: tuple[int, int], told: bool
) -> None:
    health["events"] = dict(zip(("mentions", "messages"), arrived, strict=True))
    warning = Finding(
        "events",
        "warning",
        "3 mentions in channels came since it started, and no message: follow-ups need a mention",
        "subscribe the app to message.channels and message.groups (Event Subscriptions, or the manifest of "
        "`proviso manifest`), then install it again",
    )
    assert list(doctor.serving(address))[1:] == ([warning] if told else [])


def test_where_no_bot_answers_doctor_says_so() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    assert list(doctor.serving(address)) == [
        Finding("serving", "off", f"no bot answers on {address}: none runs here, or it has another PROVISO_HTTP")
    ]


def test_each_channel_that_takes_nothing_is_named_with_its_mend(sqlite_database: Database, clock: ManualClock) -> None:
    with sqlite_database.write() as session:
        block(session, "team", "C0OPS", "not_in_channel", clock.now())
        block(session, "team", EVERYWHERE, "token_revoked", clock.now())
    assert list(doctor.outbox(sqlite_database)) == [
        Finding("outbox", "ok", "empty"),
        Finding(
            "channel",
            "warning",
            "no channel takes messages: token_revoked",
            "it is tried again by itself; `proviso nudges why KEY` tells a message's story",
        ),
        Finding(
            "channel",
            "warning",
            "channel C0OPS takes no messages: not_in_channel",
            "invite it there: `/invite @Proviso`",
        ),
    ]
