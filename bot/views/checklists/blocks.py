"""A checklist in Slack: each item with why, what to ask, and what it rests on."""

from __future__ import annotations

from itertools import accumulate, chain

from bot.checklists.catalogue import Checklist, Item
from bot.views import kit, limits
from bot.views.checklists.model import MORE, SHOW, ChecklistView, more_value
from bot.views.checklists.words import basis
from bot.views.escaping import escape, one_line, plain
from bot.views.kit import Block, Message

_BUTTONS = 12
_LONGEST = limits.SECTION - 50
_CRITICAL = "Critical: "


def message(view: ChecklistView) -> Message:
    """The checklist found, as many items as one message holds; what there is when none was found."""
    checklist = view.checklist
    if checklist is None:
        return _catalogue(view)
    foot = [
        kit.context("A checklist shows what to think of. It decides nothing, and it gives no legal ruling."),
        *_others(view, "Other checklists"),
    ]
    most = len(checklist.items)
    around = [*_head(checklist, most, most), _more(checklist.id, most, most), *foot]
    numbered = list(enumerate(checklist.items, 1))[view.skipped :]
    shown = _that_fit([_item(n, item) for n, item in numbered], around)
    end = view.skipped + len(shown)
    pager = [_more(checklist.id, end, most)] if end < most else []
    head = _head(checklist, view.skipped + 1, end)
    return Message(_fallback(checklist), (*head, *chain.from_iterable(shown), *pager, *foot))


def _head(checklist: Checklist, first: int, last: int) -> list[Block]:
    items = checklist.items
    critical = sum(item.critical for item in items)
    part = "" if (first, last) == (1, len(items)) else f" · items {first} to {last} shown"
    count = f"{len(items)} items, {critical} critical{part}"
    return [
        kit.header(checklist.title),
        kit.context(f"When: {escape(checklist.when)} · {count} · version {checklist.version}"),
    ]


def _more(checklist_id: str, skipped: int, items: int) -> Block:
    button = kit.button(f"Show more ({items - skipped} left)", MORE, more_value(checklist_id, skipped))
    return kit.actions("checklist-more", [button])


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


def _item(number: int, item: Item) -> list[Block]:
    """What to think of, and in small print what to ask, why, and what it rests on."""
    details = (f"Ask: {escape(item.ask)}", f"Why: {escape(item.why)}", f"Basis: {escape(basis(item))}")
    return [
        kit.section(f"*{number}. {_CRITICAL if item.critical else ''}{limits.clip(escape(item.text), _LONGEST)}*"),
        kit.context("\n".join(details)),
    ]


def _that_fit(items: list[list[Block]], around: list[Block]) -> list[list[Block]]:
    """The items, from the first, that one message holds beside what stands `around` them; at least one."""
    blocks, room = limits.BLOCKS - len(around), limits.MESSAGE - limits.body_text(around)
    used = list(accumulate(limits.body_text(item) for item in items))
    held = sum(spent <= room and 2 * n <= blocks for n, spent in enumerate(used, 1))
    return items[: max(1, held)]


def _fallback(checklist: Checklist) -> str:
    lines = [f"{n}. {plain(item.text)}" for n, item in enumerate(checklist.items, 1)]
    return limits.clip(escape(f"{checklist.title}: " + " ".join(lines)), limits.FALLBACK)
