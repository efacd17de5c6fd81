"""The sandbox as a server on this machine: Web API, Socket Mode and the page, in a thread of its own."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from random import Random
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox.clock import SandboxClock
from bot.sandbox.delivery import SLACK_RETRIES, Deliveries
from bot.sandbox.faults import Faults
from bot.sandbox.http_delivery import RequestUrl
from bot.sandbox.interactions import AppManifest, Interactions
from bot.sandbox.page_api import PageApi
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.sockets import Sockets
from bot.sandbox.web_api import Tokens, WebApi
from bot.sandbox.world import World

T = TypeVar("T")

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class LoopbackNamesOnly:
    """Refuses requests that reached this machine under another name (DNS rebinding)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if host.rsplit(":", 1)[0] in LOOPBACK or host in LOOPBACK:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse("this server answers to loopback names only", 421)(scope, receive, send)


class Sandbox:
    """A Slack-shaped workspace. `retries`: seconds before each repetition of an event that was not acked."""

    def __init__(
        self,
        clock: SandboxClock,
        *,
        manifest: Mapping[str, Any] | None = None,
        request_url: str | None = None,
        retries: Sequence[float] = SLACK_RETRIES,
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.bot_token = f"xoxb-sandbox-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-sandbox-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.session = secrets.token_urlsafe(24)
        self.url = ""
        self.manifest = AppManifest()
        if manifest is not None:
            self.manifest.read(manifest)
        self.world = World(clock)
        self.faults = Faults(Random(seed))  # noqa: S311
        self.sockets = Sockets(self.faults, self.world.changed, self._reset)
        transport = RequestUrl(request_url, self.signing_secret) if request_url else self.sockets
        self.deliveries = Deliveries(transport, self.faults, retries)
        self.interactions = Interactions(self.world, self.deliveries, self.manifest, lambda: self.url)
        tokens = Tokens(self.bot_token, self.app_token)
        self.web_api = WebApi(
            world=self.world,
            manifest=self.manifest,
            faults=self.faults,
            tokens=tokens,
            new_socket_url=self._new_socket_url,
            cut=self._cut,
        )
        snapshot = Snapshot(self.world, self.manifest, lambda: 1 if request_url else len(self.sockets.connections))
        self.page = PageApi(self.world, self.interactions, snapshot, self.session)
        self.world.subscribe(self._wake_pages)
        self._tickets: set[str] = set()
        self._transports: dict[tuple[str, int], asyncio.Transport] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return f"{self.url}/api/"

    # -- life -----------------------------------------------------------------------------------------------------

    def start(self, port: int = 0) -> Sandbox:
        """Serve on 127.0.0.1; port 0 takes a free one. Returns when requests are answered; OSError: port taken."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError:
            listening.close()
            raise
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            self._application(),
            http=_remembering(self._transports),
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(listening,), name="sandbox", daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise OSError("the sandbox's server did not start")
            time.sleep(0.005)
        return self

    def _run(self, listening: socket.socket) -> None:
        asyncio.run(self._serve(listening))

    async def _serve(self, listening: socket.socket) -> None:
        assert self._server is not None
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[listening])

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._loop = None

    def __enter__(self) -> Sandbox:
        return self if self._thread else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for other threads ----------------------------------------------------------------------------------------

    def run(self, doing: Coroutine[Any, Any, T], timeout: float = 30.0) -> T:
        """Do something on the server's thread and wait for its outcome."""
        if self._loop is None:
            doing.close()
            raise RuntimeError("the sandbox is not running: call start() first")
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(timeout)

    def _wake_pages(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.page.wake)

    # -- routes ---------------------------------------------------------------------------------------------------

    def _application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.page.index),
                Route("/page/state", self.page.state),
                Route("/page/do", self.page.do, methods=["POST"]),
                WebSocketRoute("/page/changes", self.page.changes),
                Route("/static/{name}", self.page.asset),
                Route("/favicon.ico", lambda _: RedirectResponse("/static/icon.svg")),
                Route("/api/{method}", self.web_api.call, methods=["GET", "POST"]),
                Route("/response/{key}", self.web_api.respond, methods=["POST"]),
                WebSocketRoute("/link/{ticket}", self._link),
            ],
            middleware=[Middleware(LoopbackNamesOnly)],
        )

    def _new_socket_url(self) -> str:
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return f"{self.url.replace('http', 'ws', 1)}/link/{ticket}"

    async def _link(self, websocket: WebSocket) -> None:
        ticket = websocket.path_params["ticket"]
        if ticket not in self._tickets:
            await websocket.close(1008)
            return
        self._tickets.discard(ticket)
        await self.sockets.serve(websocket)

    def _cut(self, request: HTTPConnection) -> None:
        if transport := self._transport(request):
            transport.abort()

    def _reset(self, websocket: HTTPConnection) -> None:
        """As `_cut`, with a TCP RST in place of an orderly end."""
        transport = self._transport(websocket)
        if transport and not transport.is_closing():
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()

    def _transport(self, request: HTTPConnection) -> asyncio.Transport | None:
        return self._transports.get((request.client.host, request.client.port)) if request.client else None


def _remembering(transports: dict[tuple[str, int], asyncio.Transport]) -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, keeping each connection's transport so that a fault can cut it without a reply."""

    class Remembering(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in its parent
            super().connection_made(transport)
            if self.client:
                transports[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            transports.pop(self.client or ("", 0), None)
            super().connection_lost(exc)

    return Remembering
