"""Which rows of a table answer a question that names one of a kind."""

from __future__ import annotations

import pytest

from retrieval.answers.grouping import Said
from retrieval.answers.rows import rows_asked_for
from retrieval.answers.units import unit_of
from retrieval.corpus.passages import Passage, Sentence, Source, Span

LEDGER = Source("l", "ledger.csv")


def said(*cells: str) -> list[Said]:
    """Rows with these first cells under "Holder", each in a passage of its own."""
    found = []
    for n, cell in enumerate(cells):
        spans = (Span("Holder", role="stem"), Span(cell), Span(f"Tins: {n + 4}"))
        unit = unit_of(Passage(f"l-{n}", LEDGER, (Sentence(spans, row=True),)), [0])
        assert unit is not None
        found.append(Said(1, unit))
    return found


@pytest.mark.parametrize(
    ("question", "cells", "kept"),
    [
        ("How many tins has Echo company?", ["Delta company", "Echo company"], ["Echo company"]),
        ("How many tins has Echo company?", ["Echo company and Delta company"], ["Echo company and Delta company"]),
        ("How many tins has Delta company?", ["Echo company and Delta company"], ["Echo company and Delta company"]),
        ("How many tins has Foxtrot company?", ["Echo company and Delta company"], []),
        ("How many tins are for Level 3?", ["Level 1 to 5"], ["Level 1 to 5"]),
        ("How many tins are for Level 3?", ["Level 1–5"], ["Level 1–5"]),
        ("How many tins are for Level 3?", ["Level 2 and above"], ["Level 2 and above"]),
        ("How many tins are for Level 3?", ["Level 2", "Level 3"], ["Level 3"]),
        ("How many tins are for Class C?", ["Class A to D", "Class B"], ["Class A to D"]),
        ("How many tins has Unit B-80?", ["Unit B-79"], []),
    ],
)  # fmt: skip
def test_a_row_about_others_of_the_kind_is_left_out(question: str, cells: list[str], kept: list[str]) -> None:
    assert [each.unit.spans[1].text for each in rows_asked_for(said(*cells), question)] == kept


def test_what_stands_under_the_very_term_comes_first() -> None:
    spans = ((Span("Lead", role="stem"), Span("A weight on a line.")), (Span("Line", role="stem"), Span("A rope.")))
    units = [unit_of(Passage(f"t-{n}", LEDGER, (Sentence(each),)), [0]) for n, each in enumerate(spans)]
    terms = [Said(1, unit) for unit in units if unit is not None]
    assert rows_asked_for(terms, "What is a line") == terms[::-1]
    assert rows_asked_for(terms, "What is a rope") == terms
