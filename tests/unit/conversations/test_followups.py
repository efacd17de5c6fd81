"""What is a question to the bot without a mention is told from its form alone."""

from __future__ import annotations

import pytest

from bot.conversations.followups import asks


@pytest.mark.parametrize(
    "said",
    [
        "and for detainees?",
        "who decides that",
        "And who pays",
        "what about training",
        "how often should we look",
        "when must it stop",
        "which units",
        "tell me who signs it",
        "please explain the second point.",
        "Fine. Does it hold for contractors? We have many.",
        "why is that",
        "ok and what if they refuse",
    ],
)
def test_a_question_mark_or_the_form_of_a_question_asks(said: str) -> None:
    assert asks(said)


@pytest.mark.parametrize(
    "said",
    [
        "Thanks, that helps!",
        "ok",
        "We did that last year.",
        "When we trained them it went badly.",
        "when we are back I will look",
        "What a mess",
        "what we need is time",
        "How nice",
        "Why not.",
        "I will tell them tomorrow",
        "Will do",
        "Should be fine by Monday",
        "Which is why we left.",
        "see https://example.org/?page=2 for the list",
        "",
    ],
)
def test_a_statement_does_not(said: str) -> None:
    assert not asks(said)
