"""Answers that an earlier version stored can still be read, and say that they are such."""

from __future__ import annotations

import json
from typing import Any

import pytest

from retrieval.types import Answer

CITATION = {
    "n": 1,
    "passage_id": "p1",
    "source_id": "s1",
    "path": "a.md",
    "title": "A Handbook",
    "author": None,
    "publisher": None,
    "published": "2020",
    "url": None,
    "edition": None,
    "authority": "guidance",
    "binds": None,
    "status": None,
    "superseded_by": None,
    "kind": "source",
    "digest_of": None,
    "source_locator": None,
    "section": None,
    "page": None,
    "paragraphs": [3],
    "spans": [{"paragraph": 3, "page": None, "text": "Counts are due each month, whatever the weather."}],
    "quote": "Counts are due each month, whatever the weather.",
}
WORDED = {
    "question": "",
    "status": "answered",
    "text": "Counts are due each month. [1]",
    "claims": [{"text": "Counts are due each month.", "citations": [1]}],
    "citations": [CITATION],
    "nearest": [],
    "mode": "model",
    "model": "gpt-of-old",
    "timings_ms": {"total": 900.0},
}


def test_an_answer_that_a_model_worded_is_read_and_marked_as_of_an_earlier_version() -> None:
    answer = Answer.from_json(WORDED)
    assert (answer.earlier, answer.claims[0].text, answer.claims[0].part) == (True, "Counts are due each month.", 1)
    assert (answer.citations[0].quote, answer.citations[0].spans[0].role) == (CITATION["quote"], "quote")


def test_the_mark_outlives_being_stored_again() -> None:
    again = Answer.from_json(json.loads(json.dumps(Answer.from_json(WORDED).to_json())))
    assert again == Answer.from_json(json.loads(json.dumps(again.to_json())))
    assert again.earlier


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "extractive", "model": None},
        {"status": "abstained", "claims": [], "citations": []},
        {"parts": [{"n": 1, "text": "When are counts due?", "covered": True}]},
    ],
)
def test_what_no_model_worded_has_no_such_mark(change: dict[str, Any]) -> None:
    answer = Answer.from_json(WORDED | change)
    assert not answer.earlier
    assert "earlier" not in answer.to_json()
