"""A checklist in Slack: each item with why, what to ask, and what it rests on."""

from __future__ import annotations

from bot.checklists.catalogue import Checklist, Item
from bot.views import kit, limits
from bot.views.checklists.model import SHOW, ChecklistView
from bot.views.checklists.words import basis
from bot.views.escaping import escape, one_line, plain
from bot.views.kit import Block, Message

_BUTTONS = 12


def message(view: ChecklistView) -> Message:
    """The checklist found, or what there is when none was."""
    if view.checklist is None:
        return _catalogue(view)
    checklist = view.checklist
    items = [kit.section(_item(n, item)) for n, item in enumerate(checklist.items[: limits.BLOCKS - 6], 1)]
    head = [
        kit.header(checklist.title),
        kit.context(f"When: {escape(checklist.when)} · version {checklist.version}"),
    ]
    foot = [
        kit.context("A checklist shows what to think of. It decides nothing, and it gives no legal ruling."),
        *_others(view, "Other checklists"),
    ]
    room = limits.MESSAGE - limits.body_text([*head, *foot])
    return Message(_fallback(checklist), (*head, *_within(items, room), *foot))


def _catalogue(view: ChecklistView) -> Message:
    asked = f"There is no checklist for “{escape(limits.clip(one_line(view.query), 100))}”. " if view.query else ""
    text = f"{asked}These are the checklists; choose one, or type `/checklist` and its name."
    names = " · ".join(f"{escape(title)} (`{other}`)" for other, title in view.others)
    return Message(limits.clip(f"{text} {names}", limits.FALLBACK), (kit.section(text), *_others(view, None)))


def _others(view: ChecklistView, label: str | None) -> list[Block]:
    buttons = [
        kit.button(title, f"{SHOW}.{n}", other, label=f"Show the checklist {title}")
        for n, (other, title) in enumerate(view.others[:_BUTTONS], 1)
    ]
    if not buttons:
        return []
    return [*([kit.context(f"*{label}*")] if label else []), kit.actions("checklists", buttons)]


def _item(number: int, item: Item) -> str:
    mark = " · _critical_" if item.critical else ""
    return "\n".join(
        [
            f"*{number}. {escape(item.text)}*{mark}",
            f"Why: {escape(item.why)}",
            f"Ask: {escape(item.ask)}",
            f"Basis: {escape(basis(item))}",
        ]
    )


def _within(items: list[Block], room: int) -> list[Block]:
    """Every item stays; long lists give each an equal share of the room."""
    if limits.body_text(items) <= room:
        return items
    share = room // len(items)
    return [kit.section(limits.clip(item["text"]["text"], share)) for item in items]


def _fallback(checklist: Checklist) -> str:
    lines = [f"{n}. {plain(item.text)}" for n, item in enumerate(checklist.items, 1)]
    return limits.clip(escape(f"{checklist.title}: " + " ".join(lines)), limits.FALLBACK)
