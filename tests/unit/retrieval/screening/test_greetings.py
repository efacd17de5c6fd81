"""Who greets or asks for help is told what can be asked; who asks something is not."""

from __future__ import annotations

import pytest

from retrieval.answering import Answerer
from retrieval.screening.greetings import ABOUT, greets
from tests.support.guidance import PASSAGES
from tests.support.memory_searcher import MemorySearcher


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
    answer = Answerer(searcher).answer(message)
    assert (answer.status, answer.text, answer.nearest) == ("abstained", ABOUT, ())
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
