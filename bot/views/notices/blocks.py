"""Notices and errors in Slack."""

from __future__ import annotations

from bot.views import kit, limits
from bot.views.escaping import channel, code, escape, permalink, prose, user
from bot.views.kit import Message
from bot.views.notices.model import ErrorView, NoticeView


def notice(view: NoticeView) -> Message:
    """A plain notice."""
    text = prose(view.text)
    if view.channel:
        text = text.replace(escape(view.channel), channel(view.channel))
    text = limits.clip(text, limits.FALLBACK - 400) + permalink(view.link, "Show the message")
    return Message(text, (kit.section(text),))


def error(view: ErrorView) -> Message:
    """What happened, what was kept, the next step; a reference when it was our fault."""
    text = limits.clip(prose(view.message), limits.FALLBACK - 200)
    if view.person:
        text = text.replace(escape(view.person), user(view.person))
    blocks = [kit.section(text)]
    if view.reference:
        reference = f"Reference `{code(view.reference)}`: give it to whoever runs this bot."
        blocks.append(kit.context(reference))
        text = f"{text} {reference}"
    return Message(text, tuple(blocks))


def error_modal(view: ErrorView) -> kit.Block:
    """The same over an open form."""
    return kit.modal("error", "Not done", list(error(view).blocks))
