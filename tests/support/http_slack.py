"""A server that takes messages over HTTP and sometimes hangs up without a reply, and the Notifier that speaks to it."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from bot.work.notifier import Ambiguous, HistoryUnreadable, OutgoingPost, Refused

TIMEOUT_SECONDS = 10.0


class QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that died in the middle of a request."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class HttpSlack:
    """Everything it has accepted is in `accepted`, in order. `silent` is the share accepted without a reply."""

    def __init__(self, silent: float, seed: int) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.hung_up = 0
        self._silent, self._chance, self._lock = silent, random.Random(seed), threading.Lock()
        self._server = QuietServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def copies(self) -> Counter[str]:
        with self._lock:
            return Counter(message["key"] for message in self.accepted)

    def start(self) -> HttpSlack:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def accept(self, message: dict[str, Any]) -> str | None:
        """The timestamp, or None when the sender is to be left without a reply."""
        with self._lock:
            self.accepted.append(message)
            if self._chance.random() < self._silent:
                self.hung_up += 1
                return None
            return f"{len(self.accepted)}.0"

    def find(self, key: str) -> str | None:
        with self._lock:
            return next((f"{n}.0" for n, message in enumerate(self.accepted, 1) if message["key"] == key), None)

    def _handler(slack) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/find":
                    self._reply({"ts": slack.find(body["key"])})
                    return
                ts = slack.accept(body)
                if ts is None:
                    self.close_connection = True
                else:
                    self._reply({"ts": ts})

            def _reply(self, answer: dict[str, Any]) -> None:
                payload = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


class HttpNotifier:
    """Implements Notifier over a new connection a call; never tries twice."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc

    def post(self, post: OutgoingPost) -> str:
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        try:
            connection.connect()
        except OSError:
            raise Refused from None
        try:
            answer = self._ask(connection, "/post", {"key": post.key, "view": post.view, "data": dict(post.data)})
        except (OSError, http.client.HTTPException):
            raise Ambiguous from None
        return str(answer["ts"])

    def find(self, post: OutgoingPost, oldest: datetime) -> str | None:
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        try:
            answer = self._ask(connection, "/find", {"key": post.key})
        except (OSError, http.client.HTTPException):
            raise HistoryUnreadable from None
        ts: str | None = answer["ts"]
        return ts

    def _ask(self, connection: http.client.HTTPConnection, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()
