"""The HTTP side: what is signed gets in, what is not is turned away with 401, and nothing makes it fall over."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from bot.errors import ServiceUnavailable, SettingsError
from bot.sandbox.driver import Workspace
from bot.slack.client import build_client
from bot.slack.http import MOST_BYTES, HttpServer, application
from bot.slack.serve import check_token, serve

SECRET = "a-secret"
PAYLOAD = json.dumps({"type": "url_verification", "challenge": "here"})


@pytest.fixture
def app(client: WebClient) -> App:
    return App(client=client, signing_secret=SECRET, token_verification_enabled=False)


@pytest.fixture
def server(app: App) -> Iterator[HttpServer]:
    server = HttpServer("127.0.0.1:0", application(app, lambda: {"ok": True, "jobs": {}}, SECRET))
    server.start()
    yield server
    server.stop()


def call(server: HttpServer, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
    return call_address(f"127.0.0.1:{server.port}", path, body, **headers)


def call_address(address: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body.encode() if body is not None else None
    request = urllib.request.Request(f"http://{address}{path}", data, named)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def signed(body: str, timestamp: str | None = None) -> dict[str, str]:
    timestamp = timestamp or str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {
        "X_Slack_Signature": signature,
        "X_Slack_Request_Timestamp": timestamp,
        "Content_Type": "application/json",
    }


def test_what_is_signed_gets_in(server: HttpServer) -> None:
    status, text = call(server, "/slack/events", PAYLOAD, **signed(PAYLOAD))
    assert (status, json.loads(text)) == (200, {"challenge": "here"})


@pytest.mark.parametrize("timestamp", ["abc", "", "12e3", "１２３", "9" * 40, "-5"])
def test_a_timestamp_that_is_no_number_is_turned_away(server: HttpServer, timestamp: str) -> None:
    headers = signed(PAYLOAD) | {"X_Slack_Request_Timestamp": timestamp.encode("ascii", "replace").decode()}
    assert call(server, "/slack/events", PAYLOAD, **headers)[0] == 401


def test_a_bad_signature_and_an_old_one_are_turned_away(server: HttpServer) -> None:
    assert call(server, "/slack/events", PAYLOAD, **signed("something else"))[0] == 401
    assert call(server, "/slack/events", PAYLOAD, **signed(PAYLOAD, str(int(time.time()) - 400)))[0] == 401
    assert call(server, "/slack/events", PAYLOAD)[0] == 401


def test_a_body_larger_than_anything_slack_sends_is_not_read(server: HttpServer) -> None:
    body = "x" * (MOST_BYTES + 1)
    assert call(server, "/slack/events", body, **signed(body))[0] == 413


def test_health_is_told_with_its_status() -> None:
    state: dict[str, Any] = {"ok": True}
    server = HttpServer("127.0.0.1:0", application(None, lambda: state))
    server.start()
    try:
        assert call(server, "/healthz") == (200, '{"ok":true}')
        state["ok"] = False
        assert call(server, "/healthz")[0] == 503
        assert call(server, "/slack/events", PAYLOAD)[0] == 404
    finally:
        server.stop()


def served(app: App, app_token: str | None, address: str = "127.0.0.1:0") -> tuple[threading.Thread, threading.Event]:
    stop, ready = threading.Event(), threading.Event()
    arguments: dict[str, Any] = {"app_token": app_token, "address": address, "stop": stop, "on_ready": ready.set}
    thread = threading.Thread(
        target=serve, args=(app,), kwargs={**arguments, "health": lambda: {"ok": True}, "signing_secret": SECRET}
    )
    thread.start()
    assert ready.wait(10)
    return thread, stop


def test_serving_ends_when_it_is_told_to(app: App, workspace: Workspace) -> None:
    for token in (None, workspace.sandbox.app_token):
        thread, stop = served(app, token)
        if token:
            workspace.wait_until_connected()
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_an_address_that_is_taken_matters_over_http_alone(app: App, server: HttpServer, workspace: Workspace) -> None:
    taken = f"127.0.0.1:{server.port}"
    thread, stop = served(app, workspace.sandbox.app_token, taken)
    stop.set()
    thread.join(10)
    with pytest.raises(SettingsError, match=r"PROVISO_HTTP=.* cannot be used"):
        serve(app, app_token=None, address=taken, health=dict, signing_secret=SECRET, stop=stop, on_ready=lambda: None)


def test_a_token_is_checked_before_anything_starts(client: WebClient, workspace: Workspace) -> None:
    assert check_token(client) == "T0SANDBOX"
    with pytest.raises(SettingsError, match="Slack refused SLACK_BOT_TOKEN: invalid_auth"):
        check_token(build_client("xoxb-wrong", workspace.sandbox.api_url))
    with pytest.raises(ServiceUnavailable, match="Slack does not answer"):
        check_token(build_client("xoxb-x", "http://127.0.0.1:9/api/"))


def test_a_scope_that_the_bot_can_do_without_is_missed_in_the_log(
    client: WebClient, workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    scopes = workspace.sandbox.manifest.scopes
    scopes.remove("groups:read")
    try:
        assert check_token(client) == "T0SANDBOX"
    finally:
        scopes.append("groups:read")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("bot")] == [
        "the bot token lacks the scope groups:read: the register is shown in no private channel"
    ]


def test_a_scope_that_is_missing_is_named(client: WebClient, workspace: Workspace) -> None:
    scopes = workspace.sandbox.manifest.scopes
    scopes.remove("users:read")
    try:
        with pytest.raises(SettingsError, match="lacks the scopes users:read"):
            check_token(client)
    finally:
        scopes.append("users:read")
