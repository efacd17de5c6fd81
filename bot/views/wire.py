"""Views that wait in the outbox: by name and data, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.views.models import AnswerView, HelpView, NoticeView, NudgeView, View

_READERS: dict[str, Callable[[Mapping[str, Any]], View]] = {
    "answer": AnswerView.from_data,
    "nudge": NudgeView.from_data,
    "help": HelpView.from_data,
    "notice": NoticeView.from_data,
}
# Views that show something from the register: never to another organisation.
FROM_REGISTER = frozenset({"nudge"})


def view_of(name: str, data: Mapping[str, Any]) -> View:
    """The view model that was frozen as `data`; raises KeyError for a name that is unknown here."""
    return _READERS[name](data)
