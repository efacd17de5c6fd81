"""What is sent to the app: events, commands and interactions, with their acks, deadlines and repetitions."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.sandbox.faults import Faults
from bot.sandbox.model import Json

logger = logging.getLogger(__name__)

ACK_SECONDS = 3.0
SLACK_RETRIES = (0.0, 60.0, 300.0)  # seconds before each repetition of an event that was not acked


@dataclass
class Delivery:
    """One thing sent to the app. `seconds` is how long its ack took; `answer` is what the ack carried."""

    kind: str
    payload: Json
    attempts: int = 0
    seconds: float | None = None
    answer: Json = field(default_factory=dict)
    problem: str = ""

    @property
    def acked(self) -> bool:
        """Whether the app confirmed receipt in time."""
        return self.seconds is not None

    @property
    def message_ts(self) -> str | None:
        """The message an event is about."""
        event = self.payload.get("event", {})
        return event.get("ts") if isinstance(event, dict) else None


class Transport(Protocol):
    """A way to the app: Socket Mode or signed HTTP."""

    async def send(self, delivery: Delivery, *, reason: str | None, deadline: float) -> Json | None:
        """The payload of the ack; None when none came within `deadline` seconds. Raises NoReceiver."""
        ...


class NoReceiver(Exception):
    """The app is not connected."""


class Deliveries:
    """Sends things to the app and remembers them. Runs on the server's event loop."""

    def __init__(self, transport: Transport, faults: Faults, retries: Sequence[float] = SLACK_RETRIES) -> None:
        self.transport = transport
        self.sent: list[Delivery] = []
        self._faults = faults
        self._retries = retries
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def new_event_id(self) -> str:
        """An identifier that repetitions of one event share."""
        return f"Ev{next(self._numbers):08d}"

    def start(self, delivery: Delivery) -> None:
        """Send without waiting, repeated as Slack repeats events."""
        self.sent.append(delivery)
        task = asyncio.get_running_loop().create_task(self._persist(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def once(self, delivery: Delivery) -> Delivery:
        """Send a command or an interaction: one try, its outcome in the returned delivery."""
        self.sent.append(delivery)
        await self.attempt(delivery, None)
        return delivery

    async def _persist(self, delivery: Delivery) -> None:
        reason = None
        for delay in (0.0, *self._retries):
            await asyncio.sleep(delay)
            if delivery.acked:
                return
            await self.attempt(delivery, reason)
            reason = delivery.problem
        if not delivery.acked:
            logger.warning("the app never confirmed an event, after %d tries", delivery.attempts)

    async def attempt(self, delivery: Delivery, reason: str | None) -> None:
        """One try; twice at once when duplicates are armed."""
        copies = 2 if self._faults.strike("duplicate_delivery") else 1
        await asyncio.gather(*(self._try(delivery, reason) for _ in range(copies)))

    async def _try(self, delivery: Delivery, reason: str | None) -> None:
        delivery.attempts += 1
        began = time.perf_counter()
        try:
            answer = await self.transport.send(delivery, reason=reason, deadline=ACK_SECONDS)
        except NoReceiver:
            delivery.problem = "http_error"
            return
        if answer is None:
            delivery.problem = "http_timeout"
        elif not delivery.acked:
            delivery.seconds, delivery.answer = time.perf_counter() - began, answer
