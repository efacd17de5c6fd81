"""Help, derived from the registry."""

from __future__ import annotations

from bot.actions.registry import Action, Context, Registry
from bot.views.help.model import HelpEntry, HelpView
from bot.views.words import CAUTION

LEAD = (
    "I answer questions on good practice in partnered military operations from indexed guidance, and show the passage "
    "each sentence rests on. Mention me in a channel, or write to me directly. I look up checklists, keep a register "
    "of partners, and remind their focal points to reassess them."
)
QUESTION = HelpEntry(
    "@Proviso QUESTION",
    "Answer in the thread, with numbered sources.",
    "@Proviso what should be assessed before support to a partner begins?",
)
FOOT = (
    f"{CAUTION} I give no rulings on law and never advise on a target. Something wrong? Tell whoever runs this bot, "
    "with the reference the message shows."
)


def show(context: Context) -> HelpView:
    """Everything that can be typed, as the registry has it."""
    return help_view(context.registry)


def help_view(registry: Registry, lead: str = LEAD) -> HelpView:
    """The help of a registry under a sentence of its own."""
    return HelpView("Proviso", lead, (QUESTION, *map(_entry, registry.on("slash"))), FOOT)


def _entry(action: Action) -> HelpEntry:
    also = action.usage_at_home if action.usage_at_home != action.usage else None
    return HelpEntry(action.usage, action.summary, action.example, also)
