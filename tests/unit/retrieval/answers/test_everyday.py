"""Questions put in passing are read as guidance would put them, and only where that carries further."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.answering import Answerer
from retrieval.answers.everyday import DATA, plainly
from retrieval.answers.questions import plainly_put, understand
from retrieval.answers.refusal import Guard
from retrieval.ports import Embedder
from retrieval.shipped import shipped_yaml
from tests.support.guidance import HANDBOOK, PASSAGES, passage
from tests.support.memory_searcher import MemorySearcher

CONDITIONS = passage("c", HANDBOOK, None, (1, "Conditions and caveats must be agreed before intelligence is shared."))


@pytest.mark.parametrize(
    ("asked", "plain"),
    [
        ("When do we pull the plug?", "When do we suspend assistance?"),
        ("Is pulling the plug wise?", "Is suspend assistance wise?"),
        ("Who keeps tabs on the blue helmets?", "Who monitor the United Nations peacekeepers?"),
        ("Do they wash our hands of it?", "Do they deny responsibility of it?"),
        ("Do they wash THEIR hands of it?", "Do they deny responsibility of it?"),
        ("Which conditions apply to sharing intelligence?", "Which conditions apply to sharing intelligence?"),
        ("", ""),
    ],
)
def test_everyday_phrases_are_put_plainly_whatever_their_endings_and_whoever_they_are_of(
    asked: str, plain: str
) -> None:
    assert plainly(asked) == plain


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_put_plainly(text: str) -> None:
    assert isinstance(plainly(text), str)


def test_each_phrase_stands_for_one_thing() -> None:
    phrases = [form.lower() for forms in shipped_yaml("retrieval.answers", DATA).values() for form in forms]
    assert sorted(phrases) == sorted(set(phrases))


def test_a_question_without_everyday_phrases_has_no_other_reading() -> None:
    assert plainly_put(understand("Which conditions apply to sharing intelligence?")) is None


def test_a_question_put_in_passing_is_answered_and_kept_as_it_was_asked(local_embedder: Embedder) -> None:
    answerer = Answerer(MemorySearcher([CONDITIONS, *PASSAGES], local_embedder), local_embedder)
    question = "Our pals want to swap secrets: what strings attached?"
    answer = answerer.answer(question)
    assert (answer.status, answer.question, answer.citations[0].passage_id) == ("answered", question, "c")


def test_the_reading_that_carries_further_is_the_one_that_counts(local_embedder: Embedder) -> None:
    literal = passage("g", HANDBOOK, None, (1, "The harbour lock-up is closed at dusk by the watch officer."))
    answerer = Answerer(MemorySearcher([literal, *PASSAGES], local_embedder), local_embedder)
    found = answerer.find("Who closes the harbour lock-up at dusk?")
    assert found.asked.query == "Who closes the harbour lock-up at dusk?"


def test_what_is_put_in_passing_is_not_refused_for_how_it_is_put(local_embedder: Embedder) -> None:
    guard = Guard(local_embedder)
    asked = understand("Suppose we bankroll somebody else's war: what should we sort out up front?")
    assert guard.check(asked) is None
