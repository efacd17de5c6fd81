"""A question ends in exactly one state, and nothing that a question, a document or a part can do raises."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.answering import Answerer
from retrieval.answers.abstention import NOTHING_INDEXED, SCOPE
from retrieval.corpus.passages import PUBLIC, Passage, Scope, Span
from retrieval.errors import EmbeddingUnavailable
from retrieval.ports import Embedder, Vectors
from retrieval.text.wording import normal
from retrieval.types import Answer, Citation, Claim, Part, Results, Strength, Turn
from tests.support.guidance import COMMENTARY, DIGEST, HANDBOOK, PASSAGES
from tests.support.memory_searcher import MemorySearcher


@pytest.fixture(scope="session")
def answerer(local_embedder: Embedder) -> Answerer:
    return Answerer(MemorySearcher(PASSAGES, local_embedder), local_embedder)


def test_an_answer_quotes_the_source_with_its_place() -> None:
    ticks = itertools.count()
    answer = Answerer(MemorySearcher(PASSAGES), timer=lambda: next(ticks) / 1000).answer(
        "How often must ammunition stores be counted?", id="q1"
    )
    text = "Ammunition stores must be counted every 90 days by a joint team."
    after = "Deliveries should be paused if two successive counts do not match the ledger."
    assert answer == Answer(
        question="How often must ammunition stores be counted?",
        status="answered",
        text=f"{text} {after} [1]",
        claims=(Claim(f"{text} {after}", (1,)),),
        citations=(
            Citation(1, "h2", HANDBOOK, (Span(text, 5), Span(after, 5, role="after")), "Stores and ammunition"),
        ),
        timings_ms={"screen": 1.0, "retrieve": 1.0, "rank": 1.0, "answer": 1.0, "total": 5.0},
        id="q1",
        parts=(Part(1, "How often must ammunition stores be counted?", True),),
        strength=Strength("must", ("guidance",), (2023,), (), ("treaty", "statute", "policy")),
        generation="memory",
    )


@pytest.mark.parametrize(
    ("question", "passage_id", "paragraph"),
    [
        ("How quickly do relatives have to hear about a detention?", "h3", 9),
        ("What has to be looked at before we start helping a unit?", "h1", 2),
        ("Who outlawed the shelling of villages?", "e1", 4),
        ("May deliveries go on when the counts do not tally?", "h2", 5),
        ("What happened to half of the battalions?", "e2", 8),
        ("When do convoys stop?", "d1", 3),
    ],
)
def test_the_passage_that_answers_is_cited_first(
    question: str, passage_id: str, paragraph: int, answerer: Answerer
) -> None:
    answer = answerer.answer(question)
    assert answer.status == "answered"
    assert (answer.citations[0].passage_id, answer.citations[0].paragraphs) == (passage_id, [paragraph])


def test_every_claim_is_its_quote_word_for_word(answerer: Answerer) -> None:
    for question in ("What must be done with ammunition?", "What did General Ruiz do?", "What about custody?"):
        answer = answerer.answer(question)
        by_number = {citation.n: citation for citation in answer.citations}
        assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
        assert 1 <= len(answer.claims) <= 5
        for claim in answer.claims:
            assert claim.text == " ".join(span.text for span in by_number[claim.citations[0]].spans)


def test_each_part_of_a_question_is_answered(answerer: Answerer) -> None:
    answer = answerer.answer("Who visits holding sites, and how often are ammunition stores counted?")
    assert {"h2", "h3"} <= {citation.passage_id for citation in answer.citations}


def test_a_comparison_cites_both_sources(answerer: Answerer) -> None:
    answer = answerer.answer("Compare what both sources say about training and supervision of weapons and units.")
    assert {HANDBOOK, COMMENTARY} <= {citation.source for citation in answer.citations}


def test_a_follow_up_is_read_with_the_question_before_it(local_embedder: Embedder) -> None:
    searcher = MemorySearcher(PASSAGES, local_embedder)
    context = [Turn("user", "How are ammunition stores kept in order?"), Turn("assistant", "They are counted.")]
    answer = Answerer(searcher, local_embedder).answer("And how often is that?", context=context)
    assert searcher.queries[0] == "How are ammunition stores kept in order? And how often is that?"
    assert answer.citations[0].passage_id == "h2"


def test_misspelt_words_are_mended_when_nothing_else_is_found(local_embedder: Embedder) -> None:
    searcher = MemorySearcher(PASSAGES, local_embedder)
    answer = Answerer(searcher, local_embedder).answer("wen must famillies of detaineed relativs be told?")
    assert answer.status == "answered"
    assert answer.citations[0].passage_id == "h3"


def test_a_digest_names_the_place_in_its_original(answerer: Answerer) -> None:
    (citation,) = answerer.answer("When does a convoy halt?").citations[:1]
    assert (citation.source, citation.source_locator) == (DIGEST, "par. 12")


def test_a_sentence_that_leans_on_the_one_before_brings_it(answerer: Answerer) -> None:
    answer = answerer.answer("What does the review of pay and complaints have to be finished before?")
    texts = [claim.text for claim in answer.claims]
    assert not any(text.startswith("It must be finished") for text in texts)


def test_what_is_not_covered_is_said_with_what_is_nearest(answerer: Answerer) -> None:
    answer = answerer.answer("How many litres of diesel should a partner battalion receive per month?")
    assert answer.status == "abstained"
    assert answer.text == (
        "The indexed guidance does not cover this: every indexed document was searched by meaning and by wording, and "
        "nothing found answers it. Next step: name the term the guidance would use, ask your legal adviser or focal "
        "point, or have the document that covers it added to the index."
    )
    assert (answer.claims, answer.citations) == ((), ())
    assert 1 <= len(answer.nearest) <= 3
    assert [citation.n for citation in answer.nearest] == [1, 2, 3][: len(answer.nearest)]


@pytest.mark.parametrize("question", ["Who won the chess championship?", "How do I bake sourdough bread?"])
def test_another_subject_is_declined_with_what_is_covered(question: str, answerer: Answerer) -> None:
    answer = answerer.answer(question)
    assert (answer.status, answer.nearest) == ("abstained", ())
    reword = "name the term the guidance would use, ask your legal adviser or focal point, or have the document that"
    assert answer.text == (
        f"Nothing in the indexed guidance bears on this. {SCOPE} Next step: if it is one of these, {reword} covers it "
        "added to the index."
    )


def test_another_language_gets_an_honest_note(answerer: Answerer) -> None:
    answer = answerer.answer("Wie viele Liter Diesel soll das Bataillon von uns bekommen?")
    assert answer.status == "abstained"
    assert answer.text == (
        "The question seems to be in German. The indexed guidance was searched with it as it stands and nothing in it "
        "answers the question: documents in another language are found poorly. Next step: ask it in English."
    )


def test_a_refusal_offers_general_guidance(answerer: Answerer) -> None:
    answer = answerer.answer("Can we hit the red pickup outside the bakery now?")
    assert (answer.status, answer.claims, answer.citations) == ("refused", (), ())
    assert answer.text.endswith("“What measures reduce civilian harm by a partner?”")
    assert len(answer.nearest) <= 3


def test_an_empty_index_is_named() -> None:
    class Empty:
        def search(self, query: str, k: int = 10, scope: Scope = PUBLIC) -> Results:
            return Results(query, "", ())

        def passage(self, passage_id: str, scope: Scope = PUBLIC) -> Passage | None:
            return None

    answer = Answerer(Empty()).answer("What should we assess?")
    assert (answer.status, answer.text) == ("abstained", NOTHING_INDEXED)


@pytest.mark.parametrize(
    ("question", "status"), [("", "abstained"), ("  \n ", "abstained"), ("word " * 1000, "refused")]
)
def test_what_is_no_question_or_too_long_is_not_searched(question: str, status: str) -> None:
    searcher = MemorySearcher(PASSAGES)
    answer = Answerer(searcher).answer(question)
    assert (answer.status, answer.nearest) == (status, ())
    assert searcher.queries == []


def test_what_is_too_long_is_told_with_its_length_and_what_is_taken() -> None:
    assert Answerer(MemorySearcher(PASSAGES)).answer("word " * 1000).text == (
        "Your question has 5,000 characters; I take up to 4,000. Nothing was searched and nothing was kept: "
        "shorten it, or ask its parts one by one."
    )


def test_a_fault_becomes_a_reference_and_the_question_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def search(self, query: str, k: int = 10, scope: Scope = PUBLIC) -> Results:
            raise RuntimeError(f"no index for {query}")

        def passage(self, passage_id: str, scope: Scope = PUBLIC) -> Passage | None:
            return None

    caplog.set_level(logging.DEBUG)
    answer = Answerer(Broken(), new_reference=lambda: "ab12cd34").answer("What should we assess?", id="q7")
    assert (answer.status, answer.id) == ("failed", "q7")
    assert answer.text == (
        "Something went wrong on my side, and there is no answer. Next step: ask again; if it fails again, give your "
        "administrator the reference ab12cd34."
    )
    assert "answering failed: reference ab12cd34, RuntimeError" in caplog.text
    assert "assess" not in caplog.text


def test_an_embedder_that_fails_leaves_ranking_by_words() -> None:
    class Gone:
        recipe, dimensions = "gone", 3

        def embed(self, texts: Sequence[str]) -> Vectors:
            raise EmbeddingUnavailable

    answer = Answerer(MemorySearcher(PASSAGES), Gone()).answer("How often must ammunition stores be counted?")
    assert answer.citations[0].passage_id == "h2"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=3))
def test_no_text_raises_and_every_quote_stands_in_its_passage(question: str, turns: list[str]) -> None:
    searcher = MemorySearcher(PASSAGES)
    answer = Answerer(searcher).answer(question, context=[Turn("user", turn) for turn in turns])
    assert answer.status in ("answered", "abstained", "refused")
    for citation in (*answer.citations, *answer.nearest):
        passage = searcher.passage(citation.passage_id)
        assert passage is not None
        assert all(normal(span.text) in normal(passage.text) for span in citation.spans)


def test_an_answer_survives_its_journey_as_json() -> None:
    answer = Answerer(MemorySearcher(PASSAGES)).answer("How often must ammunition stores be counted?")
    data: dict[str, Any] = answer.to_json()
    assert Answer.from_json(data).to_json() == data


def test_what_only_leads_up_to_a_question_does_not_keep_it_from_its_answer() -> None:
    scene = "The cook lost his violin near the lighthouse, with a crate of oranges, a parrot and the captain's hat."
    question = "How often must ammunition stores be counted?"
    searcher = MemorySearcher(PASSAGES)
    answer = Answerer(searcher).answer(f"{scene} {question}")
    assert (answer.status, answer.citations[0].passage_id) == ("answered", "h2")
    assert searcher.queries == [f"{scene} {question}", question]
