"""A greeting is no question that the guidance lacks an answer to."""

from __future__ import annotations

from datetime import date

from bot.views.answers.model import AnswerView
from bot.views.blocks import render_blocks
from bot.views.markdown import render_markdown
from bot.views.sources import Ageing
from retrieval.answering import ABOUT
from retrieval.types import Answer


def test_a_greeting_is_headed_by_what_can_be_asked() -> None:
    view = AnswerView(Answer("hello", "pointed", ABOUT, reason="help"), "abcd1234", Ageing(date(2026, 3, 1)))
    assert render_markdown(view).startswith("**What you can ask**\n\nI answer questions about partnered")
    assert render_blocks(view).text.startswith("*What you can ask*: I answer questions about partnered")
    assert "Not in the guidance" not in str(render_blocks(view))
