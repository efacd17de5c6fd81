"""The figures of docs/figures.md have the form of what the command prints; their values are what was measured last."""

from __future__ import annotations

import json
import re

import pytest

from ingest.evaluation import paragraph_reader
from retrieval.corpus.passages import Source, Span
from retrieval.types import Answer, Citation, Claim
from tests.figures import (
    GUIDANCE,
    PAGE,
    QUESTIONS,
    answers_table,
    block,
    replaced,
    search_table,
    starting_table,
)
from tests.support.evaluating import evaluate

TEXT = PAGE.read_text(encoding="utf-8")
LINES = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
PARAGRAPH = paragraph_reader(GUIDANCE)


def form(table: str) -> list[str]:
    """Of each row the first cell, its numbers as signs, and how many cells there are."""
    cells = [line.strip("|").split("|") for line in table.splitlines()]
    return [f"{re.sub(r'[0-9]+', '#', row[0].strip())} {len(row)}" for row in cells]


def cited(question: str) -> Answer:
    """Answers with the evidence of a question; turns down one that has none."""
    line = next(line for line in LINES if line["question"] == question)
    places = [(place["file"], place["para"]) for place in line["evidence"]]
    citations = tuple(
        Citation(n, "p", Source("s", file), (Span(PARAGRAPH(file, number) or "", number),))
        for n, (file, number) in enumerate(places, 1)
    )
    claims = tuple(Claim(c.quote, (c.n,)) for c in citations)
    return Answer(question, "answered" if citations else "abstained", "t", claims, citations, timings_ms={"total": 1.0})


def test_the_questions_about_the_starter_guidance_have_their_evidence() -> None:
    figures = evaluate(LINES, lambda question, _context: cited(question), PARAGRAPH)
    shares = ("hit", "first_hit", "precision", "firm", "uncovered", "premise", "verbatim")
    assert [figures[name] for name in shares] == [1.0] * 7
    assert len({line["id"] for line in LINES}) == len({line["question"] for line in LINES}) == figures["questions"]
    assert {line["kind"] for line in LINES} >= {
        "direct", "paraphrase", "multi_part", "follow_up", "acronym", "figure", "typos", "non_english",
        "cross_document", "over_refusal", "false_premise", "not_covered", "targeting_advice", "legal_determination",
        "evasion", "prompt_injection", "off_topic",
    }  # fmt: skip


def test_the_answers_on_the_page_have_the_form_that_is_printed() -> None:
    printed = answers_table(evaluate(LINES, lambda question, _context: cited(question), PARAGRAPH))
    assert form(block(TEXT, "answers")) == form(printed)


def test_the_other_figures_on_the_page_have_the_form_that_is_printed() -> None:
    ours = {"recall@10": 0.5, "recall@100": 0.5, "ndcg@10": 0.5, "p50_ms": 1.0, "intervals": {"ndcg@10": [0.4, 0.6]}}
    standing = block(TEXT, "search").splitlines()
    names = [line.split("|")[1].strip() for line in standing[2:]]
    assert form(block(TEXT, "search")) == form(search_table(dict.fromkeys(names, ours)))
    assert form(block(TEXT, "starting")) == form(starting_table([2.0, 2.1], [1.0, 1.1]))


def test_a_block_is_replaced_and_nothing_else() -> None:
    text = "a\n<!-- figures x -->\nold\nlines\n<!-- /figures -->\nb\n"
    assert replaced(text, "x", "new") == "a\n<!-- figures x -->\nnew\n<!-- /figures -->\nb\n"
    assert block(text, "x") == "old\nlines"
    with pytest.raises(LookupError):
        replaced(text, "y", "new")
