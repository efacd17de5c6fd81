"""What can be done here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.access.policy import Content
from bot.views.view import StoredView
from bot.work.kinds import ANSWER


@dataclass(frozen=True)
class HelpEntry:
    """One thing that can be done, how it is typed, an example, and how else it is typed."""

    usage: str
    summary: str
    example: str | None = None
    also: str | None = None


@dataclass(frozen=True)
class HelpButton:
    """Something that can be done with a click: what the button says, the name of the action, and its value."""

    says: str
    action: str
    value: str


@dataclass(frozen=True)
class HelpView(StoredView):
    """What can be done here. `lead` stands first, `buttons` and `entries` follow, `foot` is small print."""

    thing = "help"
    shows = Content.OURS
    posted_as = ANSWER

    title: str
    lead: str
    entries: tuple[HelpEntry, ...]
    foot: str = ""
    buttons: tuple[HelpButton, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox."""
        return {
            "title": self.title,
            "lead": self.lead,
            "entries": [vars(entry) for entry in self.entries],
            "foot": self.foot,
            "buttons": [vars(button) for button in self.buttons],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> HelpView:
        """The inverse of `to_data`."""
        entries = tuple(HelpEntry(**entry) for entry in data["entries"])
        buttons = tuple(HelpButton(**button) for button in data.get("buttons", ()))
        return cls(data["title"], data["lead"], entries, data["foot"], buttons)
