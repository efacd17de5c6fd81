"""A running sandbox, and a small Bolt app connected to it over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox

MODAL = {
    "type": "modal",
    "callback_id": "new_partner",
    "title": {"type": "plain_text", "text": "New partner"},
    "submit": {"type": "plain_text", "text": "Add"},
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "name"},
        },
        {
            "type": "input",
            "block_id": "cadence",
            "optional": True,
            "label": {"type": "plain_text", "text": "Cadence"},
            "element": {
                "type": "static_select",
                "action_id": "cadence",
                "options": [
                    {"text": {"type": "plain_text", "text": "Quarterly"}, "value": "3 months"},
                    {"text": {"type": "plain_text", "text": "Yearly"}, "value": "12 months"},
                ],
            },
        },
    ],
}
BUTTON = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": "show", "text": {"type": "plain_text", "text": "Show passage"}, "value": "p1"}
    ],
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxClock(), retries=(0.0, 0.1, 0.2)) as running:
        yield running


@pytest.fixture(scope="session")
def standing() -> Iterator[Sandbox]:
    """One sandbox for all tests that leave nothing behind."""
    with Sandbox(SandboxClock()) as running:
        yield running


@pytest.fixture(scope="session")
def standing_client(standing: Sandbox) -> WebClient:
    return WebClient(standing.bot_token, base_url=standing.api_url, retry_handlers=[])


@pytest.fixture
def workspace(sandbox: Sandbox) -> Workspace:
    return Workspace(sandbox)


@pytest.fixture
def client(sandbox: Sandbox) -> WebClient:
    return WebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


class Seen:
    """What the small app received: (kind, body), and its own switch to go deaf."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.lock = threading.Lock()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [body for body in self.bodies if kind in (body.get("type"), body.get("event", {}).get("type"))]


def small_app(client: WebClient, seen: Seen) -> App:
    app = App(client=client, token=client.token, signing_secret="unused in socket mode")

    @app.middleware
    def remember(body: dict[str, Any], req: Any, next: Callable[[], Any]) -> Any:
        with seen.lock:
            seen.bodies.append(body)
            seen.headers.append(req.headers)
        return next()

    _messages(app)
    _forms(app)
    return app


def _messages(app: App) -> None:
    @app.event("app_mention")
    def answer(event: dict[str, Any], say: Any) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"For <@{event['user']}>"}}, BUTTON]
        say(text="an answer", blocks=blocks, thread_ts=event["ts"])

    @app.event("message")
    def message(event: dict[str, Any], say: Any) -> None:
        if event["channel_type"] == "im":
            say("hello")

    @app.action("show")
    def show(ack: Any, action: dict[str, Any], respond: Any) -> None:
        ack()
        respond(f"passage {action['value']}", replace_original=False)


def _forms(app: App) -> None:
    @app.command("/partner")
    def command(ack: Any, command: dict[str, Any], client: WebClient, respond: Any) -> None:
        if command["text"] == "deaf":
            return
        if command["text"].startswith("say"):
            ack(f"heard {command['text']}")
            return
        ack()
        if command["text"] == "later":
            respond("later")
        else:
            client.views_open(trigger_id=command["trigger_id"], view=MODAL)

    @app.view("new_partner")
    def submitted(ack: Any, view: dict[str, Any], client: WebClient) -> None:
        values = view["state"]["values"]
        name = values["name"]["name"]["value"]
        if name == "taken":
            ack(response_action="errors", errors={"name": "That name is taken."})
            return
        ack()
        cadence = values["cadence"]["cadence"]["selected_option"]
        client.chat_postMessage(channel="C0OPS", text=f"{name}, {cadence and cadence['value']}")


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def app(client: WebClient, seen: Seen) -> App:
    return small_app(client, seen)


@pytest.fixture
def connected(app: App, sandbox: Sandbox, workspace: Workspace) -> Iterator[Workspace]:
    """The workspace with the small app connected by Socket Mode."""
    handler = SocketModeHandler(app, sandbox.app_token, ping_interval=1)
    handler.connect()
    workspace.wait_until_connected()
    yield workspace
    handler.client.auto_reconnect_enabled = False
    threading.Thread(target=handler.close, daemon=True).start()  # the SDK takes seconds to end its threads
