"""Short forms and synonyms in queries."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.ports import Alternative
from retrieval.search.glossary import Entry, Glossary, GlossaryMalformed, load_glossary

SHIPPED = load_glossary()


def test_a_short_form_stands_for_its_long_ones_and_a_long_one_for_its_short() -> None:
    glossary = Glossary([Entry(("LOAC", "IHL", "law of armed conflict"))])

    assert glossary.alternatives("What does LOAC ask?") == [Alternative("LOAC", ("IHL", "law of armed conflict"))]
    assert glossary.alternatives("the Law of  armed-conflict") == [
        Alternative("Law of  armed-conflict", ("LOAC", "IHL"))
    ]
    assert glossary.alternatives("loacs and locks") == [Alternative("loacs", ("IHL", "law of armed conflict"))]


def test_forms_that_stand_side_by_side_are_not_searched_for_twice() -> None:
    glossary = Glossary([Entry(("CIVCAS", "civilian casualty"))])

    assert glossary.alternatives("civilian casualties (CIVCAS)") == []
    assert glossary.written_out("civilian casualties (CIVCAS)") == "civilian casualties (CIVCAS)"


def test_the_longest_form_counts_and_not_what_lies_inside_it() -> None:
    glossary = Glossary(
        [
            Entry(("IAC", "international armed conflict")),
            Entry(("NIAC", "non-international armed conflict")),
        ]
    )

    assert glossary.alternatives("a non-international armed conflict") == [
        Alternative("non-international armed conflict", ("NIAC",))
    ]


def test_what_means_several_things_counts_for_half_each_and_is_not_written_out() -> None:
    assert SHIPPED.alternatives("Who is the PoC?") == [
        Alternative("PoC", ("protection of civilians", "point of contact"), 0.5)
    ]
    assert SHIPPED.written_out("Who is the PoC?") == "Who is the PoC?"


def test_a_short_form_that_is_a_word_besides_counts_only_as_it_is_written() -> None:
    assert SHIPPED.alternatives("What shape is the sofa by the sea?") == []
    assert [found.words for found in SHIPPED.alternatives("Does the SOFA cover SEA?")] == ["SOFA", "SEA"]


def test_short_forms_are_written_out_once_for_the_model() -> None:
    assert SHIPPED.written_out("How are civcas and CIVCAS tracked?") == (
        "How are civcas and CIVCAS tracked? (civilian casualties)"
    )


def test_the_shipped_glossary_has_eighty_entries_and_more_each_of_which_finds_itself() -> None:
    shipped = yaml.safe_load((Path(__file__).parents[4] / "retrieval/search/glossary.yaml").read_text("utf-8"))

    assert len(shipped["same"]) >= 80
    lost = [
        (form, entry)
        for entry in shipped["same"]
        for form in entry
        if not any(set(found.forms) & set(entry) for found in SHIPPED.alternatives(f"About {form}, please"))
    ]
    assert lost == []
    assert set(shipped["capitals"]) <= {form for entry in shipped["same"] for form in entry} | set(shipped["either"])


def test_an_organisation_adds_its_own_forms(tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text("same:\n  - [HOB, harbour orders board]\neither:\n  KPR: [keeper, keel report]\ncapitals: [HOB]\n")
    glossary = load_glossary(own)

    assert glossary.alternatives("the HOB and the hob") == [Alternative("HOB", ("harbour orders board",))]
    assert glossary.alternatives("KPR") == [Alternative("KPR", ("keeper", "keel report"), 0.5)]
    assert glossary.alternatives("LOAC") == SHIPPED.alternatives("LOAC")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("same:\n  - [one, two]\n  - [one]\n", 3, "needs a list of 2 or more different words or phrases"),
        ("same:\n  - [one, One]\n", 2, "needs a list of 2 or more different words or phrases"),
        ("same:\n  - [one, [two]]\n", 2, "needs a list of 2 or more different words or phrases"),
        ("same: one\n", 1, "needs a list"),
        ("either:\n  - one\n", 2, "needs a short form, a colon and a list of meanings"),
        ("either:\n  A: [b]\n", 2, "needs a list of 2 or more different words or phrases"),
        ("\nsynonyms:\n  - [a, b]\n", 2, 'has "synonyms", which is none of same, either, capitals'),
        ("- [a, b]\n", 1, "has no same, either, capitals"),
        ("same:\n  - [a, b\n", 3, "is no YAML"),
    ],
)
def test_a_glossary_that_cannot_be_read_names_the_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text(text)

    with pytest.raises(GlossaryMalformed) as refused:
        load_glossary(own)
    assert str(refused.value) == (
        f"{own}, line {line}: {what}. Nothing was started; mend that line, or unset PROVISO_GLOSSARY."
    )


def test_a_glossary_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GlossaryMalformed, match="FileNotFoundError"):
        load_glossary(tmp_path / "none.yaml")


def test_an_empty_file_adds_nothing(tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text("# later\n")

    assert load_glossary(own).alternatives("LOAC") == SHIPPED.alternatives("LOAC")


@settings(deadline=None)
@given(st.text())
def test_any_query_keeps_its_own_words(query: str) -> None:
    assert SHIPPED.written_out(query).startswith(query)
    assert all(found.words in query for found in SHIPPED.alternatives(query))
