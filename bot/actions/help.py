"""Help, derived from the registry."""

from __future__ import annotations

from bot.actions.registry import Action, Context, Registry
from bot.errors import NotFound
from bot.views.checklists.model import SHOW as SHOW_CHECKLIST
from bot.views.help.model import HelpButton, HelpEntry, HelpView
from bot.views.notices.model import NoticeView
from bot.views.partners.model import ADD as ADD_PARTNER
from bot.views.words import CAUTION

LEAD = (
    "I answer questions on good practice in partnered military operations from indexed guidance, and show the passage "
    "each sentence rests on. Mention me in a channel, or write to me directly. I look up checklists, keep a register "
    "of partners, and remind their focal points to reassess them."
)
EXAMPLE = "What should be assessed before support to a partner begins?"
QUESTION = HelpEntry(
    "@Proviso QUESTION", "Answer in the thread, in quotes with their sources and places.", f"@Proviso {EXAMPLE}"
)
TRY = "question.try"
# The value of the button that shows what checklists there are.
ALL = "all"
BUTTONS = (
    HelpButton("Try a question", TRY, EXAMPLE),
    HelpButton("See the checklists", SHOW_CHECKLIST, ALL),
    HelpButton("Add a partner…", ADD_PARTNER, "new"),
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
    return HelpView("Proviso", lead, (QUESTION, *map(_entry, registry.on("slash"))), FOOT, BUTTONS)


def try_question(_context: Context, question: str) -> NoticeView:
    """What is said while an example is answered; raises NotFound for a question that is no example of ours."""
    if question != EXAMPLE:
        raise NotFound("This example is from an earlier version. Nothing was asked; type `/proviso help` for today's.")
    return NoticeView(f"You asked: “{question}” The answer follows in a moment.")


def _entry(action: Action) -> HelpEntry:
    also = action.usage_at_home if action.usage_at_home != action.usage else None
    return HelpEntry(action.usage, action.summary, action.example, also)
