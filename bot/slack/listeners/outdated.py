"""What no other listener knows: buttons, forms, shortcuts and commands of an earlier version, acked and explained."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from bot.slack.listeners.actions import asker_of
from bot.slack.responder import Asker, Outdated, Responder, error_view
from bot.views.blocks import render_modal

_ANY = re.compile(".*", re.DOTALL)


def register(app: App, responder: Responder) -> None:
    """A listener for whatever is left of each kind that a person waits upon."""

    def explain_button(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        _explain(responder, body)

    def explain_form(ack: Ack) -> None:
        ack(response_action="update", view=render_modal(error_view(Outdated())))

    def explain_command(ack: Ack, command: dict[str, Any]) -> None:
        ack()
        responder.tell(_typed_by(command), error_view(Outdated()))

    app.action(_ANY)(explain_button)
    app.shortcut(_ANY)(explain_button)
    app.view_submission(_ANY)(explain_form)
    app.command(_ANY)(explain_command)
    app.view_closed(_ANY)(_ack)
    app.options(_ANY)(_no_options)


def _explain(responder: Responder, body: dict[str, Any]) -> None:
    """Over the form that holds the button, in a form of its own where there is no conversation, else beside it."""
    asker, outdated = asker_of(body), error_view(Outdated())

    def explain() -> None:
        if body.get("view"):
            responder.update_modal(asker, body["view"]["id"], outdated)
        elif asker.response_url or asker.channel:
            responder.tell(asker, outdated)
        else:
            responder.open_modal(asker, body.get("trigger_id") or "", outdated)

    responder.guarded(asker, explain)


def _typed_by(command: dict[str, Any]) -> Asker:
    return Asker(command["team_id"], command["user_id"], command["channel_id"], command.get("response_url"))


def _ack(ack: Ack) -> None:
    ack()


def _no_options(ack: Ack) -> None:
    ack(options=[])
