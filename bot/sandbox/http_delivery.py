"""Delivery to a request URL, signed with the signing secret: what Slack does without Socket Mode."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

from bot.sandbox.delivery import Delivery, NoReceiver
from bot.sandbox.model import Json


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature (docs.slack.dev, "Verifying requests from Slack")."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


class RequestUrl:
    """Posts each delivery to one URL."""

    def __init__(self, url: str, signing_secret: str) -> None:
        self.url = url
        self._secret = signing_secret

    async def send(self, delivery: Delivery, *, reason: str | None, deadline: float) -> Json | None:
        """The body of a 200 as the ack's payload; None for any other answer or none in time."""
        return await asyncio.to_thread(self._post, self._request(delivery, reason), deadline)

    def _request(self, delivery: Delivery, reason: str | None) -> urllib.request.Request:
        content_type = "application/x-www-form-urlencoded"
        if delivery.kind == "events_api":
            body, content_type = json.dumps(delivery.payload).encode(), "application/json"
        elif delivery.kind == "slash_commands":
            body = urlencode(delivery.payload).encode()
        else:
            body = urlencode({"payload": json.dumps(delivery.payload)}).encode()
        timestamp = str(int(time.time()))
        headers = {"Content-Type": content_type, "X-Slack-Request-Timestamp": timestamp}
        headers["X-Slack-Signature"] = signature(self._secret, timestamp, body)
        if reason is not None:
            headers |= {"X-Slack-Retry-Num": str(delivery.attempts - 1), "X-Slack-Retry-Reason": reason}
        return urllib.request.Request(self.url, body, headers)  # noqa: S310

    def _post(self, request: urllib.request.Request, deadline: float) -> Json | None:
        try:
            with urllib.request.urlopen(request, timeout=deadline) as response:  # noqa: S310
                text = response.read().decode()
        except urllib.error.HTTPError:
            return None
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
                return None
            raise NoReceiver from error
        try:
            answer = json.loads(text or "{}")
        except ValueError:
            return {"text": text}
        return answer if isinstance(answer, dict) else {}
