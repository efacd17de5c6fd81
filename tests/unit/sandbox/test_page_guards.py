"""The page's own API answers the page that this server handed out, and nobody else."""

from __future__ import annotations

import http.client
import json
import re
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox

SAY = {"do": "say", "user": "U0AMAL", "channel": "C0OPS", "text": "hello"}


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1]), timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, json.dumps(body) if body else None, named)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text, {name.lower(): value for name, value in response.getheaders()}


def test_the_page_carries_its_session_and_a_strict_policy(standing: Sandbox) -> None:
    status, text, headers = ask(standing, "GET", "/")
    assert status == 200
    assert standing.session in text
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        assert ask(standing, "GET", address)[0] == 200


def test_the_page_loads_nothing_from_outside_and_never_parses_html(standing: Sandbox) -> None:
    _, text, _ = ask(standing, "GET", "/static/app.js")
    names = set(re.findall(r'from "\./(\w+\.js)"', text)) | {"text.js", "elements.js"}
    for name in names | {"app.js"}:
        source = ask(standing, "GET", f"/static/{name}")[1]
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", source)
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)[a-z]", source)


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/%2e%2e%2fserver.py", "/static/server.py"])
def test_only_the_pages_own_files_are_served(standing: Sandbox, path: str) -> None:
    assert ask(standing, "GET", path)[0] == 404


def test_a_call_with_the_session_is_done(sandbox: Sandbox, workspace: Workspace) -> None:
    status, _, _ = ask(sandbox, "POST", "/page/do", SAY, X_Sandbox_Session=sandbox.session, Origin=sandbox.url)
    assert status == 200
    assert workspace.transcript("C-ops") == ["amal: hello"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"X_Sandbox_Session": "guess"}, 403),
        ({"X_Sandbox_Session": "SESSION", "Origin": "http://evil.example"}, 403),
        ({"X_Sandbox_Session": "SESSION", "Origin": "null"}, 403),
        ({"X_Sandbox_Session": "SESSION", "Host": "evil.example"}, 421),
        ({"X_Sandbox_Session": "SESSION", "Host": "127.0.0.1.evil.example:80"}, 421),
    ],
)
def test_other_pages_cannot_drive_it(
    sandbox: Sandbox, workspace: Workspace, headers: dict[str, str], status: int
) -> None:
    given = {name: sandbox.session if value == "SESSION" else value for name, value in headers.items()}
    assert ask(sandbox, "POST", "/page/do", SAY, **given)[0] == status
    assert ask(sandbox, "GET", "/page/state?user=U0AMAL", **given)[0] == status
    assert workspace.transcript("C-ops") == []


@pytest.mark.parametrize(
    ("session", "origin"), [("guess", None), ("SESSION", "http://evil.example"), ("SESSION", "null")]
)
def test_other_pages_cannot_listen(standing: Sandbox, session: str, origin: str | None) -> None:
    session = standing.session if session == "SESSION" else session
    address = f"{standing.url.replace('http', 'ws', 1)}/page/changes?session={session}"
    with pytest.raises(InvalidStatus), connect(address, origin=origin):  # type: ignore[arg-type]  # a plain string will do
        pass


def test_the_page_hears_of_changes(sandbox: Sandbox, workspace: Workspace) -> None:
    address = f"{sandbox.url.replace('http', 'ws', 1)}/page/changes?session={sandbox.session}"
    with connect(address) as socket:
        workspace.user("amal").say("C-ops", "hello")
        assert json.loads(socket.recv(timeout=5)) == {"changed": True}


def test_what_one_person_alone_sees_is_not_in_anothers_state(sandbox: Sandbox, workspace: Workspace) -> None:
    workspace.world.post(workspace.channel("C-ops"), "U0PROVISO", "secret", visible_to="U0AMAL")

    def state(user: str) -> str:
        return ask(sandbox, "GET", f"/page/state?user={user}&channel=C0OPS", X_Sandbox_Session=sandbox.session)[1]

    assert "secret" in state("U0AMAL")
    assert "secret" not in state("U0BO")


def test_a_socket_needs_a_ticket_of_its_own(standing: Sandbox) -> None:
    with pytest.raises(InvalidStatus), connect(f"{standing.url.replace('http', 'ws', 1)}/link/guess"):
        pass


@pytest.mark.parametrize(
    "body", [{}, {"do": "fly", "user": "U0AMAL"}, {"do": "act", "user": "U0AMAL", "view": "V9"}, []]
)
def test_nonsense_from_the_page_is_answered_politely(standing: Sandbox, body: Any) -> None:
    status, text, _ = ask(standing, "POST", "/page/do", body or {"x": 1}, X_Sandbox_Session=standing.session)
    assert (status, json.loads(text)) == (400, {"error": "that is not there any more"})
