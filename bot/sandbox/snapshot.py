"""The workspace as one person sees it, for the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.sandbox.interactions import AppManifest
from bot.sandbox.model import BOT_USER, TEAM_NAME, Channel, Json, Message, User
from bot.sandbox.world import World

MESSAGES_SHOWN = 300


class Snapshot:
    """Draws the state. `connections` tells how many Socket Mode connections the app holds."""

    def __init__(self, world: World, manifest: AppManifest, connections: Callable[[], int]) -> None:
        self._world = world
        self._manifest = manifest
        self._connections = connections

    def of(self, user: User, channel_id: str, thread: str | None) -> Json:
        """Everything the page draws for `user` in a channel, with one thread open or none."""
        world = self._world
        places = [c for c in list(world.channels.values()) if user.id in c.members]
        places.sort(key=lambda place: place.im_with is not None)
        channel = next((c for c in places if c.id == channel_id), places[0])
        visible, answered = self._visible(channel, user), world.replies(channel)
        known = {message.ts for message in visible}
        modals, home = world.stack(user.id), world.homes.get(user.id)
        return {
            "team": TEAM_NAME,
            "me": user.id,
            "bot": BOT_USER,
            "people": [_person(person) for person in world.users.values()],
            "channels": [self._channel(place, user) for place in places],
            "channel": channel.id,
            "messages": [_message(m, answered) for m in visible if _in_channel(m, known)],
            "thread": [_message(m, answered) for m in visible if thread and thread in (m.ts, m.thread_ts)],
            "statuses": dict(world.live_statuses(channel.id)),
            "modal": modals[-1].to_slack() | {"errors": dict(modals[-1].errors)} if modals else None,
            "depth": len(modals),
            "home_tab": self._manifest.home_tab,
            "home": home.to_slack() if home else None,
            "prompts": world.prompts.get(channel.id),
            "commands": self._manifest.commands,
            "now": world.clock.now().isoformat(),
            "ahead": world.clock.offset.total_seconds(),
            "connections": self._connections(),
        }

    def _channel(self, channel: Channel, user: User) -> Json:
        last = next((m.ts for m in reversed(self._visible(channel, user)) if m.user != user.id), "")
        facts: Json = {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "topic": channel.topic,
            "last": last,
        }
        return facts | {"archived": channel.is_archived, "members": channel.members, "shared": channel.is_shared}

    def _visible(self, channel: Channel, user: User) -> list[Message]:
        return [m for m in channel.messages[-MESSAGES_SHOWN:] if m.visible_to in (None, user.id)]


def _message(message: Message, answered: Mapping[str, list[Message]]) -> Json:
    replies = answered.get(message.ts)
    shown = message.to_slack() | {"revision": message.revision, "visible_to": message.visible_to}
    shown["thread_ts"] = message.thread_ts
    if replies and not message.is_reply:
        people = list(dict.fromkeys(reply.user for reply in replies))
        shown["replies"] = {"count": len(replies), "people": people, "last": replies[-1].ts}
    return shown


def _in_channel(message: Message, known: set[str]) -> bool:
    """Whether it stands in the channel's own list; a reply whose parent is gone does, lest it be seen nowhere."""
    return not message.is_reply or message.broadcast or message.thread_ts not in known


def _person(user: User) -> Json:
    names = {"name": user.name, "real_name": user.real_name, "title": user.title}
    return {
        "id": user.id,
        "tz": user.tz,
        "is_bot": user.is_bot,
        "is_admin": user.is_admin,
        "deleted": user.deleted,
    } | names
