"""Help, notices and errors in Slack."""

from __future__ import annotations

from bot.views import kit, limits
from bot.views.escaping import escape, user
from bot.views.kit import Message
from bot.views.models import ErrorView, HelpView, NoticeView


def help_message(view: HelpView) -> Message:
    """What can be done, how it is typed, and examples."""
    rows = []
    for entry in view.entries:
        example = f"\n    for example `{_code(entry.example)}`" if entry.example else ""
        rows.append(f"`{_code(entry.usage)}`\n    {escape(entry.summary)}{example}")
    blocks = [kit.header(view.title), kit.section(escape(view.lead))]
    blocks += [kit.section("\n".join(rows[i : i + 8])) for i in range(0, len(rows), 8)]
    if view.foot:
        blocks.append(kit.context(escape(view.foot)))
    text = f"{view.title}. {view.lead} " + " ".join(f"{e.usage}: {e.summary}" for e in view.entries)
    return Message(limits.clip(escape(text), limits.FALLBACK), tuple(blocks))


def notice(view: NoticeView) -> Message:
    """A plain notice."""
    return Message(limits.clip(escape(view.text), limits.FALLBACK), (kit.section(escape(view.text)),))


def error(view: ErrorView) -> Message:
    """What happened, what was kept, the next step; a reference when it was our fault."""
    text = limits.clip(escape(view.message), limits.FALLBACK - 200)
    if view.person:
        text = text.replace(escape(view.person), user(view.person))
    blocks = [kit.section(text)]
    if view.reference:
        reference = f"Reference `{_code(view.reference)}`: give it to whoever runs this bot."
        blocks.append(kit.context(reference))
        text = f"{text} {reference}"
    return Message(text, tuple(blocks))


def error_modal(view: ErrorView) -> kit.Block:
    """The same over an open form."""
    return kit.modal("error", "Not done", list(error(view).blocks))


def _code(text: str) -> str:
    return escape(text).replace("ˍ", "_")
