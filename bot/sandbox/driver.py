"""Drives a sandbox as its people would: the way tests tell stories."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from bot.sandbox import forms
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.forms import Value
from bot.sandbox.model import BOT_USER, Channel, Json, Message, User, View
from bot.sandbox.server import Sandbox
from bot.sandbox.transcript import blocks_text, line, message_text

T = TypeVar("T")


class Workspace:
    """A running sandbox in a test's hands. Channels go by id, "#ops", "ops" or "C-ops"; people by id or name."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world

    @property
    def faults(self) -> Faults:
        """Arm what shall go wrong."""
        return self.sandbox.faults

    # -- who and where --------------------------------------------------------------------------------------------

    def user(self, name: str) -> Person:
        """A member's hands and eyes."""
        found = next((user for user in self.world.users.values() if name in (user.id, user.name)), None)
        if found is None:
            raise LookupError(f"nobody is called {name}")
        return Person(self, found)

    def channel(self, name: str) -> Channel:
        """A channel by any of its names; `@amal` is the app's direct message with amal."""
        if name.startswith("@"):
            return self.world.im(self.user(name[1:]).id)
        wanted = name.removeprefix("#").removeprefix("C-")
        for channel in self.world.channels.values():
            if name == channel.id or (wanted == channel.name and not channel.im_with):
                return channel
        raise LookupError(f"no channel is called {name}")

    def add_user(self, user: User, *channels: str) -> Person:
        """One more member, in the named channels."""
        self.world.add_user(user)
        for name in channels:
            self.channel(name).members.append(user.id)
        return Person(self, user)

    def remove_bot(self, channel: str) -> None:
        """The app is no longer a member there."""
        self.channel(channel).members.remove(BOT_USER)

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Archive a channel, or take that back."""
        self.channel(channel).is_archived = archived

    # -- reading --------------------------------------------------------------------------------------------------

    def messages(self, channel: str) -> list[Message]:
        """Everything said there in order, replies and ephemeral messages included."""
        return list(self.channel(channel).messages)

    def bot_messages(self, channel: str) -> list[Message]:
        """What the app said there for all to see."""
        return [message for message in self.messages(channel) if message.by_bot and not message.visible_to]

    def text(self, message: Message) -> str:
        """A message as read aloud."""
        return message_text(self.world, message)

    def transcript(self, channel: str) -> list[str]:
        """Lines as `bot.sandbox.transcript.line` writes them."""
        return [line(self.world, message) for message in self.messages(channel)]

    def replies(self, message: Message) -> list[Message]:
        """What the app answered to a message: in its thread, or in a direct message after it."""
        root = message.thread_ts or message.ts
        return [
            other
            for other in self.bot_messages(message.channel)
            if other.ts > message.ts and (other.thread_ts == root or (not other.thread_ts and self._is_im(other)))
        ]

    def _is_im(self, message: Message) -> bool:
        return self.world.channels[message.channel].im_with is not None

    # -- waiting --------------------------------------------------------------------------------------------------

    def wait_for(self, predicate: Callable[[], T], seconds: float = 10.0, what: str = "") -> T:
        """The first truthy value of `predicate`; AssertionError with all transcripts when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            if value := predicate():
                return value
            if time.monotonic() > end:
                break
            time.sleep(0.02)
        said = [f"#{c.name}: {entry}" for c in self.world.channels.values() for entry in self.transcript(c.id)]
        raise AssertionError("\n".join([f"waited {seconds} s in vain{f' for {what}' if what else ''}; said:", *said]))

    def wait_for_reply(self, message: Message, seconds: float = 10.0) -> Message:
        """The app's first answer to a message."""
        return self.wait_for(lambda: self.replies(message), seconds, "a reply")[0]

    def wait_until_connected(self, connections: int = 1, seconds: float = 10.0) -> None:
        """Until the app holds that many Socket Mode connections."""
        self.wait_for(lambda: len(self.sandbox.sockets.connections) >= connections, seconds, "a connection")

    # -- time and trouble -----------------------------------------------------------------------------------------

    def advance(self, by: timedelta) -> datetime:
        """Move the sandbox's clock on."""
        return self.sandbox.clock.advance(by)

    def deliveries(self, message: Message | None = None) -> list[Delivery]:
        """What was sent to the app, about one message or at all."""
        sent = list(self.sandbox.deliveries.sent)
        return [one for one in sent if message is None or one.message_ts == message.ts]

    def redeliver(self, message: Message | None = None, *, reason: str = "http_timeout") -> list[Delivery]:
        """Send events again as Slack does when it saw no ack: those about one message, or all."""
        events = [one for one in self.deliveries(message) if one.kind == "events_api"]
        for event in events:
            self.sandbox.run(self.sandbox.deliveries.attempt(event, reason))
        return events

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Slack's request to renew every connection."""
        self.sandbox.run(self.sandbox.sockets.disconnect(reason))

    def cut(self) -> None:
        """Every connection breaks without warning."""
        self.sandbox.run(self.sandbox.sockets.cut())

    def reset(self) -> None:
        """Every connection is reset at once (TCP RST)."""
        self.sandbox.run(self.sandbox.sockets.reset())


class Person:
    """What one member can see and do. Commands, clicks and submissions return once acked, or three seconds later."""

    def __init__(self, workspace: Workspace, user: User) -> None:
        self._workspace = workspace
        self._sandbox = workspace.sandbox
        self.user = user
        self.id = user.id

    def say(self, channel: str, text: str, thread: Message | None = None) -> Message:
        """A message in a channel, or in the thread of a message. `@bo` and `#ops` become references."""
        place = self._workspace.channel(channel)
        root = (thread.thread_ts or thread.ts) if thread else None
        return self._sandbox.run(self._sandbox.interactions.say(self.user, place, text, root))

    def mention(self, channel: str, text: str, thread: Message | None = None) -> Message:
        """A message that begins with @proviso."""
        return self.say(channel, f"@proviso {text}", thread)

    def dm(self, text: str, thread: Message | None = None) -> Message:
        """A direct message to the app."""
        return self.say(f"@{self.user.name}", text, thread)

    def command(self, text: str, channel: str = "C-ops") -> Delivery:
        """A slash command, such as `/checklist assessment`."""
        place = self._workspace.channel(channel)
        return self._sandbox.run(self._sandbox.interactions.command(self.user, place, text))

    def open_home(self) -> None:
        """Open the app's Home tab."""
        self._sandbox.run(self._sandbox.interactions.open_app(self.user, "home"))

    # -- what is seen ---------------------------------------------------------------------------------------------

    @property
    def modal(self) -> View | None:
        """The visible modal."""
        stack = self._workspace.world.stack(self.id)
        return stack[-1] if stack else None

    @property
    def modal_text(self) -> str:
        """The visible modal as read aloud; empty when there is none."""
        return blocks_text(self._workspace.world, self.modal.blocks) if self.modal else ""

    @property
    def home(self) -> View | None:
        """The app's Home tab as published for this person."""
        return self._workspace.world.homes.get(self.id)

    def wait_for_modal(self, title: str = "", seconds: float = 10.0) -> View:
        """The visible modal, once there is one with that in its title."""

        def opened() -> View | None:
            return self.modal if self.modal and title in self.modal.title else None

        view = self._workspace.wait_for(opened, seconds, f"a modal {title}")
        assert view is not None
        return view

    def ephemerals(self, channel: str = "C-ops") -> list[Message]:
        """Messages there that this person alone sees."""
        return [message for message in self._workspace.messages(channel) if message.visible_to == self.id]

    def _sees(self, message: Message) -> bool:
        member = self.id in self._workspace.world.channels[message.channel].members
        return member and message.visible_to in (None, self.id)

    # -- what is done ---------------------------------------------------------------------------------------------

    def click(self, label: str, message: Message | View | None = None) -> Delivery:
        """Click a button by what it says or by its action_id: in a message, else the modal, else the newest message."""
        return self.choose(label, None, message)

    def choose(self, label: str, value: Value, message: Message | View | None = None) -> Delivery:
        """Choose in a select, a date picker or an overflow menu; options go by value or by what they say."""
        for source in [message] if message else self._sources():
            for block, element in forms.interactive(source.blocks):
                if label in (element.get("action_id"), _label(element)):
                    blocks = source.fillable_blocks if isinstance(source, View) else source.blocks
                    values = forms.values(blocks, {})
                    action = forms.action(block, element, value)
                    return self._sandbox.run(self._sandbox.interactions.act(self.user, action, source, values))
        raise LookupError(f"{self.user.name} sees nothing called {label}")

    def _sources(self) -> list[Message | View]:
        views: list[Message | View] = [view for view in (self.modal, self.home) if view]
        everything = [m for c in self._workspace.world.channels.values() for m in list(c.messages) if self._sees(m)]
        return views[:1] + sorted(everything, key=lambda message: message.ts, reverse=True) + views[1:]

    def submit(self, given: dict[str, Value] | None = None) -> Delivery:
        """Fill the visible modal by label, block id or action id, and submit it."""
        view = self.modal
        if view is None:
            raise LookupError(f"{self.user.name} has no modal open")
        filled: Json = {}
        for name, value in (given or {}).items():
            block, element = _field(view, name)
            filled.setdefault(block["block_id"], {})[element.get("action_id", "")] = value
            if element["type"] == "external_select" and isinstance(value, str):
                self._sandbox.run(self._sandbox.interactions.suggest(self.user, view, block, element, value))
        return self._sandbox.run(
            self._sandbox.interactions.submit(self.user, view, forms.values(view.fillable_blocks, filled)),
        )

    def suggestions(self, field: str, typed: str) -> list[str]:
        """What the visible modal's select offers for what was typed."""
        view = self.modal
        if view is None:
            raise LookupError(f"{self.user.name} has no modal open")
        block, element = _field(view, field)
        found = self._sandbox.run(self._sandbox.interactions.suggest(self.user, view, block, element, typed))
        return [option["text"]["text"] for option in found]

    def close_modal(self) -> None:
        """Close the visible modal."""
        if self.modal:
            self._sandbox.run(self._sandbox.interactions.close(self.user, self.modal))


def _label(element: Json) -> str | None:
    text = element.get("text") or element.get("placeholder")
    return text["text"] if isinstance(text, dict) else None


def _field(view: View, name: str) -> tuple[Json, Json]:
    for block, element in forms.interactive(view.blocks):
        label = block.get("label", {}).get("text")
        if name in (label, block["block_id"], element.get("action_id"), _label(element)):
            return block, element
    raise LookupError(f"the form {view.title} has no field {name}")
