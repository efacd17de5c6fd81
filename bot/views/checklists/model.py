"""A checklist, or what there is when none was meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.access.policy import Content
from bot.views.view import View

if TYPE_CHECKING:
    from bot.checklists.catalogue import Checklist

SHOW = "checklist.show"
MORE = "checklist.more"


@dataclass(frozen=True)
class ChecklistView(View):
    """A checklist as it was found for `query`; without one, what there is. `others` is (id, title), nearest first.

    `skipped` is how many of its items were shown before.
    """

    thing = "checklist"
    shows = Content.GUIDANCE

    query: str
    checklist: Checklist | None
    others: tuple[tuple[str, str], ...] = ()
    skipped: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        found = self.checklist.to_json() if self.checklist else None
        return {"query": self.query, "checklist": found, "others": [other for other, _ in self.others]}


def more_value(checklist_id: str, skipped: int) -> str:
    """What the button that shows further items carries."""
    return f"{checklist_id}:{skipped}"


def read_more_value(value: str) -> tuple[str, int]:
    """The inverse of `more_value`; raises ValueError on anything else."""
    checklist_id, _, skipped = value.rpartition(":")
    return checklist_id, int(skipped)
