"""How far quotes carry, from their wording and the records of their sources."""

from __future__ import annotations

import pytest

from retrieval.answers.strength import modality, strength_of
from retrieval.corpus.passages import Source, Span
from retrieval.types import Citation, Strength


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("Crews should stop loading if there is a risk that the deck must be cleared.", "should"),
        ("The author says a crew should stop where the deck could be wet.", "should"),
        ("Nobody below the rank of captain may open the gate.", "must"),
        ("The crew may not embark.", "must"),
        ("Loading at night is prohibited.", "must"),
        ("When the gate must be shut, crews may wait.", "may"),
        ("Delay may lead to losses.", "states"),
        ("Half of the boats were lost.", "states"),
        ("The policy states that the gate must be shut.", "must"),
        ("A keeper who breaches Article 7(2) shall be dismissed.", "must"),
        ("Crews help the officer who must sign.", "states"),
        ("Owners avoid the route to escape blame should the crew be lost.", "states"),
    ],
)
def test_the_modal_of_the_main_clause_counts(statement: str, expected: str) -> None:
    assert modality(statement) == expected


def _cited(text: str, holder: str | None = None, **known: str) -> Citation:
    return Citation(1, "p", Source("s", "s.md", **known), (Span(text, 1),), holder=holder)  # type: ignore[arg-type]


def test_the_strongest_quote_counts_and_kinds_years_and_whom_they_bind_are_added_up() -> None:
    treaty = _cited("Parties shall warn.", authority="treaty", published="1998", binds="parties; observers")
    essay = _cited("Warnings are rare.", authority="commentary", published="2021")
    assert strength_of([essay, treaty]) == Strength(
        "must", ("treaty", "commentary"), (1998, 2021), ("nobody", "parties", "observers"), ()
    )


def test_a_view_that_is_only_reported_asks_for_nothing() -> None:
    assert strength_of([_cited("Critics say crews must wait.", "Critics", authority="policy")]).modality == "states"


def test_what_kinds_are_missing_depends_on_what_was_found() -> None:
    assert strength_of([_cited("Wait.", authority="guidance")]).missing == ("treaty", "statute", "policy")
    assert strength_of([_cited("Wait.", authority="policy")]).missing == ("treaty", "statute")
    assert strength_of([_cited("Wait.", authority="statute")]).missing == ()
    unstated = strength_of([_cited("Wait.")])
    assert (unstated.kinds, unstated.missing) == (("not stated",), ())
