"""Help in Slack."""

from __future__ import annotations

from bot.views import kit, limits
from bot.views.escaping import code, escape, prose
from bot.views.help.model import HelpView
from bot.views.kit import Message


def message(view: HelpView) -> Message:
    """What can be done, how it is typed, and examples."""
    rows = []
    for entry in view.entries:
        example = f"\n    for example `{code(entry.example)}`" if entry.example else ""
        also = f"  or  `{code(entry.also)}`" if entry.also else ""
        rows.append(f"`{code(entry.usage)}`{also}\n    {prose(entry.summary)}{example}")
    blocks = [kit.header(view.title), kit.section(prose(view.lead))]
    if view.buttons:
        blocks.append(kit.actions("help", [kit.button(b.says, b.action, b.value) for b in view.buttons]))
    blocks += [kit.section("\n".join(rows[i : i + 8])) for i in range(0, len(rows), 8)]
    if view.foot:
        blocks.append(kit.context(prose(view.foot)))
    text = f"{view.title}. {view.lead} " + " ".join(f"{e.usage}: {e.summary}" for e in view.entries)
    return Message(limits.clip(escape(text), limits.FALLBACK), tuple(blocks))
