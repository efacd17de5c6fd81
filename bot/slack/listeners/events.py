"""Events: questions are in the inbox by now; everything else is acked, so that Slack does not send it again."""

from __future__ import annotations

import re

from slack_bolt import App

_ANY = re.compile(".*")


def register(app: App) -> None:
    """Ack every event that the inbox middleware did not keep."""
    app.event(_ANY)(_nothing_to_do)


def _nothing_to_do() -> None:
    """Bolt acks events by itself, before this is called."""
