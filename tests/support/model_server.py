"""A model server on loopback that says what a test wrote for it: replies, faults, and replies that never end."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply. `delay` seconds pass before it; `drip` seconds between single bytes of its body.

    `cut` bytes at the end are promised and never sent.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    cut: int = 0


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> bytes:
    """A chat completion of the OpenAI wire form."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "scripted",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    ).encode()


def selection(*parts: Sequence[str], covered: bool = True) -> str:
    """Reply content: the ids of the sentences chosen for each part, in order."""
    named = [{"part": n, "sentences": list(ids)} for n, ids in enumerate(parts, 1)]
    return json.dumps({"covered": covered, "parts": named})


def summary(*sentences: tuple[str, Sequence[int]]) -> str:
    """Reply content: each sentence with the numbers of its quotes."""
    return json.dumps({"sentences": [{"text": text, "quotes": list(quotes)} for text, quotes in sentences]})


def selects(*parts: Sequence[str], covered: bool = True) -> Reply:
    """A well-formed reply that chooses these sentences."""
    return Reply(completion(selection(*parts, covered=covered)))


def sums_up(*sentences: tuple[str, Sequence[int]]) -> Reply:
    """A well-formed reply with this summary."""
    return Reply(completion(summary(*sentences)))


def pointing_at(*texts: str) -> Callable[[str], Reply]:
    """A model that finds these sentences in its passages, for the first part of whatever is asked."""

    def reply(prompt: str) -> Reply:
        ids = (re.search(rf'<s id="([^"]+)">{re.escape(text)}</s>', prompt) for text in texts)
        return selects([found[1] for found in ids if found])

    return reply


def fails(status: int, message: str = "scripted", code: str | None = None, **headers: str) -> Reply:
    """An error of the OpenAI wire form."""
    body = {"error": {"message": message, "type": "scripted", "code": code}}
    return Reply(json.dumps(body).encode(), status, {k.replace("_", "-"): v for k, v in headers.items()})


class ModelServer:
    """Serves the scripted replies in order, the last one for ever, or what a function makes of a prompt.

    Keeps the bodies of the requests.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self._replies: deque[Reply] = deque()
        self._answering: Callable[[str], Reply] | None = None
        self._stop = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.paths.append(self.path)
                server.requests.append(json.loads(body) if body else {})
                server._send(self, server._next())

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def script(self, *replies: Reply) -> None:
        """Replace what is still to be said."""
        self._replies, self._answering = deque(replies), None

    def answer_with(self, answering: Callable[[str], Reply]) -> None:
        """Reply with what `answering` makes of the user message."""
        self._answering = answering

    def prompt(self, number: int = -1) -> str:
        """The user message of a request, the last one unless told."""
        return next(str(m["content"]) for m in reversed(self.requests[number]["messages"]) if m["role"] == "user")

    def stop(self) -> None:
        """Close at once, whatever still drips."""
        self._stop.set()
        self._http.shutdown()
        self._http.server_close()

    def _next(self) -> Reply:
        if self._answering is not None:
            return self._answering(self.prompt())
        return self._replies.popleft() if len(self._replies) > 1 else self._replies[0]

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if self._stop.wait(reply.delay):
            return
        handler.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        for byte in reply.body if reply.drip else ():
            if self._stop.is_set():
                return
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(reply.drip)
        if not reply.drip:
            handler.wfile.write(reply.body[: len(reply.body) - reply.cut])
        handler.close_connection = bool(reply.cut)
