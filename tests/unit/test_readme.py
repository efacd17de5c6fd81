"""The tables of README say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from bot.cli import COMMANDS
from bot.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, str]:
    """First and last cell of each row of the first table under `heading`."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return {row[0].strip("`"): row[-1] for row in cells[2:]}


def test_every_setting_stands_in_the_table_with_the_words_of_the_code() -> None:
    expected = {name.upper(): field.description for name, field in Settings.model_fields.items()}
    assert rows("Configure") == expected


def test_every_command_stands_in_the_table_and_no_other() -> None:
    named = re.findall(r"^\| `proviso ([a-z]+)", README, flags=re.MULTILINE)
    assert sorted(set(named)) == sorted(COMMANDS)
