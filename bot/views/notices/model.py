"""Something to know, and something that went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.access.policy import Content
from bot.views.view import StoredView, View
from bot.work.kinds import NOTICE


@dataclass(frozen=True)
class NoticeView(StoredView):
    """Something to know: `text` may have several lines.

    `channel` is a Slack channel id that `text` names: it is shown as that channel. `link` is the address of a message.
    """

    thing = "notice"
    shows = Content.OURS
    posted_as = NOTICE

    text: str
    title: str = "Proviso"
    channel: str | None = None
    link: str | None = None

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox."""
        return {"text": self.text, "title": self.title, "channel": self.channel, "link": self.link}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> NoticeView:
        """The inverse of `to_data`."""
        return cls(data["text"], data.get("title", "Proviso"), data.get("channel"), data.get("link"))


@dataclass(frozen=True)
class ErrorView(View):
    """What happened, what was kept, the next step. `reference` is set when it was our fault.

    `person` is a Slack user id that `message` names: it is shown as that person.
    """

    thing = "error"
    shows = Content.OURS

    message: str
    reference: str | None = None
    person: str | None = None
