"""Slash commands: one a noun of the registry, answered to the person who typed it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.actions.asking import ASK, check_length
from bot.actions.registry import Call
from bot.conversations.threads import Conversations
from bot.slack.inbox_middleware import Keep, Question, keep_question
from bot.slack.responder import Asker, Responder, error_view
from bot.slack.threads import plain_words
from bot.views.blocks import is_modal
from bot.work.inbox import Inbox
from bot.work.outbox import post_key


def register(app: App, responder: Responder, inbox: Inbox, conversations: Conversations) -> None:
    """A command for every noun that can be typed. A question is in the inbox before Slack hears that it has arrived."""
    keep = partial(keep_question, inbox, conversations)
    for noun in responder.registry.nouns("slash"):
        app.command(f"/{noun}")(_handler(responder, keep, noun))


def _handler(responder: Responder, keep: Keep, noun: str) -> Callable[..., None]:
    def handle(ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
        asker = Asker(command["team_id"], command["user_id"], command["channel_id"], command.get("response_url"))
        try:
            call = _read(responder, noun, command, context.bot_user_id)
            new = call.action.name != ASK or _kept(responder, keep, asker, command, call.values["question"])
            then = partial(_run, responder, asker, call, command) if new else _do_nothing
        except Exception as error:  # told like any other, once Slack has its ack
            then = partial(responder.tell, asker, error_view(error))
        ack()
        responder.guarded(asker, then)

    return handle


def _read(responder: Responder, noun: str, command: dict[str, Any], bot_user: str | None) -> Call:
    """What was typed, as a call; a question in plain words."""
    call = responder.registry.parse(noun, command.get("text") or "")
    if call.action.name != ASK:
        return call
    return Call(call.action, {"question": plain_words(call.values["question"], bot_user)})


def _kept(responder: Responder, keep: Keep, asker: Asker, command: dict[str, Any], question: str) -> bool:
    """Keep a question, if there is one; False when the same command was delivered before."""
    check_length(question)
    key = post_key(ASK, asker.channel, asker.user, command["trigger_id"])
    asked = Question.of(key, str(asker.channel), None, asker.user, question, private=True)
    return not question or keep(asked, responder.teams.id_of(asker.slack_team))


def _do_nothing() -> None:
    """The command was delivered before, and is answered already."""


def _run(responder: Responder, asker: Asker, call: Call, command: dict[str, Any]) -> None:
    context = responder.context(asker)
    view = responder.registry.ask(context, call) if call.action.form else responder.registry.run(context, call)
    if is_modal(view):
        responder.open_modal(asker, command["trigger_id"], view)
    else:
        responder.tell(asker, view)
