"""A checklist, or what there is when none was meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.access.policy import Content
from bot.views.view import View

if TYPE_CHECKING:
    from bot.checklists.catalogue import Checklist

SHOW = "checklist.show"


@dataclass(frozen=True)
class ChecklistView(View):
    """A checklist as it was found for `query`; without one, what there is. `others` is (id, title), nearest first."""

    thing = "checklist"
    shows = Content.GUIDANCE

    query: str
    checklist: Checklist | None
    others: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        found = self.checklist.to_json() if self.checklist else None
        return {"query": self.query, "checklist": found, "others": [other for other, _ in self.others]}
