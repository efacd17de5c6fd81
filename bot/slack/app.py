"""Puts the Bolt app together: the inbox before everything, then one listener file a kind of payload."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App

from bot.conversations.threads import Conversations
from bot.slack.admission import Admission
from bot.slack.arrivals import Arrivals
from bot.slack.inbox_middleware import InboxMiddleware
from bot.slack.listeners import actions, commands, events, outdated, views
from bot.slack.privacy import Privacy
from bot.slack.responder import Responder
from bot.work.inbox import Inbox

# Bolt's default of five starves buttons while slow work runs.
LISTENERS = 40


def build_bolt(
    responder: Responder,
    inbox: Inbox,
    conversations: Conversations,
    *,
    privacy: Privacy | None = None,
    arrivals: Arrivals | None = None,
    signing_secret: str | None = None,
    listeners: int = LISTENERS,
) -> App:
    """A Bolt app on `responder.client`, for Socket Mode and HTTP alike. `privacy` is asked before an event is acked,
    `arrivals` counts them.

    It calls auth.test now: a token that is first checked when an event arrives could lose that event. Raises what the
    call raises.
    """
    # Bolt warns that our client goes before the SLACK_BOT_TOKEN of the environment, which is what is meant.
    logging.getLogger("slack_bolt.App").setLevel(logging.ERROR)
    app = App(
        name="proviso",
        client=responder.client,
        signing_secret=signing_secret or "",
        before_authorize=Admission(str(responder.client.auth_test()["team_id"])),
        listener_executor=ThreadPoolExecutor(max_workers=listeners, thread_name_prefix="listener"),
    )
    first = InboxMiddleware(inbox, responder.teams, conversations, privacy or responder.privacy, arrivals)
    app.use(first.handle)
    commands.register(app, responder, inbox, conversations)
    actions.register(app, responder, inbox, conversations)
    views.register(app, responder)
    events.register(app)
    # Last: they take whatever no other listener knows.
    outdated.register(app, responder)
    return app
