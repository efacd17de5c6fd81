"""One Socket Mode connection, from its address to its end, read by a thread of its own."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any, Literal

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode
from websockets.sync.client import ClientConnection, connect

logger = logging.getLogger(__name__)

Json = dict[str, Any]
State = Literal["opening", "live", "leaving", "ended"]

OPEN_SECONDS = 4.0
HELLO_SECONDS = 4.0
# A peer that vanished without a word is noticed after two of these.
PING_SECONDS = 4.0
CLOSE_SECONDS = 2.0
MOST_BYTES = 10_000_000


class ConnectionFailed(Exception):
    """No connection came about; the message says why, without the address, which is a secret."""


class Connection:
    """Opening until Slack says hello, then live; leaving once Slack asks for another in its place; then ended.

    `receive` is called with each envelope, and `changed` after each change of state, on the connection's own thread.
    `connections` is how many the app had at that moment, by Slack's count.
    """

    def __init__(
        self, receive: Callable[[Connection, Json], None], changed: Callable[[Connection], None], name: str = "socket"
    ) -> None:
        self.state: State = "opening"
        self.reason = "Slack did not say hello"
        self.connections = 0
        self._receive = receive
        self._changed = changed
        self._name = name
        self._opened = threading.Event()
        self._closing = self._asked_to_leave = False
        self._socket: ClientConnection | None = None
        self._thread: threading.Thread | None = None

    def open(self, address: str) -> None:
        """Connect and wait for Slack's hello; raises ConnectionFailed."""
        self._thread = threading.Thread(target=self._live, args=(address,), name=self._name, daemon=True)
        self._thread.start()
        self._opened.wait(OPEN_SECONDS + HELLO_SECONDS)
        if self.state != "live":
            self.close()
            raise ConnectionFailed(self.reason)

    def send(self, text: str) -> bool:
        """Whether it could be handed over."""
        try:
            if self._socket is not None:
                self._socket.send(text)
                return True
        except (ConnectionClosed, OSError):
            logger.debug("a connection ended before something could be sent on it")
        return False

    def close(self) -> None:
        """Take leave of Slack; `wait` waits for the end."""
        self._closing = True
        if self._socket is not None:
            self._socket.close()

    def wait(self) -> None:
        """Wait until the connection has ended, but no longer than closing may take."""
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS + 1)

    def _live(self, address: str) -> None:
        try:
            with connect(
                address,
                compression=None,
                open_timeout=OPEN_SECONDS,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=MOST_BYTES,
            ) as socket:
                self._socket = socket
                for text in socket if not self._closing else ():
                    self._read(text)
            self._explain("Slack closed the connection")
        except Exception as error:  # whatever ends it, the next one is opened
            self._explain(why_ended(error))
        finally:
            self._become("ended")

    def _read(self, text: str | bytes) -> None:
        message = json.loads(text)
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "hello":
            self.connections = int(message.get("num_connections") or 0)
            self._become("live")
        elif kind == "disconnect":
            self._asked_to_leave = True
            self.reason = f"Slack ended the connection: {message.get('reason')}"
            if self.state == "live":
                self._become("leaving")
        elif kind is not None:
            self._receive(self, message)

    def _explain(self, reason: str) -> None:
        """Keep why it ended; what Slack itself said goes before what was seen."""
        if not self._asked_to_leave:
            self.reason = reason

    def _become(self, state: State) -> None:
        self.state = state
        self._opened.set()
        self._changed(self)


def why_ended(error: Exception) -> str:
    """What broke a connection, in words that hold no address."""
    if isinstance(error, ConnectionClosed):
        if error.sent and error.sent.code == CloseCode.INTERNAL_ERROR:
            return "Slack answered no ping"
        code = error.rcvd.code if error.rcvd else None
        return f"Slack closed the connection with code {code}" if code else "the connection broke"
    if isinstance(error, InvalidStatus):
        return f"Slack answered {error.response.status_code} in place of a connection"
    if isinstance(error, TimeoutError):
        return "connecting took too long"
    return f"the connection failed ({type(error).__name__})"
