"""The HTTP side: `/slack/events` with the signature's traps closed, and `/healthz`."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

logger = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
HEALTH_SECONDS = 5
Health = Callable[[], Mapping[str, Any]]


def application(app: App | None, health: Health) -> Starlette:
    """Routes for `/healthz`, and for `/slack/events` when an app is given.

    `health` returns a JSON object whose "ok" decides between 200 and 503.
    """
    routes = [Route("/healthz", _healthz(health))]
    if app is not None:
        routes.append(Route("/slack/events", _events(app), methods=["POST"]))
    return Starlette(routes=routes)


def _healthz(health: Health) -> Callable[[Request], Response]:
    def healthz(_request: Request) -> Response:
        found = dict(health())
        return JSONResponse(found, 200 if found.get("ok") else 503)

    return healthz


def _events(app: App) -> Callable[[Request], Any]:
    async def events(request: Request) -> Response:
        # Bolt reads the timestamp as a number without asking whether it is one, and would answer 500.
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return PlainTextResponse("bad timestamp", 401)
        body = await _limited(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            incoming = to_bolt_request(request, body)
        except UnicodeDecodeError:
            return PlainTextResponse("not text", 400)
        return to_starlette_response(await run_in_threadpool(app.dispatch, incoming))

    return events


async def _limited(request: Request) -> bytes | None:
    """The body; None when it is larger than anything Slack sends."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return body


class HttpServer:
    """uvicorn in a thread of its own. `address` is "host:port"."""

    def __init__(self, address: str, routes: Starlette) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]") or "127.0.0.1", int(port)
        config = uvicorn.Config(routes, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None
        self.port = self._port

    def start(self) -> None:
        """Returns when it answers; raises OSError when the address is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._host, self._port))
        except OSError:
            listening.close()
            raise
        self.port = int(listening.getsockname()[1])
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="http", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Finish what is being answered, then end."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=10)


def ask_health(address: str) -> dict[str, Any] | None:
    """What the bot on this address ("host:port") says of its health; None where none answers."""
    host, _, port = address.rpartition(":")
    host = "127.0.0.1" if host in ("", "0.0.0.0", "[::]") else host  # noqa: S104 - compared, never bound
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/healthz")
        found = json.loads(connection.getresponse().read(MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return found if isinstance(found, dict) and isinstance(found.get("jobs"), dict) else None
