"""Running against Slack until told to stop: Socket Mode when there is an app token, HTTP otherwise."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import ServiceUnavailable, SettingsError
from bot.slack.client import build_client, error_code, refusal
from bot.slack.failures import CREDENTIALS, METHOD
from bot.slack.http import Health, HttpServer, application
from bot.slack.scopes import missing, names, read_granted
from bot.slack.sockets import Sockets

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """What auth.test tells of a token: Slack's id of the workspace, and its scopes (None: the server does not say)."""

    team: str
    granted: frozenset[str] | None


def identify(client: WebClient) -> Identity:
    """Ask Slack whose token it is; raises SettingsError when it is refused, ServiceUnavailable."""
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        code = error_code(error)
        if code in CREDENTIALS | METHOD:
            raise SettingsError(
                f"Slack refused SLACK_BOT_TOKEN: {code}. Nothing was started; set a valid token."
            ) from error
        raise ServiceUnavailable(
            f"Slack answered {refusal(error)} to auth.test. Nothing was started; try again later."
        ) from error
    except Exception as error:  # no name, no route, a broken answer: all the same to who starts it
        raise ServiceUnavailable(
            "Slack does not answer. Nothing was started; check SLACK_API_URL and the network."
        ) from error
    header = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), None)
    return Identity(str(answer["team_id"]), read_granted(header))


def check_token(client: WebClient, *, join_channels: bool = False) -> str:
    """The workspace (Slack's id) the token is for.

    Refuses a token that is refused or lacks a scope without which the bot is of no use; of other scopes it warns what
    does not work without them. Raises SettingsError, ServiceUnavailable.
    """
    identity = identify(client)
    if identity.granted is None:
        logger.warning("the server does not say which scopes the token has")
    lacking = missing(identity.granted, join_channels=join_channels)
    if any(scope.needed for scope in lacking):
        raise SettingsError(
            f"The bot token lacks the scopes {names(scope for scope in lacking if scope.needed)}. Nothing was started; "
            "update the app from `proviso manifest` and install it again."
        )
    for scope in lacking:
        logger.warning("the bot token lacks the scope %s: %s", scope.name, scope.without)
    return identity.team


def check_app_token(app_token: str, api_url: str) -> None:
    """Ask for a Socket Mode address; raises SettingsError when the token is refused, ServiceUnavailable."""
    with _for_who_starts():
        build_client(app_token, api_url).apps_connections_open(app_token=app_token)


def serve(
    app: App,
    *,
    app_token: str | None,
    address: str,
    health: Health,
    signing_secret: str | None = None,
    stop: threading.Event,
    on_ready: Callable[[], None],
) -> None:
    """Serve until `stop` is set; `on_ready` is called once connected. `address` is "host:port".

    In Socket Mode `/healthz` is a courtesy: where the address is taken (another replica has it), it is left out.
    Raises SettingsError when Slack refuses the app token or the address is taken in HTTP mode, ServiceUnavailable.
    """
    sockets = Sockets(app, app_token) if app_token else None
    server = HttpServer(address, application(None if sockets else app, _with_sockets(health, sockets), signing_secret))
    try:
        server.start()
    except OSError as error:
        if sockets is None:
            raise SettingsError(
                f"PROVISO_HTTP={address} cannot be used: {error.strerror}. Nothing was started; set a free address."
            ) from error
        logger.warning("%s is taken: no /healthz from this process", address)
    try:
        if sockets is not None:
            connect(sockets)
        on_ready()
        stop.wait()
    finally:
        if sockets is not None:
            sockets.stop()
        server.stop()


def connect(sockets: Sockets) -> None:
    """Open the first Socket Mode connection; raises SettingsError, ServiceUnavailable."""
    with _for_who_starts():
        sockets.start()


def _with_sockets(health: Health, sockets: Sockets | None) -> Health:
    """The same, with the connections: a process that Slack cannot reach is unhealthy."""
    if sockets is None:
        return health

    def both() -> Mapping[str, Any]:
        found, connections = dict(health()), sockets.health()
        return found | {"ok": bool(found.get("ok")) and connections["ok"], "sockets": connections}

    return both


@contextmanager
def _for_who_starts() -> Iterator[None]:
    """Turns what Socket Mode answers into what is told to whoever starts the bot."""
    try:
        yield
    except SlackApiError as error:
        if error_code(error) in CREDENTIALS | METHOD:
            raise SettingsError(
                f"Slack refused SLACK_APP_TOKEN: {error_code(error)}. Nothing was started; set an app-level token "
                "that has the scope connections:write."
            ) from error
        raise ServiceUnavailable(
            f"Slack answered {refusal(error)} to apps.connections.open. Nothing was started; try again later."
        ) from error
    except Exception as error:  # no name, no route, a broken answer: all the same to who starts it
        raise ServiceUnavailable(
            "Slack's Socket Mode does not answer. Nothing was started; try again later."
        ) from error
