"""Who greets or asks for help is told what can be asked; who asks something is not."""

from __future__ import annotations

import pytest

from bot.actions.greetings import greets
from retrieval.answering import ABOUT, Answerer
from tests.support.guidance import PASSAGES
from tests.support.memory_searcher import MemorySearcher
from tests.unit.actions.test_pointing import POINTER


@pytest.mark.parametrize(
    "message",
    [
        "Hello",
        "hi there!",
        "Good morning, who are you?",
        "help",
        "What can you do?",
        "Thanks a lot!",
        "how do you work?",
        "?",
        "??",
        "👋",
        "thank you",
        "OK, great, thank you all!",
        "Good evening everyone",
        "thanks for your help",
    ],
)
def test_a_greeting_is_told_what_can_be_asked(message: str) -> None:
    searcher = MemorySearcher(PASSAGES)
    answer = Answerer(searcher, pointer=POINTER).answer(message)
    assert (answer.status, answer.text, answer.nearest) == ("pointed", ABOUT, ())
    assert searcher.queries == []


@pytest.mark.parametrize(
    "question",
    [
        "",
        "12?",
        "good team training",
        "welcome training",
        "Hello, what should we assess?",
        "help with detainees",
        "Who are you to vet?",
        "What can you do about mines?",
    ],
)
def test_a_question_is_no_greeting(question: str) -> None:
    assert not greets(question)
