"""Names of people and channels are not searched for."""

from __future__ import annotations

import timeit

import pytest

from retrieval.answering import Answerer
from retrieval.screening.addressing import without_addressees
from tests.support.guidance import PASSAGES
from tests.support.memory_searcher import MemorySearcher

ASKED = "What are the rules for handing over detainees?"


@pytest.mark.parametrize(
    "written",
    [
        f"{ASKED} cc @bo @jan",
        f"{ASKED} cc: @bo, @jan.petersen",
        f"{ASKED}\nFYI @bo",
        f"{ASKED} (cc @bo and @jan)",
        f"@bo: {ASKED}",
        f"@bo @jan {ASKED} #ops",
        f"{ASKED} @bo?",
    ],
)
def test_whoever_a_question_is_addressed_to_is_dropped(written: str) -> None:
    assert without_addressees(written) == ASKED


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("What are the rules for detention cc @bo", "What are the rules for detention"),
        ("May @bo share intelligence with the partner?", "May share intelligence with the partner?"),
        ("As agreed in #intel-sharing, who signs?", "As agreed in intel sharing, who signs?"),
        ("detention @bo", "detention"),
        ("cc @bo @jan", ""),
        ("@bo, @jan!", ""),
        ("Write to bo@unit.example about item #1 or a@b", "Write to bo@unit.example about item #1 or a@b"),
        ("cc the legal adviser?", "cc the legal adviser?"),
    ],
)
def test_the_rest_of_the_sentence_stands(written: str, said: str) -> None:
    assert without_addressees(written) == said


def test_a_question_is_searched_without_its_addressees_and_answered_as_it_was_put() -> None:
    searcher = MemorySearcher(PASSAGES)
    plain = Answerer(searcher).answer(ASKED)
    copied = Answerer(searcher).answer(f"{ASKED} cc @bo @jan")
    assert copied.question == f"{ASKED} cc @bo @jan"
    assert (copied.status, copied.text, copied.citations) == (plain.status, plain.text, plain.citations)
    assert not any("bo" in query.split() or "@" in query for query in searcher.queries)


@pytest.mark.parametrize("piece", [" ", "@", "@1", "@-", "cc ", "-", "\n", "@bo ", "#a.", "(@"])
def test_reading_takes_time_by_length_alone(piece: str) -> None:
    def seconds(times: int) -> float:
        text = f"@bo {piece * times}x"
        return min(timeit.repeat(lambda: without_addressees(text), number=1, repeat=3))

    assert seconds(16_000) < 0.02 + 20 * seconds(2_000)
