"""What an item rests on, in words: the same in Slack and in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.checklists.catalogue import Item


def basis(item: Item) -> str:
    """What an item rests on, in one line; a source is named once, with every place in it."""
    if isinstance(item.basis, str):
        return item.basis
    named: dict[str, list[str]] = {}
    for reference in item.basis:
        source = f"“{reference.source}”" + (f", {reference.publisher}" if reference.publisher else "")
        places = ", ".join(part for part in (reference.locator, reference.note) if part)
        named.setdefault(source, []).append(places)
    return "; ".join(", ".join([source, *filter(None, places)]) for source, places in named.items())
