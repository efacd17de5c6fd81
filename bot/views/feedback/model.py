"""What people think of an answer: the names of the actions, and the form that asks what was wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.access.policy import Content
from bot.views.view import View

HELPFUL = "feedback.helpful"
UNHELPFUL = "feedback.unhelpful"


@dataclass(frozen=True)
class FeedbackForm(View):
    """Asks why the answer with this reference did not help. `channel` and `thread` are where it was shown."""

    thing = "feedback form"
    shows = Content.OURS

    reference: str
    channel: str
    days: int
    thread: str | None = None


@dataclass(frozen=True)
class Kept:
    """What the form carries along: ids only."""

    reference: str
    channel: str
    thread: str | None


def form_value(form: FeedbackForm) -> str:
    """What the form carries in its private_metadata."""
    return json.dumps({"r": form.reference, "c": form.channel, "t": form.thread})


def read_kept(metadata: str) -> Kept:
    """The inverse of `form_value`; raises ValueError on anything else."""
    try:
        data = json.loads(metadata)
        return Kept(str(data["r"]), str(data["c"]), str(data["t"]) if data["t"] else None)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the metadata of this form") from error
