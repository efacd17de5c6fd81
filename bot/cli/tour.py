"""What `./run` shows in the terminal: the three uses, on the starter guidance, each with its next step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.checklists.catalogue import Catalogue, Checklist
from bot.reminders.rules import Cadence, local_date, stages
from bot.views.answers.model import AnswerView
from bot.views.markdown import render_markdown
from bot.views.nudges.words import STAGES
from bot.views.words import day

QUESTION = "When should support to a partner be suspended?"
TOPIC = "detention"
PARTNER = "Harbour Guard"
CADENCE = Cadence(every=180, unit="days", zone="Europe/Brussels")
FIRST_IN_DAYS = 30
ITEMS_SHOWN = 3

# The page's own names for what it offers first, in this order.
FIRST_ON_THE_PAGE = ("Ask a question", "Look up a checklist", "Register a partner", "See the nudge")


def answer_section(view: AnswerView, command: str) -> str:
    """A question, its cited answer, and how to ask another."""
    next_step = f'*Next:* `{command} ask "…"` with a question of your own.'
    return f"## 1. Ask: {QUESTION}\n\n{render_markdown(view)}\n{next_step}\n"


def checklist_section(catalogue: Catalogue, command: str) -> str:
    """The first items of a checklist that must not be missed, and how to read the rest."""
    checklist = catalogue.find(TOPIC).checklist
    assert checklist is not None
    return "\n".join(
        (
            "## 2. Look up a checklist\n",
            f"**{checklist.title}**: {len(checklist.items)} items, for example\n",
            *_first_items(checklist),
            f"\n*Next:* `{command} checklist {TOPIC}` shows each item with its reason and its source; "
            f"`{command} checklist` lists the others.\n",
        )
    )


def nudges_section(now: datetime, command: str) -> str:
    """What an example partner would bring, until its assessment is recorded."""
    due = local_date(now, CADENCE.zone) + timedelta(days=FIRST_IN_DAYS)
    return "\n".join(
        (
            "## 3. Be nudged to reassess a partner\n",
            f"The first assessment of {PARTNER}, a made-up partner, is due on {day(due)}. Until somebody records it, "
            f"its channel gets ({CADENCE.zone} time):\n",
            *_nudges(due),
            f"\nOnce it is recorded, the next assessment is due {CADENCE.every} {CADENCE.unit} later.\n",
            f"*Next:* add one on the sandbox's page; `{command} nudges preview` lists those of your own register.\n",
        )
    )


def page_section(address: str, note: str) -> str:
    """Where the page is, and what to click first."""
    note = f"{note} " if note else ""
    steps = len(FIRST_ON_THE_PAGE)
    *first, last = (f"**{name}**" for name in FIRST_ON_THE_PAGE)
    return (
        f"## Now try it yourself\n\nready {address}\n\n"
        f"{note}Open this page and follow the {steps} steps on it: {', '.join(first)} "
        f"and {last}, for which the clock jumps to the day it comes. Ctrl-C ends it.\n"
    )


def _first_items(checklist: Checklist) -> Iterator[str]:
    ranked = sorted(checklist.items, key=lambda item: not item.critical)
    return (f"- {item.text}" for item in ranked[:ITEMS_SHOWN])


def _nudges(due: date) -> Iterator[str]:
    zone = ZoneInfo(CADENCE.zone)
    return (f"- {at.astimezone(zone):%a %d %b %Y, %H:%M}: {STAGES[stage]}" for stage, at in stages(due, CADENCE))
