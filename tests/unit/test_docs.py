"""README and docs say what the code says, and lead to one another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.cli import COMMANDS
from bot.partners.models import WARN_DAYS
from bot.partners.register import OUTSET_DAYS, STATUS_AFTER
from bot.reminders.rules import LONGEST_DAYS, LONGEST_MONTHS, OVERDUE_DAYS, STAGES, Cadence
from bot.settings import Settings
from bot.slack.manifest import EVENTS
from bot.slack.scopes import SCOPES
from bot.views.nudges.words import STAGES as NAMES
from bot.work.retention import Ages
from ingest.child_server import Limits
from ingest.readers import archives, beside, files, metadata, pdf, text, xlsx
from retrieval.corpus.authority import KINDS
from retrieval.limits import QUESTION
from retrieval.model.budgets import Caps
from retrieval.model.chat import DEADLINE_SECONDS
from retrieval.model.selecting import PASSAGES_OFFERED

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
MOST_LINES = 200


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str, heading: str, table: int = 0) -> dict[str, str]:
    """First and last cell of each row of a table (by default the first) of a page under `heading`."""
    section = re.split(rf"^#+ {heading}$", page(name), maxsplit=1, flags=re.MULTILINE)[1]
    lines = re.findall(r"(?:^\|.*\n)+", section, flags=re.MULTILINE)[table].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[-1] for row in cells[2:]}


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """Each relative link of a page, outside code: the file it leads to, and the heading ("" for none)."""
    prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not re.match(r"[a-z]+:", target):
            name, _, heading = target.partition("#")
            yield ((path.parent / name).resolve() if name else path), heading


def anchors(path: Path) -> set[str]:
    """The headings of a page as GitHub's links name them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading_that_are_there(path: Path) -> None:
    broken = [
        f"{target.name}#{heading}"
        for target, heading in links(path)
        if not target.exists() or (heading and heading not in anchors(target))
    ]
    assert broken == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    named = re.findall(r"`((?:bot|docs|ingest|prompts|retrieval|tests)/[\w./-]*)`", path.read_text(encoding="utf-8"))
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []


def test_every_page_and_picture_of_docs_is_reached_from_the_readme() -> None:
    reached, waiting = {README}, [README]
    while waiting:
        for target, _ in links(waiting.pop()):
            if target not in reached and target.exists():
                reached.add(target)
                waiting += [target] if target.suffix == ".md" else []
    assert {path for path in DOCS.rglob("*") if path.is_file()} - reached == set()


def test_every_setting_stands_in_the_table_with_the_words_of_the_code() -> None:
    expected = {name.upper(): field.description for name, field in Settings.model_fields.items()}
    assert rows("docs/operating.md", "Settings") == expected


def test_the_readme_names_only_settings_and_commands_that_exist() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    said = README.read_text(encoding="utf-8")
    assert set(re.findall(r"`((?:PROVISO|SLACK|DATABASE)_[A-Z_]+)`", said)) <= settings
    assert set(re.findall(r"\./run ([a-z]+)", said)) <= {*COMMANDS, "test"}


def test_the_readme_shows_how_everything_that_can_be_typed_in_slack_is_typed() -> None:
    said = README.read_text(encoding="utf-8")
    typed = [f"/{action.noun}" + ("" if action.default else f" {action.verb}") for action in REGISTRY.on("slash")]
    missing = [command for command in typed if f"`{command}" not in said]
    assert missing == []


def test_every_command_stands_in_the_table_and_no_other() -> None:
    named = re.findall(r"^\| `proviso ([a-z]+)", page("docs/operating.md"), flags=re.MULTILINE)
    assert sorted(set(named)) == sorted(COMMANDS)


def test_the_fields_of_a_document_are_those_that_are_read() -> None:
    table = rows("docs/documents.md", "Metadata")
    named = {name for cell in table for name in re.findall(r"[a-z_]+", cell)}
    assert named | {"kind"} == set(metadata.FIELDS)
    assert [row for row in table if not set(re.findall(r"[a-z_]+", row)) & metadata.FOLDER_FIELDS] == [
        "supersedes`, `digest_of"
    ]


def test_the_kinds_of_authority_are_those_that_are_known() -> None:
    said = rows("docs/documents.md", "Metadata")["authority"].split(";")[0]
    assert re.split(r", | or ", said) == list(metadata.AUTHORITIES) == list(KINDS)


def test_every_extension_that_is_read_has_its_format_in_the_table() -> None:
    formats = " ".join(rows("docs/documents.md", "Formats")).casefold()
    names = {"text": "plain text", "html": "html", "eml": "eml"}
    assert [kind for kind in files.EXPECTED if names.get(kind, kind) not in formats] == []


def test_the_limits_of_reading_are_those_that_hold() -> None:
    said, limits = page("docs/documents.md"), Limits()
    assert limits == Limits(memory_bytes=448 << 20, cpu_seconds=60, wall_seconds=120.0)
    assert f"may use {limits.memory_bytes >> 20} MB, {limits.cpu_seconds} processor seconds and 2 minutes" in said
    assert f"| {files.MAX_BYTES >> 20} MB a file |" in said
    assert f"may have up to {beside.MAX_METADATA >> 10} KB" in said
    assert f"| {pdf.MAX_PAGES:,} pages or {text.MAX_CHARACTERS // 10**6} million characters of a PDF |" in said
    unpacked = f"{archives.MAX_INFLATED // 10**6} MB or {archives.MAX_RATIO} times its size once unpacked"
    assert f"| {unpacked}; {archives.MAX_ENTRIES:,} files inside (Word, PowerPoint, Excel, EPUB) |" in said
    assert f"| {xlsx.MAX_VALUES:,} values, {xlsx.MAX_CELLS:,} cells (formatted ones count" in said
    assert f" or {xlsx.MAX_ROWS:,} rows of a workbook |" in said


def test_every_scope_and_event_has_its_reason_on_the_page_for_the_admin() -> None:
    assert rows("docs/approving.md", "What it asks for, and why") == {scope.name: scope.why for scope in SCOPES}
    for scope in SCOPES:
        used = ", ".join(use.removeprefix("Event ") for use in scope.used_by)
        needed = "yes" if scope.needed else f"no: {scope.without}"
        assert f"| `{scope.name}` | {used} | {needed} |" in page("docs/approving.md")
    *others, last = (f"`{event}`" for event in EVENTS)
    assert f"four events: {', '.join(others)} and {last}." in page("docs/approving.md")


def test_the_ages_after_which_something_is_erased_are_those_that_hold() -> None:
    ages = Ages()
    for name in ("docs/approving.md", "docs/operating.md"):
        said = page(name)
        assert f"| {ages.contents.days} day after it was posted" in said
        assert f"| {ages.events.days} days |" in said
        assert f"| {ages.messages.days} days |" in said


def test_the_limits_of_a_language_model_are_those_that_hold() -> None:
    said, caps = page("docs/operating.md"), Caps()
    person, everybody = (Settings.model_fields[f"proviso_tokens_per_{name}day"].default for name in ("person_", ""))
    assert f"per person and day ({person:,}) and for the installation ({everybody:,})" in said
    assert f"at most {caps.person_at_once} questions with the model at once and {caps.person_per_hour} an hour" in said
    assert (PASSAGES_OFFERED, DEADLINE_SECONDS) == (8, 60.0)
    assert "from at most eight passages, within 60 seconds" in said


def test_the_timetable_of_nudges_has_every_stage_at_its_day() -> None:
    table = rows("docs/partners-and-nudges.md", "Timetable of nudges")
    assert list(table) == [NAMES[stage] for stage in STAGES]
    said = page("docs/partners-and-nudges.md")
    assert f"posted at {Cadence(1, 'days', 'UTC').hour:02}:00 in the partner's time zone" in said
    assert f"| coming up | {WARN_DAYS} days before the due date" in said
    for stage, days in OVERDUE_DAYS.items():
        assert f"| {NAMES[stage]} | {days} days after it |" in said


def test_the_register_is_told_of_as_it_is() -> None:
    said = page("docs/partners-and-nudges.md")
    statuses = rows("docs/partners-and-nudges.md", "Adding a partner", table=1)
    assert list(statuses) == ["proposed", *dict.fromkeys(STATUS_AFTER.values())]
    assert f"by default in {OUTSET_DAYS} days" in said
    assert f"{LONGEST_DAYS:,} days, or up to {LONGEST_MONTHS} months" in said


def test_every_checklist_that_ships_stands_in_the_table_with_its_title() -> None:
    table = re.findall(r"^\| `(\w+)` \| (.+?) \|", page("docs/checklists.md"), flags=re.MULTILINE)
    assert dict(table) == Catalogue.load().titles()


def test_the_length_of_a_question_is_the_one_that_holds() -> None:
    assert f"Up to {QUESTION:,} characters." in page("docs/asking.md")
