"""The tables of README say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from bot.cli import COMMANDS
from bot.settings import Settings
from ingest.child_server import Limits
from ingest.readers import archives, files, metadata, pdf, text
from retrieval.authority import KINDS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, str]:
    """First and last cell of each row of the first table under `heading`."""
    section = re.split(rf"^#+ {heading}$", README, maxsplit=1, flags=re.MULTILINE)[1]
    table = re.search(r"(?:^\|.*\n)+", section, flags=re.MULTILINE)
    assert table is not None
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in table[0].splitlines()]
    return {row[0].strip("`"): row[-1] for row in cells[2:]}


def test_every_setting_stands_in_the_table_with_the_words_of_the_code() -> None:
    expected = {name.upper(): field.description for name, field in Settings.model_fields.items()}
    assert rows("Configure") == expected


def test_every_command_stands_in_the_table_and_no_other() -> None:
    named = re.findall(r"^\| `proviso ([a-z]+)", README, flags=re.MULTILINE)
    assert sorted(set(named)) == sorted(COMMANDS)


def test_the_fields_of_a_document_are_those_that_are_read() -> None:
    named = {name for cell in rows("Your documents") for name in re.findall(r"[a-z_]+", cell)}
    assert named | {"kind"} == set(metadata.FIELDS)
    assert [row for row in rows("Your documents") if not set(re.findall(r"[a-z_]+", row)) & metadata.FOLDER_FIELDS] == [
        "supersedes`, `digest_of"
    ]


def test_the_kinds_of_authority_are_those_that_are_known() -> None:
    said = rows("Your documents")["authority"].split(";")[0]
    assert re.split(r", | or ", said) == list(metadata.AUTHORITIES) == list(KINDS)


def test_the_limits_are_those_that_hold() -> None:
    limits = Limits()
    assert limits == Limits(memory_bytes=448 << 20, cpu_seconds=60, wall_seconds=120.0)
    assert f"may use {limits.memory_bytes >> 20} MB, {limits.cpu_seconds} processor\nseconds and 2 minutes" in README
    assert f"| {files.MAX_BYTES >> 20} MB a file |" in README
    assert f"| {pdf.MAX_PAGES:,} pages or {text.MAX_CHARACTERS // 10**6} million characters of a PDF |" in README
    unpacked = f"{archives.MAX_INFLATED // 10**6} MB or {archives.MAX_RATIO} times its size once unpacked"
    assert f"| {unpacked}; {archives.MAX_ENTRIES:,} files inside (Word, PowerPoint, EPUB) |" in README
