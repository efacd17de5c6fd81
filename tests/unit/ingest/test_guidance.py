from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ingest.parts import read_parts
from ingest.readers.reading import read
from ingest.roots import Place
from ingest.starter import starter_guidance
from ingest.structure import structure
from ingest.sync import document_of

DIGESTS = sorted(starter_guidance().glob("*.md"))
PLACE = re.compile(r"(press release .*|par\. \d+( and \d+)?( \(note \d+\))?)")
VOICES = re.compile(r"\b(ICRC|Rynning|NATO's [Pp]olicy|The North Atlantic Council)\b")


def test_the_starter_guidance_is_there() -> None:
    assert [path.name for path in DIGESTS] == [
        "icrc-security-partnerships.md",
        "nato-protection-of-civilians-policy.md",
        "rynning-protection-of-civilians.md",
    ]


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_a_digest_says_that_it_is_ours_and_of_what(path: Path) -> None:
    source = document_of(read_parts(path), Place("starter-guidance", path.name)).source

    assert (source.kind, source.authority, source.binds, source.publisher) == ("digest", "digest", "nobody", "Proviso")
    assert (source.title or "").startswith(f"Digest: {source.digest_of}")
    assert source.status == "summary in our words, verify against the original"
    assert source.published


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_every_statement_is_attributed_short_and_names_its_place(path: Path) -> None:
    document = document_of(read_parts(path), Place("starter-guidance", path.name))
    statements = [sentence for passage in document.passages for sentence in passage.sentences]

    assert [s.text for s in statements if not PLACE.fullmatch(s.locator or "")] == []
    assert [s.text for s in statements if not VOICES.search(s.text)] == []
    assert [s.text for s in statements if len(s.text.split()) > 75] == []
    assert not any("{" in s.text for s in statements)
    assert len({s.spans[0].paragraph for s in statements}) == len(statements)


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_each_statement_has_four_to_six_finders_that_name_its_place(path: Path) -> None:
    document = document_of(read_parts(path), Place("starter-guidance", path.name))
    statements = [sentence for passage in document.passages for sentence in passage.sentences]
    finders = yaml.safe_load(path.with_suffix(".finders.yaml").read_text("utf-8"))["finders"]
    named = [[s for s in statements if s.text.startswith(item["says"])] for item in finders]

    assert [[s.locator for s in found] for found in named] == [[item["at"]] for item in finders]
    assert [s for found in named for s in found] == statements
    assert [item["says"] for item in finders if not 4 <= len(item["lines"]) <= 6] == []


def test_no_finder_of_the_starter_guidance_is_given_twice() -> None:
    files = [yaml.safe_load(path.with_suffix(".finders.yaml").read_text("utf-8")) for path in DIGESTS]
    lines = [line.casefold() for file in files for item in file["finders"] for line in item["lines"]]

    assert [line for line in lines if lines.count(line) > 1] == []


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_a_digest_is_read_to_the_last_character(path: Path) -> None:
    parts = structure(read(path), digest=True)

    assert {item.reason for item in parts.dropped} == {"front matter", "markup", "locator"}
    assert not any(unit.note for unit in parts.units)


def test_the_starter_guidance_is_found_from_anywhere(tmp_path: Path) -> None:
    code = "from ingest.starter import starter_guidance; print(len(list(starter_guidance().glob('*.md'))))"
    root = str(Path(__file__).parents[3])
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": root}, capture_output=True, text=True, check=True
    )

    assert out.stdout == "3\n"
