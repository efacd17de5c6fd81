"""Checklists: what ships is sound, what is broken is named, what is asked for is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checklists.catalogue import BrokenChecklist, Catalogue

CATALOGUE = Catalogue.load()
GOOD = """\
id: one
version: 1
title: One thing
when: Always.
items:
  - id: first
    text: Do it.
    why: It matters.
    ask: Is it done?
    basis: team judgement
"""
# What the research could not read in the original must not be stated.
UNSEEN = ("EWIPA", "Montreux", "Copenhagen", "JALLC", "HRDDP", "Commentary", "CHMR")


def test_three_checklists_ship() -> None:
    assert [checklist.id for checklist in CATALOGUE.checklists] == ["assessment", "detention", "intelligence"]


def test_every_item_has_a_reason_a_question_and_a_basis() -> None:
    for checklist in CATALOGUE.checklists:
        assert len(checklist.items) >= 7
        for item in checklist.items:
            assert item.ask.endswith("?")
            assert item.basis == "team judgement" or all(basis.locator for basis in item.basis)


def test_nothing_rests_on_a_source_nobody_read() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path("bot/checklists").glob("*.yaml"))]
    assert [name for name in UNSEEN for text in texts if name in text] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("assessment", "assessment"),
        ("Assessment", "assessment"),
        ("asessment", "assessment"),
        ("detenton", "detention"),
        ("intel", "intelligence"),
        ("due diligence", "assessment"),
        ("detainees", "detention"),
        ("how do we hand over prisoners", "detention"),
        ("what caveats apply to sharing", "intelligence"),
        ("vetting a unit", "assessment"),
        ("show me the checklist on transfers", "detention"),
    ],
)
def test_a_checklist_is_found_by_id_alias_typo_and_free_words(query: str, found: str) -> None:
    checklist, others = CATALOGUE.find(query)
    assert checklist is not None
    assert checklist.id == found
    assert sorted((found, *others)) == ["assessment", "detention", "intelligence"]


@pytest.mark.parametrize("query", ["", "   ", "pizza", "the", "?!", "xyzzy plugh"])
def test_what_nothing_matches_finds_nothing_and_names_all(query: str) -> None:
    assert CATALOGUE.find(query) == (None, ("assessment", "detention", "intelligence"))


def load(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Catalogue.load(folder)


def test_a_sound_file_is_loaded(tmp_path: Path) -> None:
    assert load(tmp_path, one=GOOD).titles() == {"one": "One thing"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            GOOD.replace("    why: It matters.\n", ""),
            "one.yaml line 6, items.0.why: Field required. Nothing was loaded; mend the file.",
        ),
        (
            GOOD.replace("id: first", "id: First Item"),
            "one.yaml line 6, items.0.id: String should match pattern '^[a-z][a-z0-9-]*$'. "
            "Nothing was loaded; mend the file.",
        ),
        (
            GOOD.replace("ask: Is it done?", "ask: '  '"),
            "one.yaml line 9, items.0.ask: Value error, must be one line of text. Nothing was loaded; mend the file.",
        ),
        (
            GOOD + "colour: red\n",
            "one.yaml line 11, colour: Extra inputs are not permitted. Nothing was loaded; mend the file.",
        ),
        ("id: [", "one.yaml line 1: not valid YAML. Nothing was loaded; mend the file."),
        (
            GOOD + GOOD[GOOD.index("  - id") :],
            "one.yaml line 11, items.1.id: the id 'first' is used twice. Nothing was loaded; mend the file.",
        ),
    ],
)
def test_a_broken_file_is_named_with_line_and_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BrokenChecklist) as error:
        load(tmp_path, one=text)
    assert error.value.message == message


def test_two_checklists_may_not_share_a_name(tmp_path: Path) -> None:
    two = GOOD.replace("id: one", "id: two").replace("when:", "aliases: [ONE]\nwhen:")
    with pytest.raises(BrokenChecklist) as error:
        load(tmp_path, one=GOOD, two=two)
    assert error.value.message == (
        "two.yaml: the name 'one' also belongs to one. Nothing was loaded; rename one of them."
    )
