"""Redelivery, several connections, disconnects, faults and signed HTTP."""

from __future__ import annotations

import http.server
import json
import threading
import time
import urllib.error
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from bot.sandbox import delivery
from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.faults import Faults
from bot.sandbox.server import Sandbox


def test_an_event_nobody_acks_is_repeated_with_its_event_id_and_a_reason(
    connected: Workspace, seen: Any, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.2)

    @app.middleware
    def deaf(body: dict[str, Any]) -> None:  # neither acks nor goes on: Slack hears nothing in time
        time.sleep(0.3)

    question = connected.user("amal").dm("hello")
    connected.wait_for(lambda: len(seen.of("message")) == 4, what="three repetitions")
    assert len({body["event_id"] for body in seen.of("message")}) == 1
    attempts = [headers.get("x-slack-retry-num", [None])[0] for headers in seen.headers]
    assert attempts == [None, "1", "2", "3"]
    assert {headers["x-slack-retry-reason"][0] for headers in seen.headers[1:]} == {"http_timeout"}
    assert [(one.attempts, one.acked) for one in connected.deliveries(question)] == [(4, False)]


def test_an_event_is_redelivered_on_demand(connected: Workspace, seen: Any) -> None:
    question = connected.user("amal").dm("hello")
    connected.wait_for_reply(question)
    connected.redeliver(question)
    connected.wait_for(lambda: len(seen.of("message")) == 2)
    assert seen.bodies[0] == seen.bodies[1]
    assert seen.headers[1]["x-slack-retry-num"] == ["1"]


def test_an_event_waits_for_an_app_that_is_not_there_yet(
    sandbox: Sandbox, workspace: Workspace, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.2)
    question = workspace.user("amal").dm("anyone?")
    time.sleep(0.25)
    handler = SocketModeHandler(app, sandbox.app_token)
    handler.connect()
    assert workspace.text(workspace.wait_for_reply(question)) == "hello"
    handler.client.auto_reconnect_enabled = False
    threading.Thread(target=handler.close, daemon=True).start()


def test_a_command_with_no_app_is_told_to_the_person(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.1)
    outcome = workspace.user("amal").command("/partner list")
    assert (outcome.acked, outcome.problem) == (False, "http_error")
    assert workspace.transcript("C-ops") == [
        "slackbot (only amal sees): /partner did not respond in time. Try again in a moment."
    ]


def test_the_app_reconnects_when_asked_and_when_cut_off(connected: Workspace) -> None:
    before = list(connected.sandbox.sockets.connections)
    connected.disconnect()
    connected.wait_for(lambda: not set(before) & set(connected.sandbox.sockets.connections))
    connected.wait_until_connected()
    assert connected.text(connected.wait_for_reply(connected.user("amal").dm("still there?"))) == "hello"
    connected.cut()
    question = connected.user("amal").dm("and now?")
    assert connected.text(connected.wait_for_reply(question)) == "hello"


def test_envelopes_go_round_the_connections(connected: Workspace, client: WebClient) -> None:
    other = App(client=client, signing_secret="unused")
    heard: list[str] = []
    other.event("message")(lambda event: heard.append(event["text"]))
    handler = SocketModeHandler(other, connected.sandbox.app_token)
    handler.connect()
    connected.wait_until_connected(2)
    for number in range(4):
        connected.user("amal").dm(str(number))
    connected.wait_for(lambda: len(heard) == 2 and len(connected.bot_messages("@amal")) == 2)
    handler.client.auto_reconnect_enabled = False
    threading.Thread(target=handler.close, daemon=True).start()


def test_duplicates_come_when_armed(connected: Workspace, seen: Any) -> None:
    connected.faults.arm("duplicate_delivery", times=1)
    connected.user("amal").dm("hello")
    connected.wait_for(lambda: len(seen.of("message")) == 2)
    connected.user("amal").dm("hello")
    connected.wait_for(lambda: len(seen.of("message")) == 3)


def test_what_a_dead_socket_swallows_comes_again(
    connected: Workspace, seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.3)
    connected.faults.arm("dead_socket", times=1)
    connected.wait_for_reply(connected.user("amal").dm("hello"))
    assert [headers.get("x-slack-retry-num") for headers in seen.headers] == [["1"]]


def test_faults_of_calls_do_what_their_names_say(client: WebClient, workspace: Workspace) -> None:
    def post(text: str) -> str:
        try:
            client.chat_postMessage(channel="C0OPS", text=text)
        except SlackApiError as error:
            return f"{error.response.status_code} {error.response.headers.get('Retry-After', '')}".strip()
        except (ConnectionError, urllib.error.URLError):  # the SDK hands on whatever the connection met
            return "cut off"
        return "ok"

    outcomes = {}
    for name in ("rate_limited", "server_error", "server_error_after", "accepted_without_reply", "slow"):
        workspace.faults.arm(name, method="chat.postMessage", times=1, seconds=0.05 if name == "slow" else 7)
        outcomes[name] = post(name)
    assert outcomes == {
        "rate_limited": "429 7",
        "server_error": "500",
        "server_error_after": "500",
        "accepted_without_reply": "cut off",
        "slow": "ok",
    }
    said = [message.text for message in workspace.messages("C-ops")]
    assert said == ["server_error_after", "accepted_without_reply", "slow"]


def test_late_history_leaves_out_what_is_young(client: WebClient, workspace: Workspace) -> None:
    client.chat_postMessage(channel="C0OPS", text="x")
    workspace.faults.arm("late_history", seconds=30)
    assert client.conversations_history(channel="C0OPS")["messages"] == []
    workspace.advance(timedelta(seconds=31))
    assert len(client.conversations_history(channel="C0OPS")["messages"]) == 1


def test_a_probability_strikes_the_same_calls_for_the_same_seed() -> None:
    def strikes() -> list[bool]:
        faults = Faults(Random(7))
        faults.arm("slow", probability=0.3)
        return [faults.strike_call("chat.postMessage") is not None for _ in range(40)]

    assert strikes() == strikes()
    assert 4 < sum(strikes()) < 24


def test_a_fault_of_no_known_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no fault is called earthquake; there are accepted_without_reply, "):
        Faults().arm("earthquake")


@pytest.fixture
def request_url() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web server that notes what it gets; answers 200 with a text to commands."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            answer = b"" if self.headers["Content-Type"] == "application/json" else b"noted"
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/slack/events", got
    server.shutdown()
    server.server_close()


def test_over_http_everything_is_signed(request_url: tuple[str, list[tuple[dict[str, str], bytes]]]) -> None:
    url, got = request_url
    with Sandbox(SandboxClock(), request_url=url) as sandbox:
        workspace = Workspace(sandbox)
        question = workspace.user("amal").dm("hello")
        workspace.wait_for(lambda: all(one.acked for one in workspace.deliveries(question)))
        workspace.user("amal").command("/partner list")
        verifier = SignatureVerifier(sandbox.signing_secret)
        assert [verifier.is_valid_request(body, headers) for headers, body in got] == [True, True]
        assert json.loads(got[0][1])["event"]["text"] == "hello"
        assert b"command=%2Fpartner&text=list" in got[1][1]
        assert workspace.transcript("C-ops") == ["proviso (only amal sees): noted"]
