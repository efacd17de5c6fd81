"""The figures of a question file, as the command line comes by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from retrieval.evaluation.answers import AnswerFunction, ParagraphText, figures, judge


def evaluate(
    questions: Iterable[Mapping[str, Any]], answer: AnswerFunction, paragraph: ParagraphText | None = None
) -> dict[str, Any]:
    return figures([judge(question, answer) for question in questions], paragraph)
