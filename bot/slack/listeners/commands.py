"""Slash commands: one a noun of the registry, answered to the person who typed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.slack.front import Asker, Front
from bot.views.blocks import is_modal


def register(app: App, front: Front) -> None:
    """A command for every noun that can be typed."""
    for noun in front.registry.nouns("slash"):
        app.command(f"/{noun}")(_handler(front, noun))


def _handler(front: Front, noun: str) -> Callable[..., None]:
    def handle(ack: Ack, command: dict[str, Any]) -> None:
        ack()
        asker = Asker(command["team_id"], command["user_id"], command["channel_id"], command.get("response_url"))
        front.guarded(asker, lambda: _run(front, asker, noun, command))

    return handle


def _run(front: Front, asker: Asker, noun: str, command: dict[str, Any]) -> None:
    call = front.registry.parse(noun, command.get("text") or "")
    context = front.context(asker)
    view = front.registry.ask(context, call) if call.action.form else front.registry.run(context, call)
    if is_modal(view):
        front.open_modal(asker, command["trigger_id"], view)
    else:
        front.tell(asker, view)
