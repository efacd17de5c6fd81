"""One Web API call: its arguments, and the table of methods that answer it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.model import BOT_USER, Channel, Json, Message, Refusal
from bot.sandbox.world import World


@dataclass(frozen=True)
class Call:
    """The arguments of one call, over the world it acts on. `base_url` is where this server is reached."""

    world: World
    arguments: Json
    base_url: str

    def text(self, name: str, default: str = "") -> str:
        """A string argument."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """A string argument that must be there."""
        value = self.text(name)
        if not value:
            raise Refusal(error, [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A truth value, as JSON or as a form gives it."""
        value = self.arguments.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """An integer argument."""
        try:
            return int(self.text(name, str(default)))
        except ValueError:
            raise Refusal("invalid_arguments") from None

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON: given as such, or as a string of it; None when missing."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Refusal(error) from None

    def names(self, name: str) -> list[str]:
        """A list argument: JSON, or separated by commas."""
        value = self.arguments.get(name) or []
        if isinstance(value, str):
            value = json.loads(value) if value.startswith("[") else value.split(",")
        return [str(item) for item in value]

    def visible_channel(self, name: str = "channel") -> Channel:
        """The channel an argument names, if the app can see it; `channel_not_found` otherwise."""
        given = self.required(name, "channel_not_found")
        world = self.world
        channel = world.channels.get(given)
        if channel is None and given.startswith("#"):
            channel = next((c for c in world.channels.values() if c.name == given[1:] and not c.im_with), None)
        if channel is None and given in world.users and not world.users[given].is_bot:
            channel = world.im(given)
        if channel is None or (channel.is_private and BOT_USER not in channel.members):
            raise Refusal("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """A visible channel that the app is a member of."""
        channel = self.visible_channel(name)
        if BOT_USER not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def writable_channel(self, name: str = "channel") -> Channel:
        """A joined channel that is not archived."""
        channel = self.visible_channel(name)
        if channel.is_archived:
            raise Refusal("is_archived")
        return self.joined_channel(name)

    def own_message(self, channel: Channel, refusal: str) -> Message:
        """The message `ts` names, which the app must have posted itself."""
        message = self.world.find(channel, self.required("ts", "message_not_found"))
        if message is None or message.visible_to:
            raise Refusal("message_not_found")
        if not message.by_bot:
            raise Refusal(refusal)
        return message


@dataclass(frozen=True)
class Method:
    """How a method is answered, and the scopes of which the app needs one."""

    answer: Callable[[Call], Json]
    scopes: tuple[str, ...]


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Put a function into the table; it returns what stands beside `ok: true`, or raises a Refusal."""

    def register(answer: Callable[[Call], Json]) -> Callable[[Call], Json]:
        METHODS[name] = Method(answer, scopes)
        return answer

    return register


def parse_arguments(content_type: str, body: bytes, query: str) -> Json:
    """Arguments of a call from its query string and its form or JSON body."""
    arguments: Json = dict(parse_qsl(query, keep_blank_values=True))
    if content_type.startswith("application/json"):
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(given, dict):
            raise Refusal("json_not_object")
        return arguments | given
    return arguments | dict(parse_qsl(body.decode(), keep_blank_values=True))
