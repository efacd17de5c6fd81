"""A curator's day in the terminal: editions follow each other, decisions are taken and undone, folders are in line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def proviso(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "home"))
    # Words alone will do, and what is embedded is not the matter here.
    monkeypatch.setattr("bot.app.core.Core.embedder", None)

    def run(*arguments: str) -> tuple[int, Any, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capfd.readouterr()
        out = json.loads(captured.out) if "--json" in arguments and captured.out else captured.out
        return int(ended.value.code or 0), out, captured.err

    return run


def states(proviso: Run) -> dict[str, tuple[str, str | None]]:
    _, listed, _ = proviso("sources", "--json")
    return {row["path"]: (row["state"], row["superseded_by"]) for row in listed}


def test_a_later_edition_takes_over_and_every_decision_has_a_way_back(proviso: Run, tmp_path: Path) -> None:
    folder = tmp_path / "guidance"
    folder.mkdir()
    (folder / "old.md").write_text(
        "---\ntitle: The Quay Rules\n---\n\nMoorings are inspected each spring by the warden."
    )
    proviso("ingest", str(folder))
    (folder / "new.md").write_text(
        "---\ntitle: Quay Rules, 2nd edition\nsupersedes: The Quay Rules\n---\n\n"
        "Moorings are inspected each month by the warden."
    )
    proviso("ingest", str(folder))
    assert states(proviso) == {
        "new.md": ("active", None),
        "old.md": ("superseded", "Quay Rules, 2nd edition"),
    }
    _, found, _ = proviso("sources", "changes", "--json")
    assert [(source["path"], source["kind"]) for source in found["sources"]] == [
        ("new.md", "added"),
        ("old.md", "superseded"),
    ]
    code, answer, _ = proviso("ask", "When are moorings inspected by the warden?", "--json")
    assert code == 0
    cited = answer["citations"] or answer["nearest"]
    assert cited[0]["path"] == "new.md"
    assert {c["path"]: c["status"] for c in cited}.get("old.md", "superseded") == "superseded"

    _, listed, _ = proviso("sources", "--json")
    by_path = {row["path"]: row["source_id"] for row in listed}
    assert proviso("sources", "withdraw", by_path["old.md"])[0] == 0
    _, answer, _ = proviso("ask", "When are moorings inspected by the warden?", "--json")
    assert {c["path"] for c in answer["citations"] + answer["nearest"]} == {"new.md"}
    assert proviso("sources", "restore", by_path["old.md"])[0] == 0
    assert states(proviso)["old.md"] == ("active", None)
    code, out, err = proviso("sources", "restore", by_path["old.md"])
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == f"error: {by_path['old.md']} stands already. Nothing was changed."


def test_folders_are_brought_in_line_at_a_word_and_losses_wait_for_one(proviso: Run, tmp_path: Path) -> None:
    folder = tmp_path / "guidance"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.txt").write_text(f"Quay {number} is swept on day {number} of the week.")
    proviso("ingest", str(folder))
    (folder / "5.txt").write_text("Quay 5 is swept on Sundays.")
    code, [outcome], _ = proviso("sources", "sync", "--json")
    assert (code, outcome["status"], outcome["report"]["added"]) == (0, "done", 1)
    (folder / "empty.txt").touch()
    code, out, _ = proviso("sources", "sync")
    assert (code, out) == (
        0,
        f"{folder}: done. 0 added, 0 changed, 0 removed, 1 not read\n"
        "not read: empty.txt: empty. The file has no bytes; copy it again from where it came.\n",
    )
    (folder / "empty.txt").unlink()

    for number in range(3):
        (folder / f"{number}.txt").unlink()
    code, [outcome], _ = proviso("sources", "sync", "--json")
    assert (code, outcome["status"]) == (1, "withheld")
    assert outcome["says"].startswith(f"3 of the 6 sources of {folder} are gone from it. Nothing was changed;")
    for file in folder.iterdir():
        file.unlink()
    code, [outcome], _ = proviso("sources", "sync", "--json")
    assert (code, outcome["status"]) == (0, "absent")
    assert len(states(proviso)) == 6


def test_the_list_of_sources_shows_who_each_is_for(proviso: Run, tmp_path: Path) -> None:
    folder = tmp_path / "guidance"
    folder.mkdir()
    (folder / "open.md").write_text("---\ntitle: Quays\n---\n\nMoorings are inspected each spring.")
    (folder / "shut.md").write_text("---\ntitle: Tribunal\naudience: legal\n---\n\nThe tribunal sits at noon.")
    proviso("ingest", str(folder))

    _, listed, _ = proviso("sources", "--json")
    assert {row["path"]: row["audience"] for row in listed} == {"open.md": None, "shut.md": "legal"}
    _, table, _ = proviso("sources")
    assert [line.count("for legal only") for line in table.splitlines()] == [0, 0, 0, 1]


def test_the_operator_asks_of_every_document_or_as_readers_of_a_label(proviso: Run, tmp_path: Path) -> None:
    shut = tmp_path / "shut.md"
    shut.write_text("---\ntitle: Tribunal\naudience: legal\n---\n\nThe tribunal of the estuary sits at noon.")
    proviso("ingest", str(shut))

    def found(*options: str) -> list[str]:
        return [passage["path"] for passage in proviso("search", "estuary tribunal", "--json", *options)[1]["passages"]]

    assert found() == found("--audience", "legal") == ["shut.md"]
    assert found("--audience", "staff") == []
