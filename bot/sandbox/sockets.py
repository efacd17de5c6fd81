"""Socket Mode as Slack speaks it: hello, envelopes in turn over several connections, acks, disconnect."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.delivery import Delivery, NoReceiver
from bot.sandbox.faults import Faults
from bot.sandbox.model import APP, Json

MOST_CONNECTIONS = 10


class Sockets:
    """The open Socket Mode connections. Runs on the server's event loop.

    `close_codes` are those with which connections ended, 1006 for one that ended without a word.
    """

    def __init__(
        self, faults: Faults, changed: Callable[[], None], reset: Callable[[WebSocket], None] = lambda _socket: None
    ) -> None:
        self.connections: list[WebSocket] = []
        self.close_codes: list[int] = []
        self._changed = changed
        self._reset = reset
        self._faults = faults
        self._turn = itertools.count()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._arrived = asyncio.Event()

    async def serve(self, socket: WebSocket) -> None:
        """Talk to one connection until it closes."""
        await socket.accept()
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return
        self.connections.append(socket)
        await socket.send_json(self._hello())
        self._arrived.set()
        self._changed()
        if short_lived := self._faults.strike("socket_reset"):
            asyncio.get_running_loop().call_later(short_lived.seconds, self._reset, socket)
        try:
            while True:
                self._acknowledge(await socket.receive_text())
        except WebSocketDisconnect as goodbye:
            self.close_codes.append(goodbye.code)
        finally:
            self.connections.remove(socket)
            if not self.connections:
                self._arrived.clear()
            self._changed()

    def _hello(self) -> Json:
        debug = {"host": "sandbox", "approximate_connection_time": 3600}
        info = {"app_id": APP}
        return {"type": "hello", "num_connections": len(self.connections), "debug_info": debug, "connection_info": info}

    def _acknowledge(self, text: str) -> None:
        try:
            ack: Any = json.loads(text)
        except ValueError:
            return  # the SDK's ping frames are handled below us; anything else is no ack
        waiting = self._waiting.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
        if waiting and not waiting.done():
            payload = ack.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    async def send(self, delivery: Delivery, *, reason: str | None, deadline: float) -> Json | None:
        """Put an envelope on the next connection and wait for its ack."""
        socket = await self._next(deadline)
        envelope_id = str(uuid.uuid4())
        envelope: Json = {"envelope_id": envelope_id, "type": delivery.kind, "payload": delivery.payload}
        envelope["accepts_response_payload"] = delivery.kind != "events_api"
        if reason is not None:
            envelope |= {"retry_attempt": delivery.attempts - 1, "retry_reason": reason}
        waiting = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            if not self._faults.strike("dead_socket"):
                await socket.send_json(envelope)
            return await asyncio.wait_for(waiting, deadline)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return None  # RuntimeError: the connection was closing
        finally:
            del self._waiting[envelope_id]

    async def _next(self, deadline: float) -> WebSocket:
        try:
            await asyncio.wait_for(self._arrived.wait(), deadline)
        except TimeoutError:
            raise NoReceiver from None
        if not self.connections:
            raise NoReceiver  # the last one was reset just now
        return self.connections[next(self._turn) % len(self.connections)]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be renewed, as Slack does every few hours; then close the old ones."""
        old = list(self.connections)
        for socket in old:
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        await asyncio.sleep(0.3)
        for socket in old:
            await _close(socket, 1000)

    async def cut(self) -> None:
        """Close every connection without warning."""
        for socket in list(self.connections):
            await _close(socket, 1011)

    async def reset(self) -> None:
        """Reset every connection at once, as a network does that lost them: no close frame, no FIN."""
        for socket in list(self.connections):
            self._reset(socket)


async def _close(socket: WebSocket, code: int) -> None:
    try:
        await socket.close(code)
    except (RuntimeError, WebSocketDisconnect):
        return  # it had closed by itself
