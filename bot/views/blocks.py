"""From a view to Block Kit: a message, or a modal for the forms and the passage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.views.answers.blocks import message as answer
from bot.views.answers.model import AnswerView
from bot.views.checklists.blocks import message as checklist
from bot.views.checklists.model import ChecklistView
from bot.views.feedback import blocks as feedback
from bot.views.feedback.model import FeedbackForm
from bot.views.help.blocks import message as help_
from bot.views.help.model import HelpView
from bot.views.kit import Message
from bot.views.notices import blocks as notices
from bot.views.notices.model import ErrorView, NoticeView
from bot.views.nudges import blocks as nudges
from bot.views.nudges.model import NudgeView, RecordForm, SnoozeForm
from bot.views.partners import blocks as partners
from bot.views.partners.model import AddPartnerForm, PartnerListView, PartnerView
from bot.views.passages import blocks as passages
from bot.views.passages.model import FetchingPassage, MissingPassage, PassageView
from bot.views.summaries.blocks import message as summary
from bot.views.summaries.model import SummaryView
from bot.views.view import View

_MESSAGES: dict[type[View], Callable[[Any], Message]] = {
    AnswerView: answer,
    ChecklistView: checklist,
    PartnerView: partners.message,
    PartnerListView: partners.listing,
    NudgeView: nudges.message,
    HelpView: help_,
    NoticeView: notices.notice,
    SummaryView: summary,
    ErrorView: notices.error,
}
_MODALS: dict[type[View], Callable[[Any], dict[str, Any]]] = {
    PassageView: passages.modal,
    FetchingPassage: passages.fetching,
    MissingPassage: passages.missing,
    AddPartnerForm: partners.add_partner,
    SnoozeForm: nudges.snooze,
    RecordForm: nudges.record,
    FeedbackForm: feedback.modal,
    ErrorView: notices.error_modal,
}


def render_blocks(view: View) -> Message:
    """The view as a message; raises KeyError for a view that is only ever a modal."""
    return _MESSAGES[type(view)](view)


def render_modal(view: View) -> dict[str, Any]:
    """The view as a modal; raises KeyError for a view that is only ever a message."""
    return _MODALS[type(view)](view)


def is_modal(view: View) -> bool:
    """Whether the view asks for a modal rather than a message."""
    return type(view) not in _MESSAGES
