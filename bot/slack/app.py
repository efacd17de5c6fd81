"""Puts the Bolt app together: the inbox before everything, then one listener file a kind of payload."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App

from bot.slack.admission import Admission
from bot.slack.front import Front
from bot.slack.inbox_middleware import InboxMiddleware
from bot.slack.listeners import actions, commands, events, outdated, views
from bot.work.inbox import Inbox

# Bolt's default of five starves buttons while slow work runs.
LISTENERS = 40


def build_bolt(
    front: Front,
    inbox: Inbox,
    *,
    signing_secret: str | None = None,
    listeners: int = LISTENERS,
) -> App:
    """A Bolt app on `front.client`, for Socket Mode and HTTP alike.

    It calls auth.test now: a token that is first checked when an event arrives could lose that event. Raises what the
    call raises.
    """
    app = App(
        name="proviso",
        client=front.client,
        signing_secret=signing_secret or "",
        before_authorize=Admission(str(front.client.auth_test()["team_id"])),
        listener_executor=ThreadPoolExecutor(max_workers=listeners, thread_name_prefix="listener"),
    )
    app.use(InboxMiddleware(inbox, front.teams).handle)
    commands.register(app, front)
    actions.register(app, front, inbox)
    views.register(app, front)
    events.register(app)
    # Last: they take whatever no other listener knows.
    outdated.register(app, front)
    return app
