"""auth.*, users.*, bots.*, conversations.* and apps.* of the Web API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.calls import Call, method
from bot.sandbox.model import APP, BOT, BOT_USER, TEAM, TEAM_NAME, Channel, Json, Message, Refusal

_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")


@method("api.test")
def api_test(call: Call) -> Json:
    """Echoes its arguments; `error` is returned as the error it names."""
    if call.text("error"):
        raise Refusal(call.text("error"))
    return {"args": call.arguments}


@method("auth.test")
def auth_test(call: Call) -> Json:
    """Who the token speaks for."""
    names = {"team": TEAM_NAME, "user": call.world.users[BOT_USER].name}
    ids = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "app_id": APP}
    return {"url": f"{call.base_url}/", "is_enterprise_install": False} | names | ids


@method("bots.info")
def bots_info(call: Call) -> Json:
    """The app's bot."""
    if call.text("bot", BOT) != BOT:
        raise Refusal("bot_not_found")
    return {"bot": {"id": BOT, "app_id": APP, "user_id": BOT_USER, "name": "proviso", "deleted": False}}


@method("users.info", "users:read")
def users_info(call: Call) -> Json:
    """One member."""
    user = call.world.users.get(call.required("user", "user_not_found"))
    if user is None:
        raise Refusal("user_not_found")
    return {"user": user.to_slack(call.world.clock.now())}


@method("users.list", "users:read")
def users_list(call: Call) -> Json:
    """All members."""
    users, meta = _page(call, list(call.world.users.values()), 200)
    return {"members": [user.to_slack(call.world.clock.now()) for user in users]} | meta


def _page(call: Call, items: Sequence[Any], most: int) -> tuple[Sequence[Any], Json]:
    """One page of a list, and what names the next; cursors are positions."""
    cursor = call.text("cursor", "0") or "0"
    if not cursor.isdigit():
        raise Refusal("invalid_cursor")
    start, size = int(cursor), max(1, min(call.number("limit", 100), most))
    following = str(start + size) if start + size < len(items) else ""
    return items[start : start + size], {"response_metadata": {"next_cursor": following}, "has_more": bool(following)}


@method("conversations.list", *_READ)
def conversations_list(call: Call) -> Json:
    """The channels the app can see, of the kinds asked for."""
    kinds = set(call.names("types") or ["public_channel"])
    names = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    visible = [c for c in call.world.channels.values() if names[c.kind] in kinds]
    visible = [c for c in visible if BOT_USER in c.members or not c.is_private]
    if call.flag("exclude_archived"):
        visible = [c for c in visible if not c.is_archived]
    channels, meta = _page(call, visible, 1000)
    return {"channels": [channel.to_slack() for channel in channels]} | meta


@method("conversations.info", *_READ)
def conversations_info(call: Call) -> Json:
    """One channel."""
    return {"channel": call.visible_channel().to_slack()}


@method("conversations.members", *_READ)
def conversations_members(call: Call) -> Json:
    """Who is in a channel."""
    members, meta = _page(call, call.visible_channel().members, 1000)
    return {"members": list(members)} | meta


@method("conversations.join", "channels:join")
def conversations_join(call: Call) -> Json:
    """The app enters a public channel."""
    channel = call.visible_channel()
    if channel.is_archived:
        raise Refusal("is_archived")
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if BOT_USER not in channel.members:
        channel.members.append(BOT_USER)
        call.world.changed()
    return {"channel": channel.to_slack()}


@method("conversations.open", "im:write")
def conversations_open(call: Call) -> Json:
    """The direct message with one user."""
    users = call.names("users")
    if len(users) != 1:
        raise Refusal("users_list_not_supplied" if not users else "too_many_users")
    return {"channel": {"id": call.world.im(users[0]).id}}


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9" * 12
    inside = [m for m in messages if float(oldest) < float(m.ts) < float(latest)]
    if call.flag("inclusive"):
        inside = [m for m in messages if float(oldest) <= float(m.ts) <= float(latest)]
    return inside


def _shown(call: Call, messages: Sequence[Message], channel: Channel) -> list[Json]:
    shown, answered = [], call.world.replies(channel)
    for message in messages:
        data = message.to_slack(metadata=call.flag("include_all_metadata"))
        if replies := answered.get(message.ts):
            people = list(dict.fromkeys(m.user for m in replies))
            data |= {"reply_count": len(replies), "reply_users": people, "latest_reply": replies[-1].ts}
        shown.append(data)
    return shown


@method("conversations.history", *_HISTORY)
def conversations_history(call: Call) -> Json:
    """Messages of a channel, newest first, without replies; metadata when include_all_metadata is set."""
    channel = call.joined_channel()
    messages = _between(call, call.world.history(channel))[::-1]
    page, meta = _page(call, messages, 999)
    return {"messages": _shown(call, page, channel), "pin_count": 0} | meta


@method("conversations.replies", *_HISTORY)
def conversations_replies(call: Call) -> Json:
    """A message and its replies, oldest first."""
    channel = call.joined_channel()
    ts = call.required("ts", "thread_not_found")
    thread = call.world.thread(channel, ts)
    if not thread:
        raise Refusal("thread_not_found")
    parent = [message for message in thread if not message.is_reply]
    replies = [message for message in _between(call, thread) if message.is_reply]
    page, meta = _page(call, parent + replies, 999)
    return {"messages": _shown(call, page, channel)} | meta
