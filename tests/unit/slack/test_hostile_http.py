"""What is not Slack's, and what Slack would never send, costs a line in the log and nobody else's time."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import quote

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.http_delivery import signature
from bot.slack import connections
from bot.slack import http as ours
from bot.slack.http import HttpServer, application

SECRET = "a-secret"
DEEP = "[" * 3000 + "]" * 3000
BELOW_THE_PARSERS_LIMIT = '{"a":' * 400 + "1" + "}" * 400
MALFORMED = {
    "braces": "{{{{",
    "a list": "[1,2]",
    "nothing": "null",
    "a number": "5",
    "no body": "",
    "half a payload": "payload={nope",
    "a payload that is a list": f"payload={quote('[1]')}",
    "brackets 3,000 deep": DEEP,
    "a payload 3,000 deep": f"payload={quote(DEEP)}",
    "objects 400 deep": BELOW_THE_PARSERS_LIMIT,
    "a team that is a number": '{"type": "block_actions", "team": 5, "user": {"id": "U1"}}',
    "authorizations that are a number": '{"type": "event_callback", "authorizations": 5, "event": {}}',
    "not UTF-8": b"{\xff",
}


@pytest.fixture
def server(client: WebClient) -> Iterator[HttpServer]:
    app = App(client=client, signing_secret=SECRET, token_verification_enabled=False)
    server = HttpServer("127.0.0.1:0", application(app, lambda: {"ok": True}, SECRET))
    server.start()
    yield server
    server.stop()


def post(server: HttpServer, body: str | bytes, **headers: str) -> int:
    raw = body if isinstance(body, bytes) else body.encode()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.putrequest("POST", "/slack/events")
        for name, value in ({"Content-Length": str(len(raw))} | headers).items():
            connection.putheader(name.replace("_", "-"), value.encode())
        connection.endheaders(raw)
        return connection.getresponse().status


def signed(body: str | bytes, content_type: str | None = None) -> dict[str, str]:
    raw, timestamp = body if isinstance(body, bytes) else body.encode(), str(int(time.time()))
    form = "application/x-www-form-urlencoded" if raw.startswith(b"payload=") else "application/json"
    return {
        "X_Slack_Signature": signature(SECRET, timestamp, raw),
        "X_Slack_Request_Timestamp": timestamp,
        "Content_Type": content_type or form,
    }


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_signed_is_refused_before_it_is_parsed(
    server: HttpServer, body: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    now = str(int(time.time()))
    with caplog.at_level(logging.WARNING):
        assert post(server, body, X_Slack_Request_Timestamp=now, X_Slack_Signature="v0=00") == 401
    assert caplog.messages == ["a request was refused with 401: the signature is not Slack's"]


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_signed_and_no_payload_is_answered_with_400(
    server: HttpServer, body: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    expected = 401 if isinstance(body, bytes) else 400  # a signature is of UTF-8 alone
    with caplog.at_level(logging.WARNING):
        assert post(server, body, **signed(body)) == expected
    assert len(caplog.messages) == 1
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize("given", ["v0=é", "v0=" + "１" * 64, "", "v0="])
def test_a_signature_of_other_letters_is_refused(server: HttpServer, given: str) -> None:
    assert post(server, "{}", **(signed("{}") | {"X_Slack_Signature": given})) == 401


def test_health_answers_beside_1100_half_open_requests(server: HttpServer) -> None:
    with ExitStack() as held:
        for n in range(1100):
            one = held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            one.sendall(b"POST /slack/events HTTP/1.1\r\nHost: a\r\n" if n % 2 else b"")
        began = time.monotonic()
        assert healthy(server)
        assert time.monotonic() - began < 5


def test_a_request_that_stops_half_way_is_closed_in_time(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    head = b"POST /slack/events HTTP/1.1\r\nHost: a\r\n"
    for sent in (b"", head, head + b"Content-Length: 10\r\n\r\n", head + b"Content-Length: 10\r\n\r\n{}"):
        with socket.create_connection(("127.0.0.1", server.port), 10) as one:
            one.sendall(sent)
            began = time.monotonic()
            assert ended(one)
            assert time.monotonic() - began < 5


def test_a_request_that_drips_is_closed_in_time(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", server.port), 10) as one:
        one.settimeout(0.05)
        one.sendall(b"POST /slack/events HTTP/1.1\r\n")
        began = time.monotonic()
        while not ended(one, b"a"):
            assert time.monotonic() - began < 5


def test_a_connection_may_be_used_again_for_a_whole_request(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/healthz")
        assert json.loads(connection.getresponse().read()) == {"ok": True}
    assert connection.sock is not None
    assert ended(connection.sock)


def test_health_that_waits_for_its_database_is_answered_with_503_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "HEALTH_SECONDS", 0.2)
    answers, looks = threading.Event(), 0

    def look() -> dict[str, Any]:
        nonlocal looks
        looks += 1
        answers.wait(10)
        return {"ok": True}

    server = HttpServer("127.0.0.1:0", application(None, look))
    server.start()
    try:
        assert [healthy(server) for _ in range(5)] == [False] * 5
        assert looks == 1
        answers.set()
        assert healthy(server)
    finally:
        server.stop()


def healthy(server: HttpServer) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200


def ended(one: socket.socket, more: bytes = b"") -> bool:
    """Whether the other side has closed the connection; waits as long as the socket does."""
    try:
        if more:
            one.sendall(more)
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
