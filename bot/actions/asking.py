"""A question that is typed as a command: whoever asks it alone sees the answer."""

from __future__ import annotations

from bot.actions.help import LEAD, help_view
from bot.actions.registry import Context
from bot.errors import UserError
from bot.views.help.model import HelpView
from bot.views.limits import clip
from bot.views.notices.model import NoticeView
from retrieval.limits import QUESTION, too_long

ASK = "ask.privately"
_LEAD = "Type `/ask` and your question after it: you alone see the answer, and may share it in the channel. "
_ECHO = 300
_QUOTING = str.maketrans({"“": '"', "”": '"'})


class QuestionTooLong(UserError):
    """Your question is too long. Nothing was searched and nothing was kept: shorten it."""


def ask(context: Context, question: str = "") -> HelpView | NoticeView:
    """What is said while the answer is sought; the help when there is no question. Raises QuestionTooLong."""
    if not question:
        return help_view(context.registry, _LEAD + LEAD)
    check_length(question)
    there = context.channel is None or context.reached(context.channel)
    alone = (
        "You alone will see the answer."
        if there
        else "I am not in this conversation, so the answer comes in a direct message to you."
    )
    return NoticeView(f"You asked: “{echo(question)}” {alone}")


def check_length(question: str) -> None:
    """Raise QuestionTooLong for more than is searched for."""
    if len(question) > QUESTION:
        raise QuestionTooLong(too_long(len(question)))


def echo(question: str) -> str:
    """A question as it is repeated to people: not longer than it has to be, without quotation marks of our kind."""
    return clip(question.translate(_QUOTING), _ECHO)
