"""The Web API client, without retries of its own, and what a failed call means."""

from __future__ import annotations

import re
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

TIMEOUT_SECONDS = 10
QUICK_TIMEOUT_SECONDS = 2
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")


def build_client(token: str | None, api_url: str, *, timeout: int = TIMEOUT_SECONDS) -> WebClient:
    """A client that never repeats a call: the SDK's own retries post twice when a connection drops after acceptance."""
    return WebClient(token=token, base_url=api_url, timeout=timeout, retry_handlers=[])


def error_code(error: SlackApiError) -> str | None:
    """Slack's code for a refusal; None when the answer was no answer of Slack's."""
    response: Any = error.response
    code = response.get("error") if isinstance(response, dict) or hasattr(response, "get") else None
    # Where the answer was no JSON, the SDK puts a sentence with the whole body here.
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def refusal(error: SlackApiError) -> str:
    """What Slack answered: its code, else the HTTP status."""
    return error_code(error) or f"HTTP {status_code(error)}"


def needed_scope(error: SlackApiError) -> str | None:
    """The scope that a refused call would have needed."""
    response: Any = error.response
    needed = response.get("needed") if isinstance(response, dict) or hasattr(response, "get") else None
    return needed if isinstance(needed, str) and needed else None


def status_code(error: SlackApiError) -> int:
    """The HTTP status of a refusal; 0 when unknown."""
    response: Any = error.response
    status = response.get("status") if isinstance(response, dict) else getattr(response, "status_code", 0)
    return int(status or 0)


def retry_after(error: SlackApiError) -> float | None:
    """The seconds Slack asks to wait."""
    response: Any = error.response
    headers = (response.get("headers") if isinstance(response, dict) else getattr(response, "headers", None)) or {}
    named = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    value: Any = named[0] if isinstance(named, list) and named else named
    try:
        return max(0.0, float(value)) if value is not None else None
    except (TypeError, ValueError):
        return None
