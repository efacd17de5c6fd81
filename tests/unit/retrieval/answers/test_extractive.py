"""Two sources that say the same are one claim with two citations."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from retrieval.answering import Answerer
from retrieval.answers.extractive import draft
from retrieval.answers.questions import understand
from retrieval.answers.sentences import Candidate
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.types import Hit
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


OLD = Source("d15", "a.md", "Mooring Directive 2015", successor="d19")
LATER = Source("d19", "b.md", "Mooring Directive 2019", successor="d23")
NEW = Source("d23", "c.md", "Mooring Directive 2023")
SAID = {
    OLD.title: "Every barge must be inspected before each crossing begins.",
    LATER.title: "Every barge must be inspected in dry dock whenever its keel was touched.",
    NEW.title: "Every barge must be inspected anew every twelve months by the harbour office.",
    POLICY.title: RULE,
}


def _order(*sources: Source) -> list[Source]:
    """The sources of the claims in their order, where `sources` were found in theirs."""
    hits = [Hit(_passage(f"p-{source.source_id}", source, SAID[source.title]), 1.0) for source in sources]
    scores = [1.0 - place / 100 for place in range(len(hits))]
    ranked = [Candidate(hit, 0, score, (score,), None, score) for hit, score in zip(hits, scores, strict=True)]
    drafts = draft(understand("When must every barge be inspected?"), ranked)
    return [quote.passage.source for each in drafts for quote in each.quotes]


@pytest.mark.parametrize("found", list(itertools.permutations([OLD, LATER, NEW])))
def test_what_was_superseded_comes_after_the_successor_that_speaks_too(found: tuple[Source, ...]) -> None:
    assert _order(*found) == [NEW, LATER, OLD]
    assert _order(*found, POLICY) == [NEW, POLICY, LATER, OLD]


def test_a_superseded_source_keeps_its_place_where_no_successor_speaks() -> None:
    assert _order(OLD, POLICY) == [OLD, POLICY]


def test_sources_that_supersede_each_other_keep_their_places() -> None:
    assert _order(replace(POLICY, successor="c"), replace(NEW, source_id="c", successor="p")) == [
        replace(POLICY, successor="c"),
        replace(NEW, source_id="c", successor="p"),
    ]
