"""A question in another language is told so; English is never taken for one."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answering import Answerer
from retrieval.answers.abstention import SCOPE
from retrieval.text.language import language_of
from tests.support.guidance import PASSAGES
from tests.support.memory_searcher import MemorySearcher

ENGLISH = [
    json.loads(line)["question"] for line in Path("tests/data/screening.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Quelles sont les obligations de notre partenaire dans ce cas ?", "French"),
        ("¿Qué debe hacer el Estado antes de apoyar a un socio?", "Spanish"),
        ("Was müssen wir vor der Unterstützung eines Partners prüfen?", "German"),
        ("Che cosa deve fare lo Stato prima di sostenere un partner?", "Italian"),
        ("Wat moeten we weten voordat we een partner steunen?", "Dutch"),
        ("Kiedy należy zawiesić wsparcie dla partnera?", "Polish"),
        ("Bir ortağa destek ne zaman askıya alınmalı?", "Turkish"),
        ("ما هي الشروط قبل تقديم الدعم؟", "Arabic"),
        ("چه زمانی باید حمایت را متوقف کرد؟", "Persian"),
        ("Что нужно проверить перед поддержкой?", "Russian"),
        ("支援はいつ停止すべきですか", "Japanese"),
        ("எப்போது ஆதரவை நிறுத்த வேண்டும் என்று சொல்லுங்கள்", "Tamil"),
    ],
)
def test_a_question_in_another_language_is_recognised(question: str, language: str) -> None:
    assert language_of(question) == language


@pytest.mark.parametrize("question", ["", "?", "CHMRAP?", "detention rules", "Are blockades illegal?", "ISAF COIN ROE"])
def test_a_short_text_counts_as_english(question: str) -> None:
    assert language_of(question) is None


def test_no_english_question_is_taken_for_another_language() -> None:
    assert [question for question in ENGLISH if language_of(question)] == []


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Когда следует приостановить поддержку партнёра?", "Russian"),
        ("Wann sollten wir die Hilfe für einen Partner aussetzen", "German"),
    ],
)
def test_what_is_not_found_in_another_language_is_advised_to_be_asked_in_english(question: str, language: str) -> None:
    answer = Answerer(MemorySearcher(PASSAGES)).answer(question)
    assert answer.status == "abstained"
    assert answer.text == (
        f"The question seems to be in {language}. The indexed guidance was searched with it as it stands and nothing "
        "in it answers the question: documents in another language are found poorly. Next step: ask it in English."
    )
    assert SCOPE not in answer.text


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_warning(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert language_of(text) != "English"
        assert language_of(text * 10) != "English"
