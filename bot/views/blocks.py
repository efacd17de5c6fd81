"""From a view model to Block Kit: a message, or a modal for the forms and the passage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.views import answers, checklists, forms, notices, nudges, partners, passages
from bot.views.kit import Message
from bot.views.models import (
    AddPartnerForm,
    AnswerView,
    ChecklistView,
    ErrorView,
    HelpView,
    NoticeView,
    NudgeView,
    PartnerListView,
    PartnerView,
    PassageView,
    RecordForm,
    SnoozeForm,
    View,
)

_MESSAGES: dict[type[Any], Callable[[Any], Message]] = {
    AnswerView: answers.message,
    ChecklistView: checklists.message,
    PartnerView: partners.message,
    PartnerListView: partners.listing,
    NudgeView: nudges.message,
    HelpView: notices.help_message,
    NoticeView: notices.notice,
    ErrorView: notices.error,
}
_MODALS: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    PassageView: passages.modal,
    AddPartnerForm: forms.add_partner,
    SnoozeForm: forms.snooze,
    RecordForm: forms.record,
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
