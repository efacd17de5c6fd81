"""What is shown of a message that Slack did not take as a whole: one of two parts, its text, a line in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.views.kit import Message, context
from bot.views.limits import FALLBACK, body_text, clip
from bot.work.notifier import OutgoingPost

REPEAT = "This may be a repeat: nobody could tell whether it had been posted before."
FIRST = "_Part 1 of 2: it was too long for one message._"
SECOND = "_Part 2 of 2._"
_SHORT = {
    "answer": (
        "Your question was answered, but Slack would not take the answer as a message, not even in parts. "
        "Next step: ask about one point of it at a time, or ask on the command line: `proviso ask`."
    ),
    "nudge": (
        "A reminder fell due that Slack would not take as a message. Nothing was changed. "
        "Next step: `/partner list` shows what is due."
    ),
}
_SHORT_OF_OTHERS = "Slack would not take this message. Nothing was changed. Next step: `/proviso help`."


def shown(message: Message, post: OutgoingPost) -> Message:
    """The message in the form, and the part of it, that is to be posted now."""
    if post.form == "short":
        return _remarked(Message(_SHORT.get(post.view, _SHORT_OF_OTHERS), ()), post)
    if post.part:
        message = _part(message, post.part)
    message = _remarked(message, post)
    return Message(message.text, ()) if post.form == "plain" else message


def _remarked(message: Message, post: OutgoingPost) -> Message:
    if not post.repeat:
        return message
    blocks = (*message.blocks[:49], context(REPEAT)) if message.blocks else ()
    return Message(clip(f"{message.text}\n{REPEAT}", FALLBACK), blocks)


def _part(message: Message, number: int) -> Message:
    """One half of a message, divided between blocks and between lines where both halves are about as long."""
    lines, weights = message.text.splitlines(keepends=True), [body_text(block) for block in message.blocks]
    words, cut = _middle([len(line) for line in lines]), _middle(weights)
    if number == 1:
        half = Message("".join(lines[:words]), message.blocks[:cut])
        return _with_remark(half, (), FIRST)
    half = Message("".join(lines[words:]), message.blocks[cut:])
    return _with_remark(half, (SECOND,), None)


def _with_remark(message: Message, before: Sequence[str], after: str | None) -> Message:
    said = [*before, message.text.strip(), *([after] if after else [])]
    blocks: list[Any] = [*map(context, before), *message.blocks, *([context(after)] if after else [])]
    return replace(message, text="\n".join(filter(None, said)), blocks=tuple(blocks) if message.blocks else ())


def _middle(weights: Sequence[int]) -> int:
    """How many come first for two halves of about the same weight; at least one where there are two."""
    total, before = sum(weights), 0
    for count, weight in enumerate(weights):
        if count and before + weight > total / 2:
            return count
        before += weight
    return max(len(weights) - 1, 0) if len(weights) > 1 else len(weights)
