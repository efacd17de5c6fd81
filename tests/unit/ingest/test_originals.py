from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ingest.blocks import Block, Reading
from ingest.originals import Original, aligned, fingerprint, parsed, recognised, shipped
from ingest.parts import read_parts
from ingest.readers.beside import ORIGINAL
from ingest.readers.text import read_text
from ingest.starter import starter_guidance
from ingest.structure import structure
from tests.unit.ingest.drawn import SENTENCES

RECORD = {"title": "On the Keeping of Lanterns", "author": "A Keeper", "published": "1912", "authority": "guidance"}
PARAGRAPHS = [" ".join(SENTENCES[at : at + 3]) for at in range(0, 60, 3)]
TEXT = "\n\n".join(PARAGRAPHS)


def original(text: str = TEXT) -> Original:
    return parsed(json.dumps(fingerprint(read_text(text.encode()).blocks, RECORD)))


def test_a_bare_copy_gets_the_record_of_the_original_and_says_so() -> None:
    reading, found = recognised(read_text(TEXT.encode()), [original()])
    assert found == original()
    assert reading.metadata == RECORD
    assert reading.warnings == (
        "recognised by its wording as “On the Keeping of Lanterns”: what it does not say of itself comes from our "
        "record of that text",
    )


def test_what_a_copy_says_of_itself_goes_before_the_record() -> None:
    stated = {"published": "1920-05", "author": "Somebody Else", "audience": "legal"}
    reading, _ = recognised(Reading(read_text(TEXT.encode()).blocks, stated), [original()])
    assert reading.metadata == {**RECORD, **stated}


@pytest.mark.parametrize(
    "title", ["On the keeping of lanterns | Harbour Review", "Reprint: On the Keeping of Lanterns"]
)
def test_a_title_that_a_site_adds_to_is_the_title_of_the_original(title: str) -> None:
    reading, _ = recognised(Reading(read_text(TEXT.encode()).blocks, {"title": title}), [original()])
    assert reading.metadata["title"] == "On the Keeping of Lanterns"


def test_a_copy_with_headers_other_marks_and_no_paragraph_numbers_is_recognised_and_its_places_align() -> None:
    pages = ("Harbour Review 7", *(text.replace(",", " ,").upper() for text in PARAGRAPHS), "Printed at the mole")
    reading, found = recognised(Reading(tuple(Block(text, None, 2) for text in pages)), [original()])
    assert found is not None
    units = aligned(structure(reading).units, found)
    placed = [sentence.locator for unit in units for sentence in unit.sentences if sentence.locator]
    assert placed == [f"par. {n}" for n in range(1, 21) for _ in range(3)]


def test_a_copy_whose_paragraphs_are_those_of_the_original_names_no_other_place() -> None:
    reading, found = recognised(read_text(TEXT.encode()), [original()])
    assert found is not None
    assert {s.locator for unit in aligned(structure(reading).units, found) for s in unit.sentences} == {None}


def test_a_part_of_the_original_is_told_as_such_and_gets_nothing() -> None:
    reading, found = recognised(read_text("\n\n".join(PARAGRAPHS[:6]).encode()), [original()])
    assert (found, reading.metadata) == (None, {})
    (warning,) = reading.warnings
    assert warning.startswith("looks like a part of “On the Keeping of Lanterns” (about ")


def test_another_edition_is_told_as_such_and_gets_nothing() -> None:
    later = [*PARAGRAPHS[:13], *(" ".join(SENTENCES[at : at + 3]) for at in range(100, 121, 3))]
    reading, found = recognised(read_text("\n\n".join(later).encode()), [original()])
    assert (found, reading.metadata) == (None, {})
    assert reading.warnings == (
        "resembles “On the Keeping of Lanterns”, perhaps in another edition: nothing was taken from our record of that "
        "text",
    )


@pytest.mark.parametrize(
    "text",
    ["\n\n".join(SENTENCES[150:190]), f"A short note that quotes: {SENTENCES[0]}", "Nothing much."],
)
def test_other_texts_are_left_alone(text: str) -> None:
    reading = read_text(text.encode())
    assert recognised(reading, [original()]) == (reading, None)


def test_a_digest_is_no_copy_of_its_original() -> None:
    reading = Reading(read_text(TEXT.encode()).blocks, {"kind": "digest"})
    assert recognised(reading, [original()]) == (reading, None)


def test_every_record_that_ships_names_the_original_of_the_digest_beside_it() -> None:
    files = sorted(starter_guidance().glob(f"*{ORIGINAL}"))
    assert len(files) == len(shipped()) == 2
    for file, known in zip(files, shipped(), strict=True):
        digest = file.with_name(file.name.removesuffix(ORIGINAL) + ".md").read_text(encoding="utf-8")
        front = yaml.safe_load(digest.split("---")[1])
        assert known.record["title"] == front["digest_of"]
        assert known.record["published"] == front["published"]
        # Hashes alone: no word of the original stands there.
        assert set(json.loads(file.read_text(encoding="utf-8"))) == {"record", "paragraphs"}


def test_a_file_taken_apart_in_a_child_keeps_stem_place_and_role(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(TEXT, encoding="utf-8")
    parts = read_parts(tmp_path / "t.txt")
    assert type(parts).from_json(json.loads(json.dumps(parts.to_json()))) == parts
