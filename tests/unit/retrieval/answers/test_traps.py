"""Whoever chooses sentences, and however badly: what is shown keeps its conditions, its speaker and its sense."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from retrieval.answering import Answerer
from retrieval.answers.composing import compose
from retrieval.answers.questions import understand
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.ports import Selected, Selection
from retrieval.types import Answer, Claim
from tests.support.memory_searcher import MemorySearcher

DATA = Path(__file__).parents[3] / "data" / "selection_traps.jsonl"
TRAPS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
NAMED = [pytest.param(trap, id=f"{trap['kind']}-{trap['trap'][:30]}") for trap in TRAPS]
EARLIER = Source("a", "a.md", "River Order 2015", published="2015", authority="policy", successor="b")
LATER = Source("b", "b.md", "River Order 2023", published="2023", authority="policy")


def _passage(source: Source, paragraphs: list[list[str]], stem: str | None) -> Passage:
    lead = Span(stem, 1) if stem else None
    sentences = [
        Sentence((Span(text, number),), stem=(lead,) if lead is not None and text != stem else ())
        for number, texts in enumerate(paragraphs, 1)
        for text in texts
    ]
    return Passage(f"{source.source_id}-1", source, tuple(sentences), "The river")


def _passages(trap: dict[str, Any]) -> list[Passage]:
    later = [_passage(LATER, trap["later"], None)] if "later" in trap else []
    return [_passage(EARLIER if later else LATER, trap["paragraphs"], trap.get("stem")), *later]


def _misleads(trap: dict[str, Any], claims: tuple[Claim, ...]) -> list[str]:
    """The claims that show the trap without what it needs beside it."""
    return [c.text for c in claims if trap["trap"] in c.text and not all(need in c.text for need in trap["needs"])]


def _out_of_place(answer: Answer, passages: list[Passage]) -> list[str]:
    """The spans that do not stand word for word in their paragraph."""
    held = {
        (passage.source.source_id, span.paragraph, span.text)
        for passage in passages
        for sentence in passage.sentences
        for span in sentence.spans
    }
    cited = [(citation.source.source_id, span) for citation in answer.citations for span in citation.spans]
    return [span.text for source, span in cited if (source, span.paragraph, span.text) not in held]


def _selections(trap: dict[str, Any], passages: list[Passage]) -> dict[str, Selection]:
    """What a scripted model chooses: what lures, everything, everything backwards, and at random."""
    every = [Selected(1, passage, at) for passage in passages for at in range(len(passage.sentences))]
    lured = [each for each in every if each.passage.sentences[each.position].text.startswith(trap["trap"])]
    dice = random.Random(4)
    drawn = {f"random {n}": Selection(tuple(dice.sample(every, dice.randint(1, len(every))))) for n in range(8)}
    assert lured, trap["trap"]
    return drawn | {
        "lured": Selection(tuple(lured[:1])),
        "all": Selection(tuple(every)),
        "backwards": Selection(tuple(reversed(every))),
    }


@pytest.mark.parametrize("trap", NAMED)
def test_no_selection_shows_a_sentence_without_what_it_needs(trap: dict[str, Any]) -> None:
    passages = _passages(trap)
    for name, selection in _selections(trap, passages).items():
        answer = compose(understand(trap["question"]), selection, passages, model="scripted")
        if answer is not None:
            assert _misleads(trap, answer.claims) == [], name
            assert _out_of_place(answer, passages) == [], name


@pytest.mark.parametrize("trap", NAMED)
def test_the_choice_of_the_program_shows_no_sentence_without_what_it_needs(trap: dict[str, Any]) -> None:
    passages = _passages(trap)
    answer = Answerer(MemorySearcher(passages)).answer(trap["question"])
    assert _misleads(trap, answer.claims) == []
    assert _out_of_place(answer, passages) == []


def test_where_a_trap_is_cut_by_the_border_of_a_passage_its_neighbour_is_read() -> None:
    trap = next(trap for trap in TRAPS if trap["trap"].startswith("Any platoon"))
    first, second = (Sentence((Span(text, 1),)) for text in trap["paragraphs"][0])
    passages = [Passage("b-1", LATER, (first,), "Radios"), Passage("b-2", LATER, (second,), "Radios")]
    searcher = MemorySearcher(passages)
    for passage in passages:
        answer = compose(
            understand(trap["question"]), Selection((Selected(1, passage, 0),)), passages, beside=searcher.beside
        )
        assert answer is not None
        assert [claim.text for claim in answer.claims] == [" ".join(trap["paragraphs"][0])]


def test_the_traps_are_thirty_at_least_and_of_five_kinds() -> None:
    assert len(TRAPS) >= 30
    assert {trap["kind"] for trap in TRAPS} == {"condition", "rejected", "stem", "superseded", "speaker"}
