"""The HTTP side: `/slack/events` with the signature's traps closed, and `/healthz`."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import uvicorn
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.slack.connections import TimedConnection

logger = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
# Slack's own payloads nest some twenty deep.
MOST_DEEP = 100
# `/healthz` answers within the first, and whoever asks it waits for the second.
HEALTH_SECONDS = 4.0
ASK_SECONDS = 6.0
# As many connections are taken up at one go: more than the cap on those that wait would exhaust the file handles.
BACKLOG = 100
Health = Callable[[], Mapping[str, Any]]


def application(app: App | None, health: Health, signing_secret: str | None = None) -> Starlette:
    """Routes for `/healthz`, and for `/slack/events` when an app is given.

    `health` returns a JSON object whose "ok" decides between 200 and 503.
    """
    routes = [Route("/healthz", _healthz(health))]
    if app is not None:
        routes.append(Route("/slack/events", _events(app, signing_secret or ""), methods=["POST"]))
    return Starlette(routes=routes)


def _healthz(health: Health) -> Callable[[Request], Awaitable[Response]]:
    """Answers in time, whatever `health` waits for: while one look is stuck, no other begins."""
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")
    looking: list[Future[Mapping[str, Any]]] = []

    async def healthz(_request: Request) -> Response:
        if not looking or looking[0].done():
            looking[:] = [thread.submit(health)]
        found: dict[str, Any]
        look = asyncio.shield(asyncio.wrap_future(looking[0]))
        try:
            found = dict(await asyncio.wait_for(look, HEALTH_SECONDS))
        except Exception as error:  # a look that fails has found something
            logger.warning("health unknown: %s", type(error).__name__)
            found = {"ok": False, "jobs": {}, "problem": "The database does not answer; run `proviso doctor`."}
        return JSONResponse(found, 200 if found.get("ok") else 503)

    return healthz


def _events(app: App, signing_secret: str) -> Callable[[Request], Awaitable[Response]]:
    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        try:
            incoming = await _read(request, verifier)
        except Rejected as rejected:
            logger.warning("a request was refused with %d: %s", rejected.status, rejected)
            return PlainTextResponse(str(rejected), rejected.status)
        except ClientDisconnect:
            return Response(status_code=400)
        return to_starlette_response(await run_in_threadpool(app.dispatch, incoming))

    return events


class Rejected(Exception):
    """A request that is not Slack's, or none that Slack would send; `status` is the answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def _read(request: Request, verifier: SignatureVerifier) -> BoltRequest:
    """The request for Bolt, parsed only once its signature is known to be right. Raises Rejected."""
    body = await _limited(request)
    if not _is_signed(request, body, verifier):
        raise Rejected(401, "the signature is not Slack's")
    try:
        incoming = to_bolt_request(request, body)
        payload = incoming.body
    except Exception as error:  # Bolt reads ids out of every corner of the payload
        raise Rejected(400, "the body is not a payload of Slack's") from error
    if not isinstance(payload, dict) or not payload or not _is_shallow(payload):
        raise Rejected(400, "the body is not a payload of Slack's")
    return incoming


def _is_signed(request: Request, body: bytes, verifier: SignatureVerifier) -> bool:
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    # The verifier reads the timestamp as a number and compares ASCII alone, without asking whether they are that.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and signature.isascii()):
        return False
    try:
        return bool(verifier.is_valid(body, timestamp, signature))
    except UnicodeDecodeError:  # the verifier reads the body as UTF-8, which Slack's always is
        return False


def _is_shallow(value: Any) -> bool:
    """Whether a value nests within what Slack sends; more would exhaust the stack of whoever walks through it."""
    level = [value]
    for _ in range(MOST_DEEP):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return True
    return False


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


async def _limited(request: Request) -> bytes:
    """The body; raises Rejected when it is larger than anything Slack sends."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Rejected(413, "the body is too large")
    return body


class HttpServer:
    """uvicorn in a thread of its own. `address` is "host:port"."""

    def __init__(self, address: str, routes: Starlette) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]") or "127.0.0.1", int(port)
        config = uvicorn.Config(
            routes,
            http=TimedConnection,
            ws="none",
            backlog=BACKLOG,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
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
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=ASK_SECONDS)
    try:
        connection.request("GET", "/healthz")
        found = json.loads(connection.getresponse().read(MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return found if isinstance(found, dict) and isinstance(found.get("jobs"), dict) else None
