"""Connections that do not bring a whole request in time are closed, so that the others are served."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0
# Slack sends a request in one piece: hundreds that wait for the rest of theirs are somebody else's.
MOST_WAITING = 200


class TimedConnection(H11Protocol):
    """One connection of uvicorn's. Until its request is whole it is waiting: for `REQUEST_SECONDS` at most.

    When more than `MOST_WAITING` are, the one that has waited longest is closed: a newcomer that brings its request
    at once, such as a health check, is always heard.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in its parent
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()
        waiting = self._waiting()
        if len(waiting) > MOST_WAITING:
            min(waiting, key=lambda each: each.since)._give_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._arrived()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Read on; a request that is whole is no longer waited for."""
        super().handle_events()
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._arrived()

    def on_response_complete(self) -> None:
        """Wait for the next request of the same client."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait()

    def _wait(self) -> None:
        self._arrived()
        self.since = self.loop.time()
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._arrived()
        self.transport.abort()

    def _waiting(self) -> list[TimedConnection]:
        return [each for each in self.connections if isinstance(each, TimedConnection) and each._deadline is not None]
