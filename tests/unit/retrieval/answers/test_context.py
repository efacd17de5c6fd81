"""What a sentence needs around it, told from its wording."""

from __future__ import annotations

import pytest

from retrieval.answers.context import aside, depths, holder, leans, speaks_of_now, turns
from retrieval.answers.units import unit_of
from retrieval.corpus.passages import Passage, Sentence, Source, Span


@pytest.mark.parametrize(
    "text",
    [
        "This is critical.",
        "It must be finished.",
        "But they did not.",
        "However, the warden may waive it.",
        "In such cases, the gate stays shut.",
        "Such moves fail.",
        "The exception is a storm.",
        "That commander signs.",
    ],
)
def test_a_sentence_that_points_back_leans_on_the_one_before(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "It is important that states assess.",
        "Those who detain must record.",
        "States should assess.",
        "This Convention applies to every ferry.",
        "There are two gates.",
        "Both the warden and the clerk sign.",
    ],
)
def test_a_sentence_that_points_nowhere_does_not(text: str) -> None:
    assert not leans(text)


@pytest.mark.parametrize(
    ("before", "text", "turned"),
    [
        ("Cadets may guard the well.", "But never at night.", True),
        ("Cadets may guard the well.", "The board rejected this.", True),
        ("Cadets may guard the well.", "This applies only in peace.", True),
        ("Cadets may guard the well.", "Boats are counted weekly.", False),
        ("Until 2019, cadets guarded the well.", "Soldiers guard it.", True),
        ("May cadets guard the well?", "Soldiers do.", True),
    ],
)
def test_the_next_sentence_turns_one_or_leaves_it(before: str, text: str, turned: bool) -> None:
    assert turns(text, before) is turned


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Critics argue that arms should flow.", "Critics"),
        ("According to the colonel, anyone may be shot.", "the colonel"),
        ("“Anyone may be shot,” the colonel told reporters.", "the colonel"),
        ("The ferrymen have long maintained that the gate is theirs.", "The ferrymen"),
        ("It is often said that the gate is theirs.", "others, who are not named"),
        ("The policy states that the gate is shut.", None),
        ("We believe that the gate is shut.", None),
        ("Guards hold and maintain the boats.", None),
    ],
)
def test_a_view_is_told_from_a_rule(text: str, name: str | None) -> None:
    assert holder(text) == name


def test_headings_time_and_open_quotations_are_read() -> None:
    assert aside("River > Myths about pilots")
    assert not aside("Withdrawn boats > Duties of pilots")
    assert speaks_of_now("The order is soon expected.")
    assert not speaks_of_now("The order is signed.")
    assert depths(["He said: “Go.", "Now.”", "They went."]) == [(0, 1), (1, 0), (0, 0)]
    assert depths(["A stray “ mark.", "Then nothing."]) == [(0, 0), (0, 0)]


def _passage(*texts: str, stem: Span | None = None, section: str | None = None, **known: str) -> Passage:
    sentences = tuple(
        Sentence((Span(text, n),), stem=(stem,) if stem is not None and text != stem.text else ())
        for n, text in enumerate(texts, 1)
    )
    return Passage("s-1", Source("s", "s.md", **known), sentences, section)  # type: ignore[arg-type]


LEAD = Span("The barge is not loaded when:", 1)


def test_an_item_is_quoted_with_its_stem_and_a_short_list_whole() -> None:
    unit = unit_of(_passage(LEAD.text, "it rains;", "it snows.", stem=LEAD), [2])
    assert unit is not None
    assert unit.text == "The barge is not loaded when: it rains; it snows."
    assert [(span.role, span.paragraph) for span in unit.spans] == [("stem", 1), ("quote", 2), ("quote", 3)]


def test_what_is_left_out_of_a_long_list_is_marked_in_what_is_shown_and_no_span() -> None:
    items = [f"the {word} " + "and the load " * 20 + "is wet;" for word in ("deck", "keel", "mast")]
    unit = unit_of(_passage(LEAD.text, *items, stem=LEAD), [2])
    assert unit is not None
    assert unit.text == f"{LEAD.text} … {items[1]} …"
    assert [span.text for span in unit.spans] == [LEAD.text, items[1]]


def test_a_sentence_brings_what_it_leans_on_and_what_turns_it_in_their_roles() -> None:
    unit = unit_of(_passage("Crews rest at noon.", "They may swim then.", "However, never alone."), [1])
    assert unit is not None
    assert [span.role for span in unit.spans] == ["before", "quote", "after"]
    assert unit.statement == "They may swim then."
    assert unit.text == "Crews rest at noon. They may swim then. However, never alone."


def test_a_view_names_who_holds_it_unless_that_is_the_source_itself() -> None:
    text = "Ada Quill argues that boats should wait."
    for author, name in ((None, "Ada Quill"), ("Ada Quill", None)):
        unit = unit_of(_passage(text, **({"author": author} if author else {})), [0])
        assert unit is not None
        assert unit.holder == name
    below = unit_of(_passage("Boats should wait.", section="Objections"), [0])
    assert below is not None
    assert below.holder == "section “Objections”"


def test_soon_carries_the_year_of_its_source() -> None:
    unit = unit_of(_passage("A new order is soon expected.", published="2022-05"), [0])
    assert unit is not None
    assert unit.as_of == "2022"


def test_a_turn_that_does_not_fit_keeps_the_sentence_from_being_quoted() -> None:
    assert unit_of(_passage("Crews may swim.", "However, " + "never and " * 90 + "never."), [0]) is None
