"""Two Socket Mode connections, back at once whatever ends them, and a process that says when it has none."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.errors import ServiceUnavailable, SettingsError
from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.slack.client import build_client
from bot.slack.connection import Connection
from bot.slack.manifest import render_manifest
from bot.slack.serve import check_app_token, connect, serve
from bot.slack.sockets import LONGEST_PAUSE, WANTED, Sockets, pause_after
from tests.unit.slack.test_http import call_address

OPEN = "apps.connections.open"


class Elapsed:
    """A timer that also counts the hours a test says have passed."""

    def __init__(self) -> None:
        self.added = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.added


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxClock(), manifest=render_manifest(), retries=(0.1, 0.3, 1.0)) as sandbox:
        yield sandbox


@pytest.fixture
def workspace(sandbox: Sandbox) -> Workspace:
    return Workspace(sandbox)


@pytest.fixture
def app(sandbox: Sandbox) -> App:
    client: WebClient = build_client(sandbox.bot_token, sandbox.api_url)
    return App(client=client, token_verification_enabled=False)


@pytest.fixture
def timer() -> Elapsed:
    return Elapsed()


@pytest.fixture
def sockets(app: App, sandbox: Sandbox, workspace: Workspace, timer: Elapsed) -> Iterator[Sockets]:
    sockets = Sockets(app, sandbox.app_token, timer=timer, chance=lambda: 0.0)
    sockets.start()
    workspace.wait_for(lambda: sockets.health()["live"] == WANTED, what="two connections")
    yield sockets
    sandbox.faults.clear()
    sockets.stop()


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def replaced(workspace: Workspace, sockets: Sockets, old: list[Any], seconds: float) -> None:
    """Wait until none of the old connections is left and two new ones live."""

    def done() -> bool:
        now = list(workspace.sandbox.sockets.connections)
        return len(now) == WANTED and not set(map(id, now)) & set(map(id, old)) and sockets.health()["live"] == WANTED

    workspace.wait_for(done, seconds, "two new connections")


def lose(workspace: Workspace, how: str) -> list[Any]:
    old = list(workspace.sandbox.sockets.connections)
    {"reset": workspace.reset, "close": workspace.cut, "refresh": workspace.disconnect}[how]()
    return old


@pytest.mark.parametrize("how", ["reset", "close", "refresh"])
def test_both_connections_are_replaced_within_seconds(workspace: Workspace, sockets: Sockets, how: str) -> None:
    replaced(workspace, sockets, lose(workspace, how), 3.0)


@pytest.mark.parametrize("how", ["reset", "close"])
def test_three_refusals_in_a_row_are_outlived_within_ten_seconds(
    workspace: Workspace, sockets: Sockets, how: str
) -> None:
    workspace.faults.arm("server_error", method=OPEN, times=3)
    replaced(workspace, sockets, lose(workspace, how), 10.0)
    assert workspace.sandbox.web_api.calls.count(OPEN) <= 2 * WANTED + 3


def test_a_new_connection_is_open_before_one_that_slack_wants_back_is_closed(
    workspace: Workspace, sockets: Sockets
) -> None:
    lowest = [WANTED]
    workspace.world.subscribe(lambda: lowest.append(len(workspace.sandbox.sockets.connections)))
    replaced(workspace, sockets, lose(workspace, "refresh"), 3.0)
    assert min(lowest) >= 1
    assert sockets.health()["ok"]


def test_half_a_minute_without_a_connection_is_unhealthy_and_says_why(
    workspace: Workspace, sockets: Sockets, timer: Elapsed, caplog: pytest.LogCaptureFixture
) -> None:
    workspace.faults.arm("refused", method=OPEN, code="invalid_auth")
    with caplog.at_level(logging.WARNING):
        lose(workspace, "reset")
        workspace.wait_for(lambda: sockets.health()["live"] == 0, what="no connection")
        workspace.wait_for(lambda: "invalid_auth" in str(sockets.health()), what="the reason")
    assert sockets.health()["ok"]
    timer.added += 31
    health = sockets.health()
    assert (health["ok"], health["live"], health["wanted"]) == (False, 0, 2)
    assert health["reason"] == "Slack answered invalid_auth to apps.connections.open"
    assert health["none_for_seconds"] >= 31
    assert "Slack answered invalid_auth to apps.connections.open; 0 connections live, next try in" in caplog.text
    workspace.faults.clear()
    workspace.wait_for(lambda: sockets.health() == {"ok": True, "live": 2, "wanted": 2}, 10, "recovery")


def test_a_slack_that_takes_no_more_connections_is_not_asked_again_at_once(
    workspace: Workspace, sockets: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.sockets.MOST_CONNECTIONS", 0)
    before = workspace.sandbox.web_api.calls.count(OPEN)
    lose(workspace, "close")
    workspace.wait_for(lambda: "too_many_websockets" in str(sockets.health()), what="the reason")
    workspace.wait_for(lambda: workspace.sandbox.web_api.calls.count(OPEN) >= before + 3, what="three tries")
    monkeypatch.undo()
    workspace.wait_for(lambda: sockets.health()["live"] == WANTED, 10, "recovery")
    assert workspace.sandbox.web_api.calls.count(OPEN) <= before + 7


def test_pauses_grow_to_a_ceiling() -> None:
    assert [pause_after(n, 1.0) for n in range(9)] == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_PAUSE, LONGEST_PAUSE]
    assert pause_after(10_000, 0.0) == LONGEST_PAUSE / 2


def test_every_event_arrives_while_all_connections_are_reset_again_and_again(
    workspace: Workspace, sockets: Sockets, app: App
) -> None:
    arrived: list[str] = []
    app.event("app_mention")(lambda event: arrived.append(event["text"]))
    workspace.faults.arm("socket_reset", seconds=0.4)
    workspace.reset()
    for n in range(40):
        workspace.user("amal").mention("C-ops", f"question {n}")
        if n % 10 == 9:
            workspace.reset()
    workspace.wait_for(lambda: len(set(arrived)) == 40, 30, "forty questions")


def test_an_acknowledgement_goes_out_on_the_other_connection_when_its_own_is_gone(
    workspace: Workspace, sockets: Sockets, app: App
) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(ack: Ack) -> None:
        entered.set()
        go_on.wait(2)
        ack()

    app.command("/checklist")(slow)
    typed = threading.Thread(target=lambda: workspace.user("amal").command("/checklist"))
    typed.start()
    assert entered.wait(5)
    replaced(workspace, sockets, lose(workspace, "reset"), 2.0)
    go_on.set()
    typed.join(5)
    assert workspace.deliveries()[-1].acked


def test_stopping_closes_every_connection_with_a_goodbye(workspace: Workspace, sockets: Sockets) -> None:
    began = time.monotonic()
    sockets.stop()
    assert time.monotonic() - began < 2
    workspace.wait_for(lambda: not workspace.sandbox.sockets.connections, what="no connection")
    assert workspace.sandbox.sockets.close_codes[-WANTED:] == [1000] * WANTED
    assert workspace.sandbox.web_api.calls.count(OPEN) == WANTED


def test_health_over_http_tells_of_the_connections(app: App, workspace: Workspace, sandbox: Sandbox) -> None:
    stop, ready = threading.Event(), threading.Event()
    address = free_address()
    arguments: dict[str, Any] = {"app_token": sandbox.app_token, "address": address, "stop": stop}
    arguments |= {"on_ready": ready.set, "health": lambda: {"ok": True, "jobs": {}}}
    thread = threading.Thread(target=serve, args=(app,), kwargs=arguments)
    thread.start()
    try:
        assert ready.wait(10)
        workspace.wait_until_connected(WANTED)
        found: dict[str, Any] = {}

        def both() -> bool:
            found.update(json.loads(call_address(address, "/healthz")[1]))
            return bool(found["sockets"]["live"] == WANTED)

        workspace.wait_for(both, what="two connections")
        assert found == {"ok": True, "jobs": {}, "sockets": {"ok": True, "live": 2, "wanted": 2}}
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_at_the_start_a_refused_app_token_is_told_apart_from_a_slack_in_trouble(app: App, workspace: Workspace) -> None:
    with pytest.raises(SettingsError, match=r"Slack refused SLACK_APP_TOKEN: invalid_auth\. Nothing was started"):
        connect(Sockets(app, "xapp-wrong"))
    with pytest.raises(SettingsError, match="Slack refused SLACK_APP_TOKEN: not_allowed_token_type"):
        connect(Sockets(app, workspace.sandbox.bot_token))
    workspace.faults.arm("server_error", method=OPEN, times=2)
    for start in (
        lambda: connect(Sockets(app, workspace.sandbox.app_token)),
        lambda: check_app_token(workspace.sandbox.app_token, workspace.sandbox.api_url),
    ):
        with pytest.raises(ServiceUnavailable, match=r"Slack answered HTTP 500 to apps\.connections\.open"):
            start()


class Relay:
    """Passes bytes on between the bot and a server until it is frozen: then both sides see nothing but silence."""

    def __init__(self, to: tuple[str, int]) -> None:
        self.frozen = threading.Event()
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near = self._listening.accept()[0]
            except OSError:
                return
            far = socket.create_connection(self._to)
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            if not self.frozen.is_set():
                target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_a_connection_on_which_nothing_comes_any_more_is_noticed_by_its_silence(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.connection.PING_SECONDS", 0.2)
    monkeypatch.setattr("bot.slack.connection.CLOSE_SECONDS", 0.2)
    relay = Relay(("127.0.0.1", int(sandbox.url.rpartition(":")[2])))
    ended: list[str] = []
    connection = Connection(lambda *_: None, lambda one: ended.append(one.reason) if one.state == "ended" else None)
    try:
        ticket = WebClient(base_url=sandbox.api_url).apps_connections_open(app_token=sandbox.app_token)["url"]
        connection.open(str(ticket).replace(sandbox.url.rpartition(":")[2], str(relay.port), 1))
        relay.frozen.set()
        Workspace(sandbox).wait_for(lambda: ended, 5, "the end")
        assert ended == ["Slack answered no ping"]
    finally:
        connection.close()
        relay.close()
