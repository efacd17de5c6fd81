"""`proviso finders` as a curator uses it: add a line, have it answer at once, list, remove."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.cli import main

Run = Callable[..., tuple[int, str, str]]
TEXT = "Ferries\n\nA ferry master checks the lifeboats before each crossing.\n\nCrossings stop in fog."
LINE = "who looks at the rescue gear"


@pytest.fixture
def proviso(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "home"))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capfd.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    file = tmp_path / "docs" / "ferries.txt"
    file.parent.mkdir()
    file.write_text(TEXT)
    assert run("ingest", str(file.parent))[0] == 0
    yield run


def ids(proviso: Run) -> list[str]:
    return [source["source_id"] for source in json.loads(proviso("sources", "--json")[1])]


def test_a_line_is_added_searched_at_once_listed_and_removed(proviso: Run) -> None:
    [source] = ids(proviso)
    code, out, err = proviso("finders", "add", source, "par. 2", LINE, "--says", "A ferry master")
    added = err.splitlines()[-1].split()[1].rstrip(";")
    assert (code, out, err.splitlines()[-1]) == (0, "", f"added {added}; it is searched from now on")

    [found, *_] = json.loads(proviso("search", LINE, "--json")[1])["passages"]
    assert "lifeboats" in str(found)
    assert LINE not in str(found)

    listed = proviso("finders", "list", source)[1].splitlines()
    assert listed[0].startswith(source)
    assert listed[1].split(maxsplit=4) == [added, "curator", "par.", "2", LINE]
    [row] = json.loads(proviso("finders", "list", source, "--json")[1])
    assert {name: row[name] for name in ("finder_id", "origin", "source", "place", "line", "state")} == {
        "finder_id": added, "origin": "curator", "source": source, "place": "par. 2", "line": LINE, "state": "placed",
    }  # fmt: skip
    assert "0 sources changed; finders: 1 new, 0 gone" in proviso("sources", "changes")[1]

    code, _, err = proviso("finders", "remove", added)
    assert (code, err.splitlines()[-1]) == (0, f"removed {added}; it is no longer searched")
    assert (
        proviso("finders", "list", source)[1] == 'No finders yet. Add one: proviso finders add SOURCE_ID PLACE "LINE"\n'
    )


def test_a_line_for_a_source_that_is_withdrawn_says_when_it_will_be_searched(proviso: Run) -> None:
    [source] = ids(proviso)
    proviso("sources", "withdraw", source)
    _, _, err = proviso("finders", "add", source, "par. 2", LINE)
    assert err.splitlines()[-1].endswith(
        "; it is kept, and searched once its source is in the index: `proviso sources` says how that one stands"
    )


def test_what_cannot_be_done_ends_with_an_error_and_the_next_step(proviso: Run) -> None:
    [source] = ids(proviso)
    told = [
        proviso("finders", "add", "zz", "par. 2", LINE),
        proviso("finders", "add", source, "Art. 9", LINE),
        proviso("finders", "list", "zz"),
        proviso("finders", "remove", "zz"),
    ]
    assert [(code, err.splitlines()[-1]) for code, _, err in told] == [
        (1, "error: There is no source zz. Nothing was added; `proviso sources` lists those there are."),
        (
            1,
            f"error: No sentence of {source} is at Art. 9. Nothing was added; name a paragraph, a page or a number of "
            'the text, such as "par. 8", "p. 3" or "Art. 12(2)".',
        ),
        (1, "error: There is no source zz. Nothing was changed; `proviso sources` lists those there are."),
        (
            1,
            "error: There is no finder zz. Nothing was changed; `proviso finders list` shows the ids of lines that can "
            "be removed.",
        ),
    ]


def test_items_of_checklists_find_the_places_they_rest_on(proviso: Run) -> None:
    assert proviso("ingest", "--starter")[0] == 0
    rows = json.loads(proviso("finders", "list", "--json")[1])
    placed = {row["line"]: row["place"] for row in rows if row["origin"] == "checklist" and row["state"] == "placed"}
    assert placed["Engage the partner early on humane and lawful detention."] == "par. 10"
    item = next(row["finder_id"] for row in rows if row["origin"] == "checklist")
    assert proviso("finders", "remove", item)[2].splitlines()[-1] == (
        f"error: {item} is an item of a checklist. Nothing was changed; `proviso finders list` shows the ids of lines "
        "that can be removed."
    )
