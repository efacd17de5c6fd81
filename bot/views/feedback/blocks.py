"""The form that asks what was wrong with an answer, in Slack."""

from __future__ import annotations

from typing import Any

from bot.conversations.feedback import REMARK_LENGTH
from bot.views import kit
from bot.views.feedback.model import UNHELPFUL, FeedbackForm, form_value
from bot.views.feedback.words import REASONS
from bot.views.words import CAUTION


def modal(form: FeedbackForm) -> dict[str, Any]:
    """A few reasons, and room for a remark."""
    remark = kit.text_input(multiline=True, longest=REMARK_LENGTH)
    kept = f"Read by whoever runs this bot, without your name. Erased after {form.days} days."
    blocks = [
        kit.section("Your mark is kept. What was wrong with the answer?"),
        kit.context(CAUTION),
        kit.field("reason", "Reason", kit.select(REASONS.items(), kind="radio_buttons")),
        kit.field("remark", "Remark", remark, hint=kept, optional=True),
    ]
    return kit.modal(UNHELPFUL, "Not helpful", blocks, submit="Send", keep=form_value(form))
