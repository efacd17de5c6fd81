"""Running against Slack until told to stop: Socket Mode when there is an app token, HTTP otherwise."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.errors import ServiceUnavailable, SettingsError
from bot.slack.client import build_client, error_code
from bot.slack.failures import CREDENTIALS
from bot.slack.http import Health, HttpServer, application
from bot.slack.manifest import missing_scopes

logger = logging.getLogger(__name__)

# Envelopes handled at once on one connection; each is a row or an ack, never the work itself.
CONCURRENCY = 20


def check_token(client: WebClient) -> str:
    """The workspace (Slack's id) the token is for.

    Refuses to start with a token that is refused or lacks a scope; raises SettingsError, ServiceUnavailable.
    """
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        code = error_code(error)
        if code in CREDENTIALS:
            raise SettingsError(
                f"Slack refused SLACK_BOT_TOKEN: {code}. Nothing was started; set a valid token."
            ) from error
        raise ServiceUnavailable(
            f"Slack answered {code} to auth.test. Nothing was started; try again later."
        ) from error
    except Exception as error:  # no name, no route, a broken answer: all the same to who starts it
        raise ServiceUnavailable(
            "Slack does not answer. Nothing was started; check SLACK_API_URL and the network."
        ) from error
    granted = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), None)
    if granted is None:
        logger.warning("the server does not say which scopes the token has")
    missing = missing_scopes(granted)
    if missing:
        raise SettingsError(
            f"The bot token lacks the scopes {', '.join(missing)}. Nothing was started; update the app from "
            "`proviso manifest` and install it again."
        )
    return str(answer["team_id"])


def check_app_token(app_token: str, api_url: str) -> None:
    """Ask for a Socket Mode address; raises SettingsError when the token is refused, ServiceUnavailable."""
    try:
        build_client(app_token, api_url).apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise _app_token_refused(error) from error
    except Exception as error:  # as in check_token
        raise ServiceUnavailable(
            "Slack's Socket Mode does not answer. Nothing was started; try again later."
        ) from error


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set; to be called on the main thread."""
    stop = threading.Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop


def serve(
    app: App,
    *,
    app_token: str | None,
    address: str,
    health: Health,
    stop: threading.Event,
    on_ready: Callable[[], None],
) -> None:
    """Serve until `stop` is set; `on_ready` is called once connected. `address` is "host:port".

    In Socket Mode `/healthz` is a courtesy: where the address is taken (another replica has it), it is left out.
    Raises SettingsError when Slack refuses the app token, OSError when the address is taken in HTTP mode.
    """
    server = HttpServer(address, application(None if app_token else app, health))
    try:
        server.start()
    except OSError as error:
        if not app_token:
            raise SettingsError(
                f"PROVISO_HTTP={address} cannot be used: {error.strerror}. Nothing was started; set a free address."
            ) from error
        logger.warning("%s is taken: no /healthz from this process", address)
    try:
        if app_token:
            _over_socket(app, app_token, stop, on_ready)
        else:
            on_ready()
            stop.wait()
    finally:
        server.stop()


def connect(app: App, app_token: str) -> SocketModeHandler:
    """An open Socket Mode connection, which the SDK renews by itself; raises SettingsError, ServiceUnavailable."""
    handler = SocketModeHandler(app, app_token, concurrency=CONCURRENCY)
    try:
        handler.client.connect()
    except SlackApiError as error:
        handler.client.close()
        raise _app_token_refused(error) from error
    except Exception as error:  # as in check_token
        handler.client.close()
        raise ServiceUnavailable(
            "Slack's Socket Mode does not answer. Nothing was started; try again later."
        ) from error
    return handler


def _app_token_refused(error: SlackApiError) -> SettingsError:
    return SettingsError(
        f"Slack refused SLACK_APP_TOKEN: {error_code(error)}. Nothing was started; set an app-level token that has the "
        "scope connections:write."
    )


def close(client: SocketModeClient) -> None:
    """End a connection for good."""
    try:
        client.close()
    except AttributeError:
        # The SDK trips over a socket that its other thread has just let go of; it is closed all the same.
        logger.info("the connection was closing already")


def _over_socket(app: App, app_token: str, stop: threading.Event, on_ready: Callable[[], None]) -> None:
    handler = connect(app, app_token)
    try:
        on_ready()
        stop.wait()
    finally:
        close(handler.client)
