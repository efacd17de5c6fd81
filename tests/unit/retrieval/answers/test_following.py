"""A follow-up is answered by what its own words find, not by what the question before it found."""

from __future__ import annotations

import pytest

from retrieval.answering import Answerer
from retrieval.answers.following import added_not_found
from retrieval.answers.questions import understand
from retrieval.answers.sentences import SentenceRanker
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.ports import Embedder
from retrieval.types import Finder, Hit, Results, Turn
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
    assert added_not_found(understand("What about lasagne?", COUNTED), results) == {"lasagn": 2.0}
    assert added_not_found(understand("What about lasagne in the ledger?", COUNTED), results) == {}
    assert added_not_found(understand("What about the stores?", COUNTED), results) == {}
    assert added_not_found(understand("What about lasagne?"), results) == {}
    assert added_not_found(understand("Do they get lasagne for that?", COUNTED), results) == {}


def test_a_sentence_found_as_the_question_before_was_put_does_not_come_first_for_that() -> None:
    source = Source("s", "stores.md")
    counted = Passage("p1", source, (Sentence((Span("Somebody goes round on quarter days.", 1),)),))
    opened = Passage("p2", source, (Sentence((Span("The keeper of the ammunition opens a store.", 2),)),))
    finder = Finder(0, "how often must ammunition stores be counted")
    terms = {"often": 1.0, "ammunit": 2.0, "store": 2.0, "count": 2.0, "keeper": 3.0}
    results = Results("", "g", (Hit(opened, 1.0), Hit(counted, 0.8, finders=(finder,))), terms)

    def first(question: str) -> str:
        return SentenceRanker().rank(understand(question, COUNTED), results)[0].text

    assert first("How often must ammunition stores be counted by them?") == "Somebody goes round on quarter days."
    assert first("And by which keeper?") == "The keeper of the ammunition opens a store."
