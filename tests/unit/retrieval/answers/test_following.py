"""A follow-up is answered by what its own words find, not by what the question before it found."""

from __future__ import annotations

import pytest

from retrieval.answering import Answerer
from retrieval.answers.following import unheard
from retrieval.answers.questions import understand
from retrieval.ports import Embedder
from retrieval.types import Hit, Results, Turn
from tests.support.guidance import PASSAGES
from tests.support.memory_searcher import MemorySearcher

COUNTED = [Turn("user", "How often must ammunition stores be counted?"), Turn("assistant", "Every 90 days.")]


@pytest.fixture(scope="module")
def answerer(local_embedder: Embedder) -> Answerer:
    return Answerer(MemorySearcher(PASSAGES, local_embedder), local_embedder)


@pytest.mark.parametrize("question", ["What about lasagne?", "And tennis?", "What about my wallpaper?"])
def test_a_follow_up_that_turns_to_something_else_is_not_answered(answerer: Answerer, question: str) -> None:
    assert answerer.answer(question, context=COUNTED).status == "abstained"
    assert Answerer(MemorySearcher(PASSAGES)).answer(question, context=COUNTED).status == "abstained"


@pytest.mark.parametrize(
    "question",
    [
        "And who counts them?",
        "What about bullets?",
        "And amunition?",
        "And who else?",
        "And who has a seat at the table for that?",
    ],
)
def test_a_follow_up_whose_words_are_known_or_meant_is_answered(answerer: Answerer, question: str) -> None:
    assert answerer.answer(question, context=COUNTED).status == "answered"


def test_what_a_follow_up_adds_is_unheard_only_where_nothing_found_holds_any_of_it() -> None:
    results = Results(
        "", "g", tuple(Hit(passage, 1.0) for passage in PASSAGES), {"lasagn": 2.0, "ledger": 1.0, "store": 1.0}
    )
    assert unheard(understand("What about lasagne?", COUNTED), results) == {"lasagn": 2.0}
    assert unheard(understand("What about lasagne in the ledger?", COUNTED), results) == {}
    assert unheard(understand("What about the stores?", COUNTED), results) == {}
    assert unheard(understand("What about lasagne?"), results) == {}
    assert unheard(understand("Do they get lasagne for that?", COUNTED), results) == {}
