"""Socket Mode over two connections: each is replaced as soon as it ends, with pauses that grow while Slack refuses.

The SDK's own client looks after its connection every ten seconds, waits as long again after every refusal and never
tells that it has none (measured with slack-sdk 3.48: 9 s after a reset, 39 s after three refusals).
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.client import build_client, refusal, retry_after
from bot.slack.connection import Connection, ConnectionFailed, Json

logger = logging.getLogger(__name__)

WANTED = 2
# Envelopes handled at once; each is a row or an acknowledgement, never the work itself.
HANDLERS = 20
# Without any connection for so long, the process is unhealthy.
DOWN_SECONDS = 30.0
# Slack takes an acknowledgement for no longer than this.
ACK_SECONDS = 3.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A connection that ends sooner than this after its hello has not helped; those that follow are opened slower.
SETTLED_SECONDS, LONGEST_PAUSE_UNSETTLED = 3.0, 5.0
LONGEST_RETRY_AFTER = 120.0
ADDRESS_SECONDS = 4


def pause_after(failures: int, chance: float, longest: float = LONGEST_PAUSE) -> float:
    """Seconds before the next try: doubled with each failure in a row up to a ceiling, and spread by `chance`."""
    if failures < 1:
        return 0.0
    return float(min(longest, FIRST_PAUSE * 2 ** min(failures - 1, 16)) * (0.5 + chance / 2))


class Sockets:
    """Keeps two connections for a Bolt app until told to stop. `timer` and `chance` are given by tests."""

    def __init__(
        self,
        app: App,
        app_token: str,
        *,
        timer: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._client = build_client(app_token, app.client.base_url, timeout=ADDRESS_SECONDS)
        self._timer = timer
        self._chance = chance
        self._lock = threading.Lock()
        # Since when each has been live.
        self._connections: dict[Connection, float | None] = {}
        self._down_since: float | None = timer()
        self._reason: str | None = None
        self._failures = self._unsettled = 0
        self._changed, self._stopping = threading.Event(), threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="sockets", daemon=True)
        self._pool = ThreadPoolExecutor(HANDLERS, thread_name_prefix="envelope")
        self._handling: set[Future[None]] = set()

    def start(self) -> None:
        """Open the first connection, then keep two; raises what opening the first one raises."""
        self._open()
        self._keeper.start()

    def stop(self) -> None:
        """Finish what is being handled, and close every connection. What arrives meanwhile is delivered again."""
        self._stopping.set()
        self._changed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(list(self._handling), ACK_SECONDS)
        connections = self._known()
        for connection in connections:
            connection.close()
        for connection in connections:
            connection.wait()
        if self._keeper.is_alive():
            self._keeper.join(ADDRESS_SECONDS + 1)

    def health(self) -> dict[str, Any]:
        """How many connections live, and why not all; `ok` until there has been none for half a minute."""
        live = len(self._known("live", "leaving"))
        with self._lock:
            down = 0.0 if self._down_since is None else self._timer() - self._down_since
        found: dict[str, Any] = {"ok": down < DOWN_SECONDS, "live": live, "wanted": WANTED}
        if live < WANTED:
            found |= {"reason": self._reason, "none_for_seconds": round(down)}
        return found

    def _keep(self) -> None:
        while not self._stopping.is_set():
            if len(self._known("live")) >= WANTED:
                self._changed.wait()
                self._changed.clear()
                continue
            self._stopping.wait(pause_after(self._unsettled, self._chance(), LONGEST_PAUSE_UNSETTLED))
            try:
                self._open()
            except Exception as error:  # whatever it was, it is tried again
                self._stopping.wait(self._failed(error))

    def _open(self) -> None:
        """Open one more connection; those that Slack wants back are closed once it lives."""
        address = str(self._client.apps_connections_open(app_token=self._app_token)["url"])
        connection = Connection(self._take, self._note)
        with self._lock:
            if self._stopping.is_set():
                return
            self._connections[connection] = None
        connection.open(address)
        self._failures = 0
        logger.info("a Socket Mode connection is open; the app has %d", connection.connections)
        for leaving in self._known("leaving"):
            leaving.close()

    def _failed(self, error: Exception) -> float:
        """Remember a failure; the seconds to wait."""
        self._failures += 1
        self._reason = why(error)
        asked = retry_after(error) if isinstance(error, SlackApiError) else None
        pause = max(pause_after(self._failures, self._chance()), min(asked or 0.0, LONGEST_RETRY_AFTER))
        if not self._stopping.is_set():
            live = len(self._known("live", "leaving"))
            logger.warning("Socket Mode: %s; %d connections live, next try in %.1f s", self._reason, live, pause)
        return pause

    def _note(self, connection: Connection) -> None:
        """A connection has changed its state."""
        with self._lock:
            if connection.state == "live":
                self._connections[connection] = self._timer()
            elif connection.state == "ended":
                self._count_out(connection)
            if any(one.state in ("live", "leaving") for one in self._connections):
                self._down_since = None
            elif self._down_since is None:
                self._down_since = self._timer()
        self._changed.set()

    def _count_out(self, connection: Connection) -> None:
        live_since = self._connections.pop(connection, None)
        self._reason = connection.reason
        if live_since is not None:
            settled = self._timer() - live_since >= SETTLED_SECONDS
            self._unsettled = 0 if settled else self._unsettled + 1
            logger.info("a Socket Mode connection ended: %s", connection.reason)

    def _known(self, *states: str) -> list[Connection]:
        with self._lock:
            return [one for one in self._connections if not states or one.state in states]

    def _take(self, connection: Connection, message: Json) -> None:
        request = SocketModeRequest.from_dict(message)
        if request is None or self._stopping.is_set():
            return
        future = self._pool.submit(self._handle, connection, request)
        self._handling.add(future)
        future.add_done_callback(self._handling.discard)

    def _handle(self, connection: Connection, request: SocketModeRequest) -> None:
        began = time.time()
        try:
            send_response(_Acknowledging(self, connection), request, run_bolt_app(self._app, request), began)
        except Exception as error:  # not acknowledged, so Slack delivers it again
            logger.warning("an envelope could not be handled: %s", type(error).__name__)

    def acknowledge(self, connection: Connection, text: str) -> None:
        """Send an acknowledgement on the connection that brought the envelope, else on another."""
        others = [one for one in self._known("live") if one is not connection]
        if not any(one.send(text) for one in (connection, *others)):
            logger.info("no connection for an acknowledgement: Slack delivers the envelope again")


class _Acknowledging(BaseSocketModeClient):
    """What Bolt sends its acknowledgement of one envelope through."""

    def __init__(self, sockets: Sockets, connection: Connection) -> None:
        self.logger = logging.getLogger("slack_bolt")
        self._sockets = sockets
        self._connection = connection

    def send_message(self, message: str) -> None:
        self._sockets.acknowledge(self._connection, message)


def why(error: Exception) -> str:
    """Why no connection came about, in words for a log, for health and for `doctor`."""
    if isinstance(error, ConnectionFailed):
        return str(error)
    if isinstance(error, SlackApiError):
        return f"Slack answered {refusal(error)} to apps.connections.open"
    return f"Slack does not answer ({type(error).__name__})"
