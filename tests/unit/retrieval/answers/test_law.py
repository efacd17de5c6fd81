"""Whether a question asks what the law is, or what is done about it."""

from __future__ import annotations

import time

import pytest

from retrieval.answers.law import asks_for_law


@pytest.mark.parametrize(
    "question",
    [
        "Is it legal to lend rifles to a village guard?",
        "Do the usual laws of war apply on the river?",
        "does LOAC still apply when the enemy ignores it",
        "Are we obliged to stop a convoy that our partner has loaded?",
        "Does the treaty require a warning before the gate is closed?",
        "What does international law say about handing over captives?",
        "What does the Ferry Convention say about stowaways?",
        "Which law governs detention by an armed group?",
        "Under international law, may we hold a boatman for a month?",
        "Can we lawfully pass the names on?",
        "Is shelling the market a war crime?",
        "Are we a party to the conflict if we refuel their aircraft?",
        "at what point does the backer become a party to the conflict itself",
        "Does lending a radar count as assistance in the legal sense?",
        "what is the threshold legally for aid and assistance",
        "What are our legal obligations when a partner mistreats prisoners?",
        "Is our partner bound by the Ferry Convention?",
        "Is there a duty to report what the partner does?",
    ],
)
def test_what_the_law_is_and_whether_it_applies_is_a_question_of_law(question: str) -> None:
    assert asks_for_law(question)


@pytest.mark.parametrize(
    "question",
    [
        "How do we train guards in IHL so that they remember it?",
        "What do we do when a partner breaks the law?",
        "When should we ask the legal adviser?",
        "Is legal advice needed before an operation?",
        "How can unlawful orders be reported?",
        "What is necessity in the law of armed conflict?",
        "Does mentoring cure a partner's unwillingness to obey the law?",
        "Is the partner willing to comply with international humanitarian law?",
        "Do we have to stop deliveries after a raid on a village?",
        "What if the partner violates IHL?",
        "Do partners know the law and hold to it?",
        "Can a supporter be held responsible for what a partner does?",
    ],
)
def test_practice_that_has_the_law_as_its_matter_is_none(question: str) -> None:
    assert not asks_for_law(question)


def test_a_long_text_without_a_question_is_read_in_time_that_grows_with_its_length() -> None:
    started = time.perf_counter()
    assert not asks_for_law("do the laws and may the rules of the " * 110)
    assert time.perf_counter() - started < 1
