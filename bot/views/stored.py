"""Views that wait in the outbox, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.views.answers.model import AnswerView
from bot.views.help.model import HelpView
from bot.views.notices.model import NoticeView
from bot.views.nudges.model import NudgeView
from bot.views.summaries.model import SummaryView
from bot.views.view import StoredView

_VIEWS: tuple[type[StoredView], ...] = (AnswerView, NudgeView, HelpView, NoticeView, SummaryView)
STORED: dict[str, type[StoredView]] = {view.thing: view for view in _VIEWS}


def view_of(name: str, data: Mapping[str, Any]) -> StoredView:
    """The view that was stored as `data`; raises KeyError for a name that is unknown here."""
    return STORED[name].from_data(data)
