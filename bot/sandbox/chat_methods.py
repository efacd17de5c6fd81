"""chat.*, reactions.* and assistant.threads.* of the Web API, and what a response_url accepts."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.blocks import check_message
from bot.sandbox.calls import Call, method
from bot.sandbox.model import BOT_USER, Json, Message, Refusal
from bot.sandbox.world import ResponseUrl, World

TEXT_CHARACTERS = 40_000
_TS = re.compile(r"\d{10}\.\d{6}")


def content(call: Call) -> tuple[str, list[Json]]:
    """The text and the blocks of a message to be; refuses what Slack refuses."""
    markdown = call.text("markdown_text")
    text, blocks = call.text("text"), call.structure("blocks", "invalid_blocks_format")
    if markdown and (text or blocks):
        raise Refusal("markdown_text_conflict")
    if markdown:
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    checked = check_message(blocks)
    if not text and not checked:
        raise Refusal("no_text")
    if len(text) > TEXT_CHARACTERS:
        raise Refusal("msg_too_long")
    return text, checked


def _thread(call: Call) -> str | None:
    thread_ts = call.text("thread_ts") or None
    if thread_ts and not _TS.fullmatch(thread_ts):
        raise Refusal("invalid_thread_ts")
    return thread_ts


def _metadata(call: Call) -> Json | None:
    metadata: Any = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if not metadata.get("event_type"):
        raise Refusal("invalid_metadata_schema")
    return metadata


@method("chat.postMessage", "chat:write")
def post_message(call: Call) -> Json:
    """A message in a channel, a thread or (given a user's id) a direct message."""
    channel = call.writable_channel()
    text, blocks = content(call)
    more: Json = {"metadata": _metadata(call), "client_msg_id": call.text("client_msg_id") or None}
    more |= {"thread_ts": _thread(call), "broadcast": call.flag("reply_broadcast"), "blocks": blocks}
    message = call.world.post(channel, BOT_USER, text, **more)
    return {"channel": channel.id, "ts": message.ts, "message": message.to_slack(metadata=True)}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Json:
    """A message that one member sees."""
    channel = call.writable_channel()
    user = call.required("user", "user_not_in_channel")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks = content(call)
    thread_ts = _thread(call)
    message = call.world.post(channel, BOT_USER, text, blocks=blocks, thread_ts=thread_ts, visible_to=user)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
def update(call: Call) -> Json:
    """Other words for a message of the app's own; blocks that are not given go when text is."""
    channel = call.visible_channel()
    message = call.own_message(channel, "cant_update_message")
    if channel.is_archived:
        raise Refusal("is_archived")
    text, blocks = content(call)
    call.world.edit(message, text, blocks, _metadata(call))
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.to_slack(metadata=True)}


@method("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    """Take a message of the app's own away."""
    channel = call.visible_channel()
    message = call.own_message(channel, "cant_delete_message")
    call.world.delete(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
def permalink(call: Call) -> Json:
    """An address for a message; here it opens the sandbox's page."""
    channel, ts = call.visible_channel(), call.required("message_ts", "message_not_found")
    if call.world.find(channel, ts) is None:
        raise Refusal("message_not_found")
    return {"channel": channel.id, "permalink": f"{call.base_url}/#{channel.id}/{ts}"}


def _reacted(call: Call) -> tuple[Message, str]:
    channel = call.joined_channel()
    message = call.world.find(channel, call.required("timestamp", "bad_timestamp"))
    if message is None:
        raise Refusal("message_not_found")
    return message, call.required("name", "invalid_name")


@method("reactions.add", "reactions:write")
def add_reaction(call: Call) -> Json:
    """The app's reaction on a message."""
    message, name = _reacted(call)
    users = message.reactions.setdefault(name, [])
    if BOT_USER in users:
        raise Refusal("already_reacted")
    users.append(BOT_USER)
    _touch(call.world, message)
    return {}


@method("reactions.remove", "reactions:write")
def remove_reaction(call: Call) -> Json:
    """Take the app's reaction back."""
    message, name = _reacted(call)
    if BOT_USER not in message.reactions.get(name, []):
        raise Refusal("no_reaction")
    message.reactions[name].remove(BOT_USER)
    if not message.reactions[name]:
        del message.reactions[name]
    _touch(call.world, message)
    return {}


def _touch(world: World, message: Message) -> None:
    message.revision += 1
    world.changed()


@method("assistant.threads.setStatus", "assistant:write", "chat:write")
def set_status(call: Call) -> Json:
    """What the app is doing, shown in a thread until it posts there, clears it, or two minutes pass."""
    channel = call.joined_channel("channel_id")
    call.world.set_status(channel.id, call.required("thread_ts"), call.text("status"))
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
def set_prompts(call: Call) -> Json:
    """Up to four prompts offered in the app's direct message."""
    channel = call.joined_channel("channel_id")
    prompts = call.structure("prompts") or []
    if not 1 <= len(prompts) <= 4 or not all({"title", "message"} <= set(prompt) for prompt in prompts):
        raise Refusal("invalid_arguments")
    call.world.prompts[channel.id] = {"title": call.text("title"), "prompts": prompts}
    call.world.changed()
    return {}


def respond(world: World, key: str, body: Json, base_url: str) -> None:
    """What an app posts to a response_url: answers in place, beside the message, or takes it away."""
    url = world.use_response_url(key)
    channel = world.channels[url.channel]
    original = world.find(channel, url.message) if url.message else None
    if body.get("delete_original"):
        if original:
            world.delete(original)
        return
    text, blocks = content(Call(world, body, base_url))
    if body.get("replace_original") and original:
        world.edit(original, text, blocks)
        return
    hidden = url.user if body.get("response_type", "ephemeral") == "ephemeral" else None
    world.post(channel, BOT_USER, text, blocks=blocks, thread_ts=_place(url, body), visible_to=hidden)


def _place(url: ResponseUrl, body: Json) -> str | None:
    return body.get("thread_ts") or url.thread_ts
