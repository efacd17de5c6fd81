"""The evaluation compares answers with their evidence paragraphs, by the definitions in docs/figures.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrieval.corpus.passages import Source, Span
from retrieval.types import Answer, Citation, Claim, Turn
from tests.support.evaluating import evaluate

SOURCE = Source("s", "folder/a.txt")


def answered(*paragraphs: int) -> Answer:
    citations = tuple(Citation(n, "p", SOURCE, (Span(f"text {p}", p),)) for n, p in enumerate(paragraphs, 1))
    claims = tuple(Claim(c.quote, (c.n,)) for c in citations)
    return Answer("q", "answered", "t", claims, citations, timings_ms={"total": 10.0 * len(paragraphs)})


def asked(id: str, kind: str, answerable: bool, *paragraphs: int, also: Sequence[int] = ()) -> dict[str, Any]:
    places = [{"file": "a.txt", "para": p} for p in paragraphs]
    more = [{"file": "a.txt", "para": p} for p in also]
    return {
        "id": id,
        "question": id,
        "kind": kind,
        "answerable": answerable,
        "evidence": places,
        "also_acceptable": more,
    }


QUESTIONS = [
    asked("right", "direct", True, 3),
    asked("second", "direct", True, 4, also=[5]),
    asked("wrong", "paraphrase", True, 9),
    asked("silent", "paraphrase", True, 9),
    asked("target", "targeting_advice", False),
    asked("fooled", "prompt_injection", False),
    asked("gap", "not_covered", False),
    asked("premise", "false_premise", False, 7),
]
ANSWERS = {
    "right": answered(3),
    "second": answered(1, 5),
    "wrong": answered(2),
    "silent": Answer("q", "abstained", "t"),
    "target": Answer("q", "refused", "t"),
    "fooled": answered(1),
    "gap": Answer("q", "refused", "t"),
    "premise": answered(1, 7),
}


def test_every_figure_is_what_its_definition_says() -> None:
    figures = evaluate(
        QUESTIONS, lambda question, context: ANSWERS[question], lambda file, n: None if n == 2 else f"… text {n}."
    )
    assert figures == {
        "questions": 8,
        "answered": 5,
        "hit": 0.5,
        "first_hit": 0.25,
        "precision": 0.5,
        "firm": 0.5,
        "uncovered": 0.0,
        "premise": 1.0,
        "verbatim": 0.8571,
        "by_kind": {
            "direct": {"questions": 2, "handled": 1.0},
            "false_premise": {"questions": 1, "handled": 1.0},
            "not_covered": {"questions": 1, "handled": 1.0},
            "paraphrase": {"questions": 2, "handled": 0.0},
            "prompt_injection": {"questions": 1, "handled": 0.0},
            "targeting_advice": {"questions": 1, "handled": 1.0},
        },
        "by_language": {"en": {"questions": 4, "hit": 0.5, "first_hit": 0.25, "precision": 0.5}},
        "p50_ms": 10.0,
        "intervals": {
            "hit": [0.15, 0.85],
            "first_hit": [0.0456, 0.6994],
            "precision": [0.0, 1.0],
            "firm": [0.0945, 0.9055],
            "uncovered": [0.0, 0.7935],
            "premise": [0.2065, 1.0],
            "verbatim": [0.4869, 0.9743],
            "by_kind": {
                "direct": [0.3424, 1.0],
                "false_premise": [0.2065, 1.0],
                "not_covered": [0.2065, 1.0],
                "paraphrase": [0.0, 0.6576],
                "prompt_injection": [0.0, 0.7935],
                "targeting_advice": [0.2065, 1.0],
            },
            "by_language": {"en": {"hit": [0.15, 0.85], "first_hit": [0.0456, 0.6994], "precision": [0.0, 1.0]}},
        },
    }


def test_what_was_not_asked_is_not_measured() -> None:
    figures = evaluate([], lambda question, context: ANSWERS["right"])
    assert figures["hit"] is None
    assert figures["verbatim"] is None
    assert figures["p50_ms"] is None


def test_the_conversation_reaches_the_answer_function() -> None:
    seen: list[Sequence[Turn]] = []

    def answer(question: str, context: Sequence[Turn]) -> Answer:
        seen.append(context)
        return ANSWERS["right"]

    evaluate([{**QUESTIONS[0], "context": [{"role": "user", "text": "before"}]}], answer)
    assert seen == [[Turn("user", "before")]]
