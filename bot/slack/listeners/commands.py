"""Slash commands: one a noun of the registry, answered to the person who typed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.slack.responder import Asker, Responder
from bot.views.blocks import is_modal


def register(app: App, responder: Responder) -> None:
    """A command for every noun that can be typed."""
    for noun in responder.registry.nouns("slash"):
        app.command(f"/{noun}")(_handler(responder, noun))


def _handler(responder: Responder, noun: str) -> Callable[..., None]:
    def handle(ack: Ack, command: dict[str, Any]) -> None:
        ack()
        asker = Asker(command["team_id"], command["user_id"], command["channel_id"], command.get("response_url"))
        responder.guarded(asker, lambda: _run(responder, asker, noun, command))

    return handle


def _run(responder: Responder, asker: Asker, noun: str, command: dict[str, Any]) -> None:
    call = responder.registry.parse(noun, command.get("text") or "")
    context = responder.context(asker)
    view = responder.registry.ask(context, call) if call.action.form else responder.registry.run(context, call)
    if is_modal(view):
        responder.open_modal(asker, command["trigger_id"], view)
    else:
        responder.tell(asker, view)
