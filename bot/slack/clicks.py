"""A click below a message that one or all were shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.slack.responder import Asker
from bot.work.outbox import Shown, find_shown


@dataclass(frozen=True)
class Clicked:
    """A click below a message: the reference that the button carries, where, and by whom (Slack's ids)."""

    reference: str
    channel: str
    thread: str | None
    user: str

    @classmethod
    def on(cls, asker: Asker, action: dict[str, Any]) -> Clicked:
        """Tell who clicked a button, and on which message."""
        return cls(str(action.get("value") or ""), str(asker.channel), asker.thread, asker.user)

    @property
    def direct(self) -> bool:
        """Whether it was in a direct message with the bot."""
        return self.channel.startswith("D")

    def to_body(self) -> dict[str, Any]:
        """The body of the inbox row."""
        return {"reference": self.reference, "channel": self.channel, "thread": self.thread, "user": self.user}

    def found(self, session: Session, team_id: str, view: str) -> Shown | None:
        """The message that was clicked, if this person was shown it there and its text is still kept."""
        return find_shown(
            session, self.reference, team_id=team_id, channel=self.channel, slack_user=self.user, view=view
        )
