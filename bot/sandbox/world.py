"""The state of the sandbox's workspace. Pure: no sockets, no HTTP; changes are told to subscribers."""

from __future__ import annotations

import itertools
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.clock import SandboxClock
from bot.sandbox.model import BOT_USER, TEAM, Channel, Json, Message, Refusal, User, View

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5
STATUS_LIFE = timedelta(minutes=2)
MODAL_DEPTH = 3


@dataclass
class Trigger:
    """The right to open one view for one user, for three seconds."""

    user: str
    expires: datetime
    view: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to answer one interaction, five times within half an hour."""

    channel: str
    user: str
    expires: datetime
    message: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class World:
    """Team, users, channels, messages and views. Changed on the server's thread; other threads read copies."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.statuses: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.prompts: dict[str, Json] = {}
        self.deduplicates = True  # by client_msg_id; off to see what an app does without that belt
        self._listeners: list[Callable[[], None]] = []
        self._by_client_id: dict[str, Message] = {}
        self._last = 0
        self._numbers = itertools.count(1)
        _populate(self)

    # -- what is watched ------------------------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every change, on the thread that made it."""
        self._listeners.append(listener)

    def changed(self) -> None:
        """Tell the subscribers."""
        for listener in self._listeners:
            listener()

    def next_ts(self) -> str:
        """A timestamp no other message has, never before an earlier one."""
        self._last = max(int(self.clock.now().timestamp() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An identifier in Slack's shape."""
        return f"{prefix}{next(self._numbers):04d}{secrets.token_hex(3).upper()}"

    # -- people and places ----------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """A new member, with a direct message to the app."""
        self.users[user.id] = user
        if not user.is_bot:
            self.add_channel(Channel(f"D{user.id[1:]}", user.name, [user.id, BOT_USER], im_with=user.id))
        return user

    def add_channel(self, channel: Channel) -> Channel:
        """A new channel."""
        channel.created = int(self.clock.now().timestamp())
        self.channels[channel.id] = channel
        self.changed()
        return channel

    def im(self, user: str) -> Channel:
        """The app's direct message with a user; `user_not_found` when there is no such member."""
        found = next((c for c in list(self.channels.values()) if c.im_with == user), None)
        if found is None:
            raise Refusal("user_not_found")
        return found

    # -- messages -------------------------------------------------------------------------------------------------

    def post(self, channel: Channel, user: str, text: str, *, client_msg_id: str | None = None, **more: Any) -> Message:
        """A new message; with a client_msg_id seen before, the message that has it (or Slack's documented errors)."""
        if client_msg_id and self.deduplicates and (twin := self._twin(channel, client_msg_id)):
            return twin
        message = Message(channel.id, self.next_ts(), user, text, client_msg_id=client_msg_id, **more)
        message.blocks = self.with_block_ids(message.blocks)
        channel.messages.append(message)
        if client_msg_id:
            self._by_client_id[client_msg_id] = message
        parent = self.find(channel, message.thread_ts) if message.thread_ts else None
        if parent and not message.visible_to:
            parent.thread_ts = parent.ts
            parent.revision += 1
        if user == BOT_USER and not message.visible_to:
            self.statuses.pop((channel.id, message.thread_ts or ""), None)
        self.changed()
        return message

    def _twin(self, channel: Channel, client_msg_id: str) -> Message | None:
        twin = self._by_client_id.get(client_msg_id)
        if twin and twin.channel != channel.id:
            raise Refusal("duplicate_channel_not_found")
        if twin and twin not in channel.messages:
            raise Refusal("duplicate_message_not_found")
        return twin

    def with_block_ids(self, blocks: list[Json]) -> list[Json]:
        """The blocks as Slack keeps them: each has a block_id."""
        return [{"block_id": secrets.token_hex(3)} | block for block in blocks]

    def edit(self, message: Message, text: str, blocks: list[Json], metadata: Json | None = None) -> None:
        """Replace what a message says."""
        message.text, message.blocks = text, self.with_block_ids(blocks)
        message.metadata = metadata if metadata is not None else message.metadata
        message.edited = None if message.blocks else self.next_ts()  # Slack marks only edits without blocks
        message.revision += 1
        self.changed()

    def delete(self, message: Message) -> None:
        """Take a message away."""
        self.channels[message.channel].messages.remove(message)
        self.changed()

    def find(self, channel: Channel, ts: str) -> Message | None:
        """The message with that ts, ephemeral ones included."""
        return next((m for m in list(channel.messages) if m.ts == ts), None)

    def history(self, channel: Channel) -> list[Message]:
        """What conversations.history shows, oldest first: no replies, nothing ephemeral."""
        kept = [m for m in list(channel.messages) if not m.visible_to]
        return [m for m in kept if not m.is_reply or m.broadcast]

    def thread(self, channel: Channel, ts: str) -> list[Message]:
        """A message and its replies, oldest first; nothing ephemeral."""
        return [m for m in list(channel.messages) if not m.visible_to and ts in (m.ts, m.thread_ts)]

    def replies(self, channel: Channel) -> dict[str, list[Message]]:
        """The visible-to-all replies of a channel by the ts of the message they answer."""
        found: dict[str, list[Message]] = defaultdict(list)
        for message in list(channel.messages):
            if message.thread_ts and message.is_reply and not message.visible_to:
                found[message.thread_ts].append(message)
        return found

    # -- status, triggers, response URLs --------------------------------------------------------------------------

    def set_status(self, channel: str, thread_ts: str, status: str) -> None:
        """What the app says it is doing; an empty text clears it, and so does two minutes' silence."""
        if status:
            self.statuses[channel, thread_ts] = (status, self.clock.now() + STATUS_LIFE)
        else:
            self.statuses.pop((channel, thread_ts), None)
        self.changed()

    def live_statuses(self, channel: str) -> Iterator[tuple[str, str]]:
        """(thread ts, status) of what is shown now."""
        for (place, thread_ts), (status, until) in list(self.statuses.items()):
            if place == channel and until > self.clock.now():
                yield thread_ts, status

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """A trigger_id for an interaction of `user`, from inside `view` if in one."""
        trigger_id = f"{next(self._numbers)}.{TEAM}.{secrets.token_hex(12)}"
        self.triggers[trigger_id] = Trigger(user, self.clock.now() + TRIGGER_LIFE, view)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Spend a trigger; refuses unknown, late and spent ones as Slack does."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self.clock.now() > trigger.expires:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, channel: str, user: str, message: Message | None = None) -> str:
        """The secret part of a response_url."""
        key = secrets.token_urlsafe(24)
        answers = (message.ts, message.thread_ts) if message else (None, None)
        self.response_urls[key] = ResponseUrl(channel, user, self.clock.now() + RESPONSE_URL_LIFE, *answers)
        return key

    def use_response_url(self, key: str) -> ResponseUrl:
        """Spend one use; refuses what is unknown, late or used up."""
        url = self.response_urls.get(key)
        if url is None or self.clock.now() > url.expires:
            raise Refusal("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise Refusal("used_url")
        url.uses += 1
        return url

    # -- views ----------------------------------------------------------------------------------------------------

    def stack(self, user: str) -> list[View]:
        """The modals open for a user, the visible one last."""
        return self.modals.setdefault(user, [])

    def open_view(self, user: str, body: Json, *, push: bool = False) -> View:
        """A new modal for `user`, over the present ones when pushed, else instead of them."""
        stack = self.stack(user)
        if not push:
            stack.clear()
        if len(stack) >= MODAL_DEPTH:
            raise Refusal("push_limit_reached")
        view = self._view(user, body)
        if stack:
            view.root, view.previous = stack[0].id, stack[-1].id
        stack.append(view)
        self.changed()
        return view

    def _view(self, user: str, body: Json) -> View:
        view_id = self.new_id("V")
        return View(view_id, user, self._body(body), self._hash(), root=view_id)

    def _body(self, body: Json) -> Json:
        return body | {"blocks": self.with_block_ids(body.get("blocks", []))}

    def _hash(self) -> str:
        return f"{self.next_ts()}.{secrets.token_hex(4)}"

    def update_view(self, view: View, body: Json) -> None:
        """Replace what a view shows; its old hash no longer matches."""
        view.body, view.hash, view.errors = self._body(body), self._hash(), {}
        self.changed()

    def publish_home(self, user: str, body: Json) -> View:
        """The Home tab of one user."""
        if user in self.homes:
            self.update_view(self.homes[user], body)
        else:
            self.homes[user] = self._view(user, body)
            self.changed()
        return self.homes[user]

    def find_view(self, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """An open view, by its id or by the app's own."""
        views = [view for stack in list(self.modals.values()) for view in stack] + list(self.homes.values())
        for view in views:
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        return None


def _populate(world: World) -> None:
    world.add_user(User(BOT_USER, "proviso", "Proviso", "App", tz="UTC", is_bot=True))
    world.add_user(User("U0AMAL", "amal", "Amal Haddad", "Partnering planner", is_admin=True))
    world.add_user(User("U0BO", "bo", "Bo Lindqvist", "Legal adviser", tz="Europe/Stockholm"))
    people = [BOT_USER, "U0AMAL", "U0BO"]
    world.add_channel(Channel("C0OPS", "ops", list(people), "Planning of partnered operations"))
    world.add_channel(Channel("C0LIAISON", "liaison", list(people), "Partner forces and their focal points"))
    world.add_channel(Channel("C0REVIEW", "review-cell", list(people), "Assessments under review", is_private=True))
