"""A PostgreSQL connection on which no statement waits for ever: a server that was stopped keeps its sockets open."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.errors import _WaitTimeout


class TimedConnection(Connection[Any]):
    """Every exchange with the server ends within `limit` seconds (None: no limit), or the connection is given up."""

    limit: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's own, with a limit; raises OperationalError, and the connection is closed then."""
        limit = timeout if timeout is not None else self.limit
        try:
            return super().wait(gen, interval, limit)
        except _WaitTimeout as error:
            # What the server makes of the statement is unknown, so nothing more may be said on this connection.
            self.pgconn.finish()
            raise OperationalError(f"no reply within {limit} seconds") from error
