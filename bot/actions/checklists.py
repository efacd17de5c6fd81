"""Looking a checklist up."""

from __future__ import annotations

from bot.actions.registry import Context
from bot.checklists.catalogue import Catalogue
from bot.views.checklists.model import ChecklistView


def show(context: Context, topic: str = "") -> ChecklistView:
    """The checklist meant by `topic`; without one, or without a match, what there is."""
    return look_up(context.services.catalogue, topic)


def look_up(catalogue: Catalogue, topic: str) -> ChecklistView:
    """The same, for whoever has no more than the catalogue."""
    found = catalogue.find(topic)
    titles = catalogue.titles()
    return ChecklistView(topic, found.checklist, tuple((other, titles[other]) for other in found.others))
