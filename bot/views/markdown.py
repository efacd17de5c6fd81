"""From a view to Markdown, for the terminal: the same facts as in Slack, without buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.views.answers.markdown import answer
from bot.views.answers.model import AnswerView
from bot.views.checklists.markdown import checklist
from bot.views.checklists.model import ChecklistView
from bot.views.help.markdown import help_
from bot.views.help.model import HelpView
from bot.views.notices import markdown as notices
from bot.views.notices.model import ErrorView, NoticeView
from bot.views.nudges.markdown import nudge
from bot.views.nudges.model import NudgeView
from bot.views.partners import markdown as partners
from bot.views.partners.model import PartnerListView, PartnerView
from bot.views.passages.markdown import passage
from bot.views.passages.model import PassageView
from bot.views.summaries.markdown import summary
from bot.views.summaries.model import SummaryView
from bot.views.view import View

_RENDERERS: dict[type[View], Callable[[Any], str]] = {
    AnswerView: answer,
    ChecklistView: checklist,
    PartnerView: partners.partner,
    PartnerListView: partners.listing,
    NudgeView: nudge,
    PassageView: passage,
    HelpView: help_,
    NoticeView: notices.notice,
    SummaryView: summary,
    ErrorView: notices.error,
}


def render_markdown(view: View) -> str:
    """The view as Markdown that also reads well unrendered; raises KeyError for a form."""
    return _RENDERERS[type(view)](view).strip() + "\n"
