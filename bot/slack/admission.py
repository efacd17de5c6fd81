"""What is let in: payloads of the workspace that this bot serves, with the parts that every listener relies on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware

logger = logging.getLogger(__name__)

FORMS = frozenset({"view_submission", "view_closed"})
INTERACTIVE = FORMS | {"block_actions", "block_suggestion", "shortcut", "message_action"}
KNOWN = INTERACTIVE | {"event_callback"}


class Admission(Middleware):
    """A Bolt middleware for before everything else; `own` is Slack's id of the workspace that the token is for.

    What is not let in is acked, kept nowhere and answered to nobody. (A function would not do as a middleware: Bolt
    takes the payload apart for its arguments, and trips over what this turns away.)
    """

    def __init__(self, own: str) -> None:
        self._own = own

    def process(self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse]) -> BoltResponse:
        """Hand on what is let in."""
        if req.body.get("type") == "url_verification":
            return next()
        problem = problem_with(req.body, req.context.team_id, self._own)
        if problem is None:
            return next()
        logger.warning("a payload was dropped: %s", problem)
        return BoltResponse(status=200, body="")


def problem_with(body: Mapping[str, Any], team: str | None, own: str) -> str | None:
    """Why a payload is not for this bot, in words that quote nothing of it; None when it is.

    `team` is the workspace that Bolt reads from the payload, `own` the one that the token is for.
    """
    kind = body.get("type")
    # Bolt falls back on the person's own workspace, which proves nothing of where they clicked.
    given = _id(body.get("team")) if kind in INTERACTIVE else team
    checks = {
        "it is not of this workspace": given == own,
        "it is of an unknown kind": kind in KNOWN or "command" in body,
        "it holds no event": kind != "event_callback" or isinstance(body.get("event"), dict),
        "it does not say who acts": kind not in INTERACTIVE or _id(body.get("user")) is not None,
        "it does not say who typed it where": "command" not in body or _are_texts(body, "user_id", "channel_id"),
        "it holds no action": kind != "block_actions" or _are_objects(body.get("actions")),
        "it holds no form": kind not in FORMS or _id(body.get("view")) is not None,
    }
    return next((problem for problem, passed in checks.items() if not passed), None)


def _id(thing: Any) -> str | None:
    found = thing.get("id") if isinstance(thing, dict) else None
    return found if isinstance(found, str) else None


def _are_texts(body: Mapping[str, Any], *parts: str) -> bool:
    return all(isinstance(body.get(part), str) for part in parts)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
