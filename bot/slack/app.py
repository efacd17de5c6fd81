"""Puts the Bolt app together: the inbox before everything, then one listener file a kind of payload."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App

from bot.slack.front import Front
from bot.slack.inbox_middleware import InboxMiddleware
from bot.slack.listeners import actions, commands, events, views
from bot.work.inbox import Inbox

# Bolt's default of five starves buttons while slow work runs.
LISTENERS = 40


def build_bolt(
    front: Front,
    inbox: Inbox,
    *,
    signing_secret: str | None = None,
    listeners: int = LISTENERS,
    verify_token: bool = True,
) -> App:
    """A Bolt app on `front.client`, for Socket Mode and HTTP alike.

    With `verify_token` it calls auth.test once, now: a token that is first checked when an event arrives could lose
    that event. Raises what the call raises.
    """
    app = App(
        name="proviso",
        client=front.client,
        signing_secret=signing_secret or "",
        token_verification_enabled=verify_token,
        listener_executor=ThreadPoolExecutor(max_workers=listeners, thread_name_prefix="listener"),
    )
    app.use(InboxMiddleware(inbox, front.teams).handle)
    commands.register(app, front)
    actions.register(app, front, inbox)
    views.register(app, front)
    events.register(app)
    return app
