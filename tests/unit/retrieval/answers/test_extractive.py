"""Two sources that say the same are one claim with two citations."""

from __future__ import annotations

import pytest

from retrieval.answering import Answerer
from retrieval.types import Passage, Sentence, Source, Span
from tests.support.memory_searcher import MemorySearcher

RULE = "The partner must report every loss of night vision goggles within two days."
POLICY = Source("p", "policy.md", authority="policy")
COMMENTARY = Source("c", "commentary.md", authority="commentary")


def _passage(passage_id: str, source: Source, *texts: str) -> Passage:
    return Passage(passage_id, source, tuple(Sentence((Span(text, paragraph=n),)) for n, text in enumerate(texts, 1)))


def test_two_sources_that_say_the_same_are_one_claim_and_the_better_standing_comes_first() -> None:
    searcher = MemorySearcher(
        [
            _passage("c1", COMMENTARY, RULE, "Ferries leave at noon from the old pier."),
            _passage("p1", POLICY, "The harbour is closed on Sundays.", RULE),
        ]
    )
    answer = Answerer(searcher).answer("When must the loss of night vision goggles be reported by the partner?")
    (claim,) = answer.claims
    assert claim.text == RULE
    assert [answer.citations[n - 1].source for n in claim.citations] == [POLICY, COMMENTARY]
    assert answer.text == f"{RULE} [1][2]"


@pytest.mark.parametrize(("said", "instead"), [("two days", "nine weeks"), ("must", "may"), ("14", "24")])
def test_a_sentence_that_differs_in_what_decides_is_no_twin(said: str, instead: str) -> None:
    rule = f"{RULE[:-1]}, at the latest by noon of day 14 after the end of the month in which the loss was seen."
    searcher = MemorySearcher([_passage("c1", COMMENTARY, rule.replace(said, instead)), _passage("p1", POLICY, rule)])
    answer = Answerer(searcher).answer("When must the loss of night vision goggles be reported by the partner?")
    assert answer.claims
    assert all(len(claim.citations) == 1 for claim in answer.claims)
