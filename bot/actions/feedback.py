"""What people think of an answer: it helped, or it did not and why."""

from __future__ import annotations

from bot.actions.arguments import FieldError
from bot.actions.registry import Context
from bot.conversations.feedback import REASONS, REMARK_LENGTH, Feedback, MarkedAnswer
from bot.errors import NotFound, UserError
from bot.views.answers.model import AnswerView
from bot.views.feedback.model import FeedbackForm
from bot.views.notices.model import NoticeView
from bot.work.outbox import find_shown

THANKS = "Thank you. Whoever runs this bot sees that the answer helped somebody, and not whom."
NOTED = "Thank you. Whoever runs this bot sees what was wrong, and not who says so."


class FeedbackOff(UserError):
    """What people think of answers is not kept here. Nothing was kept; tell whoever runs this bot directly."""


class AnswerGone(NotFound):
    """The text of an answer is kept for one day, and this one is gone. Your mark was not kept; ask again to mark it."""


def helpful(context: Context, reference: str) -> NoticeView:
    """Mark the answer as helpful; raises FeedbackOff, AnswerGone."""
    answer, actor = _answer(context, reference), context.actor
    _kept(context).mark(answer, actor.team_id, actor.slack_user, helpful=True)
    return NoticeView(THANKS)


def unhelpful(context: Context, reference: str, reason: str | None = None, remark: str | None = None) -> NoticeView:
    """Mark the answer as not helpful, with a reason where one is given; raises FeedbackOff, AnswerGone, FieldError."""
    if reason is not None and reason not in REASONS:
        raise FieldError("reason", "Choose one of the reasons. Nothing was changed.")
    answer, actor = _answer(context, reference), context.actor
    said = (remark or "").strip()[:REMARK_LENGTH] or None
    _kept(context).mark(answer, actor.team_id, actor.slack_user, helpful=False, reason=reason, remark=said)
    return NoticeView(NOTED)


def form(context: Context, reference: str) -> FeedbackForm:
    """The form that asks what was wrong; raises FeedbackOff."""
    return FeedbackForm(reference, context.channel or "", _kept(context).age.days)


def _kept(context: Context) -> Feedback:
    feedback = context.services.feedback
    if feedback is None or not feedback.age:
        raise FeedbackOff
    return feedback


def _answer(context: Context, reference: str) -> MarkedAnswer:
    """The answer as it was shown to this person, where they were shown it."""
    _kept(context)
    place = {"channel": context.channel or "", "slack_user": context.actor.slack_user}
    with context.services.database.read() as session:
        shown = find_shown(session, reference, team_id=context.actor.team_id, view=AnswerView.thing, **place)
    if shown is None:
        raise AnswerGone
    view = AnswerView.from_data(shown.data)
    passages = tuple(dict.fromkeys(citation.passage_id for citation in view.answer.citations))
    answer = view.answer
    return MarkedAnswer(shown.key, answer.status, answer.generation, answer.model, view.prompt, passages)
