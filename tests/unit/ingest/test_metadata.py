from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import Rejected
from ingest.parts import Parts, parts_of
from ingest.readers.beside import fingerprint
from ingest.readers.metadata import AUTHORITIES, as_date, settled
from ingest.readers.reading import read

Write = Callable[[str, str | bytes], Path]
PAGE = "<html><head><title>Of the File</title><meta name=author content=File></head><p>Text.</p></html>"


def test_the_file_yields_to_its_folder_and_both_to_what_is_written_for_the_document(write: Write) -> None:
    write("_meta.yaml", "author: Folder\npublisher: Council\nauthority: policy\ntitle: not for all")
    page = write("a.html", PAGE)
    noted = write("b.md", "---\nauthor: Responder\n---\nText.")
    beside = write("c.md", "---\nauthor: Responder\nbinds: keepers\n---\nText.")
    write("c.meta.yaml", "author: Beside\nsupersedes: Old Rules\naudience: legal")

    everywhere = {"publisher": "Council", "authority": "policy"}
    assert read(page).metadata == {"title": "Of the File", "author": "Folder", **everywhere}
    assert read(noted).metadata == {"author": "Responder", **everywhere}
    assert read(beside).metadata == {
        "author": "Beside", "binds": "keepers", "supersedes": "Old Rules", "audience": "legal", **everywhere,
    }  # fmt: skip


def test_a_change_of_the_folders_metadata_changes_the_fingerprint_of_its_files(write: Write) -> None:
    path = write("a.txt", "Text.")
    before = fingerprint(path)
    write("_meta.yaml", "publisher: Council")
    of_folder = fingerprint(path)
    write("a.meta.yaml", "publisher: Council")

    assert len({before, of_folder, fingerprint(path)}) == 3
    assert read(path).content_hash == fingerprint(path)


def test_an_unknown_authority_is_left_out_and_said(write: Write) -> None:
    reading = read(write("a.md", "---\nauthority: holy writ\n---\nText."))

    assert reading.metadata == {}
    assert reading.warnings == (
        "authority 'holy writ' is none of treaty, customary rule, statute, policy, guidance, commentary, digest; "
        "it is left out",
    )
    parts = parts_of(reading)
    assert Parts.from_json(json.loads(json.dumps(parts.to_json()))) == parts


@pytest.mark.parametrize(
    ("given_as", "authority"),
    [
        ("Treaty", "treaty"),
        ("Customary_Rule", "customary rule"),
        ("customary international law", "customary rule"),
        ("LAW", "statute"),
        ("  guidelines ", "guidance"),
        ("handbook", "guidance"),
        ("article", "commentary"),
        *((name, name) for name in AUTHORITIES),
    ],
)
def test_obvious_spellings_of_an_authority_are_understood(given_as: str, authority: str) -> None:
    assert settled({"authority": given_as}) == ({"authority": authority}, ())


@pytest.mark.parametrize(
    ("given_as", "published"),
    [
        ("2016", "2016"),
        ("2016-07", "2016-07"),
        ("2016-7-9", "2016-07-09"),
        ("2016/07/09", "2016-07-09"),
        ("20160709", "2016-07-09"),
        ("2016-07-09T23:30:00+02:00", "2016-07-09"),
        ("9 July 2016", "2016-07-09"),
        ("July 9, 2016", "2016-07-09"),
        ("July 2016", "2016-07"),
        ("1st march 2020", "2020-03-01"),
        ("Sept. 2020", "2020-09"),
        ("12 Sep 2020", "2020-09-12"),
        ("May 2019", "2019-05"),
    ],
)
def test_a_date_is_brought_to_one_form_where_it_is_beyond_doubt(given_as: str, published: str) -> None:
    assert settled({"published": given_as}) == ({"published": published}, ())


@pytest.mark.parametrize("given_as", ["2016-13-40", "03/04/2016", "Spring 2016", "Julember 2016", "Mayor 2016"])
def test_what_may_be_no_date_is_left_out_and_told(given_as: str) -> None:
    note = f"published {given_as!r} is no date; it is left out: write 2020, 2020-05 or 2020-05-31"
    assert settled({"published": given_as}) == ({}, (note,))


@given(st.text(max_size=30))
def test_any_date_is_kept_in_some_form(text: str) -> None:
    assert as_date(text) == text or as_date(text)[:4].isdigit()


@pytest.mark.parametrize("audience", ["[a, b]", "true", "{a: b}", "''"])
def test_an_audience_that_cannot_be_read_keeps_the_document_from_everybody(write: Write, audience: str) -> None:
    path = write("a.txt", f"---\naudience: {audience}\n---\nText.")

    with pytest.raises(Rejected) as caught:
        read(path)
    assert (caught.value.reason, caught.value.hint) == (
        "metadata unreadable",
        "Its audience must be one label, such as `audience: legal`; without one, remove the line.",
    )


@pytest.mark.parametrize(
    "matter",
    [
        "title: [Badyaml\naudience: judges",
        "title: Colon: the sequel\naudience: judges",
        "title:\tx\n\taudience: judges",
        "audience: judges\naudience: cooks",
    ],
)
def test_front_matter_that_cannot_be_read_keeps_the_document_from_everybody(write: Write, matter: str) -> None:
    with pytest.raises(Rejected) as caught:
        read(write("a.md", f"---\n{matter}\n---\n\nText."))
    assert (caught.value.reason, caught.value.hint) == (
        "metadata unreadable",
        "Between its --- lines must be lines of `name: value`, each name once; "
        "put a value that holds a colon in quotes.",
    )


def test_front_matter_that_is_never_closed_keeps_the_document_from_everybody(write: Write) -> None:
    with pytest.raises(Rejected, match="metadata unreadable"):
        read(write("a.md", "---\ntitle: Rope\naudience: judges\n\nText."))


def test_a_misspelt_audience_keeps_the_document_from_everybody(write: Write) -> None:
    with pytest.raises(Rejected) as caught:
        read(write("a.md", "---\naudiance: judges\n---\n\nText."))
    assert caught.value.hint == "It says `audiance`; write `audience`, or remove it."


def test_an_impossible_date_is_kept_as_written_and_told(write: Write) -> None:
    reading = read(write("a.md", "---\npublished: 2024-02-30\naudience: judges\n---\n\nText."))
    assert reading.metadata == {"audience": "judges"}
    assert reading.warnings == ("published '2024-02-30' is no date; it is left out: write 2020, 2020-05 or 2020-05-31",)


def test_lines_between_fences_that_name_no_field_are_text(write: Write) -> None:
    assert read(write("a.md", "---\nnot: [yaml\n---\n\nText.")).metadata == {}


def test_a_folders_metadata_that_cannot_be_read_rejects_its_documents(write: Write) -> None:
    write("_meta.yaml", "- just\n- a list")

    with pytest.raises(Rejected, match="metadata unreadable"):
        read(write("a.txt", "Text."))
