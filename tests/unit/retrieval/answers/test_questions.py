"""What a question asks: its parts, what it refers to, its language, its names, whether it wants a figure."""

from __future__ import annotations

import pytest

from retrieval.answers.evidence import names_found, names_in
from retrieval.answers.questions import mended, parts_of, refers_back, understand
from retrieval.text.wording import normal
from retrieval.types import Hit, Turn
from tests.support.guidance import PASSAGES


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When should we assess a partner?", 1),
        ("When should we assess a partner, and what should come out of it?", 2),
        ("Who signs? Who files? How long do we keep the papers of a partner?", 2),
        ("Who signs the paper? Who files the paper afterwards?", 2),
        ("Our partner has no money and no courts. What can we do?", 1),
        ("What is the difference between arms and training?", 1),
    ],
)
def test_parts_are_what_asks_something(question: str, parts: int) -> None:
    assert len(parts_of(question)) == parts


@pytest.mark.parametrize(
    "question",
    [
        "And who else?",
        "Why is that?",
        "What about detention?",
        "How often should they do it?",
        "What is needed?",
        "Who is responsible?",
        "What are the limits?",
        "What are they?",
        "By whom?",
    ],
)
def test_a_turn_that_points_back_is_a_follow_up(question: str) -> None:
    assert refers_back(question)


@pytest.mark.parametrize(
    "question",
    [
        "What should states assess before they support a partner?",
        "Who approved the plan of the alliance?",
        "What is vetting?",
        "what's a caveat",
        "Who is Halvorsen?",
        "What is the JFHQ?",
        "What are coastal patrols?",
    ],
)
def test_a_whole_question_is_none(question: str) -> None:
    assert not refers_back(question)


def test_only_what_the_user_said_before_is_added() -> None:
    context = [Turn("user", "What is vetting?"), Turn("assistant", "A check.")]
    assert understand("Who does it?", context).query == "What is vetting? Who does it?"
    assert understand("Who does it?").query == "Who does it?"


def test_a_follow_up_to_a_follow_up_is_read_with_the_question_that_both_lean_on() -> None:
    asked = ["When does the ferry leave?", "What do ferries pay at the lock?", "And barges?"]
    context = [turn for text in asked for turn in (Turn("user", text), Turn("assistant", "…"))]
    assert understand("Who decides that?", context).query == (
        "What do ferries pay at the lock? And barges? Who decides that?"
    )
    assert understand("Who decides that?", context[-2:]).query == "And barges? Who decides that?"


def test_misspelt_words_take_the_corpus_spelling_and_good_words_stay() -> None:
    mends = mended(understand("shoud detanees recieve any homework?"), ["Detainees", "receive", "custody"])
    assert mends is not None
    assert mends.query == "should detainees receive any homework?"
    assert mended(understand("What should we assess?"), ["custody"]) is None


def test_names_are_numbers_acronyms_and_capitals_inside_a_sentence() -> None:
    assert names_in("What does Article 7 of the Convoy Code ask of PMSCs? Should we sign?") == [
        "Article",
        "7",
        "Convoy",
        "Code",
        "PMSCs",
    ]


def test_names_of_units_are_no_names_to_look_for() -> None:
    assert names_in("May the 4th Mountain Brigade, Alpha Company and Task Force 12 share a NATO feed?") == ["NATO"]
    assert names_in("May a private company guard camps?") == []


def test_names_are_looked_for_in_what_was_found_and_in_its_source() -> None:
    hits = [Hit(passage, 1.0) for passage in PASSAGES]
    assert names_found("What did General Ruiz do in 2017?", hits) == 1.0
    assert names_found("What did General Smith do?", hits) == 0.5
    assert names_found("What does Brandt regret?", hits) == 1.0
    assert names_found("What is a convoy?", hits) == 1.0


def test_typography_is_forgiven_and_words_are_not() -> None:
    assert normal("The “clear-\u00a0risk”³ test—co-\noperation’s\u200b end [12]") == normal(
        'The "clear- risk" test-cooperation\'s end '
    )
    assert normal("may") != normal("May")


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("What does “clear risk” mean?", "What is “clear risk”?"),
        ("what is the definition of a caveat", "What is a caveat?"),
        ("What is meant by a stop condition?", "What is a stop condition?"),
        ("How is a red line defined?", "What is a red line?"),
        ("Define focal point.", "What is focal point?"),
        ("What does a caveat mean for our planning?", "What does a caveat mean for our planning?"),
        ("How is a red line defined by the ministry?", "How is a red line defined by the ministry?"),
    ],
)
def test_what_something_means_is_searched_as_what_it_is(question: str, query: str) -> None:
    asked = understand(question)
    assert (asked.question, asked.query.replace('"', "”").replace("”clear", "“clear"), len(asked.parts)) == (
        question,
        query,
        1,
    )
