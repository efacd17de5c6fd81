"""Tables, panels, definitions and struck text as a planner meets them: documents are ingested, then asked about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.cli import main

PAGE = """<html><head><title>Rules of the strait</title><style>.old{display:none}</style></head><body><main>
<h1>Rules of the strait</h1><dl><dt>Handover note</dt><dd>A note of what the next officer must know.</dd>
<dd>In older texts: the list of keys.</dd><dt>Stop condition</dt><dd>A fact on which support ends at once.</dd></dl>
<h2><button aria-expanded="false" aria-controls="t">Transfers</button></h2><div id="t" hidden>
<p>No detainee is transferred before the legal adviser has agreed.</p></div>
<details><summary>Signing</summary><p>The outgoing officer signs the handover note.</p></details>
<p class="old">The commander signs the handover note.</p><p style="color:#fff">Transfers need no agreement.</p>
<table><thead><tr><th rowspan="3">Unit</th><th colspan="4">Support in 2027</th></tr>
<tr><th colspan="2">First half</th><th colspan="2">Second half</th></tr>
<tr><th>Fuel</th><th>Rations</th><th>Fuel</th><th>Rations</th></tr></thead>
<tr><td>Golf battery</td><td>700</td><td>20</td><td>900</td><td>25</td></tr>
<tr><td>Hotel battery</td><td>800</td><td>30</td><td>950</td><td>35</td></tr></table></main></body></html>"""
VALUES = "Posts of the harbour;;\n;;\nPost;Watch;\n;Officer;Hours\nNorth pier;Lt. Brand;8\nSouth pier;Lt. Moor;9\n"
STRUCK = "# Mooring fee\n\nThe mooring fee is ~~12 crowns~~ 9 crowns a day.\n"


def workbook(path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title = "Vetting results 2027"
    for row in (
        ("Vetting of commanders", None, None), (None, None, None), ("Partner", "Vetting", None),
        (None, "Asked", "Result"), ("Kilo brigade", "5 January", "cleared"), ("Lima brigade", "7 January", "refused"),
    ):  # fmt: skip
        book.active.append(row)
    for cells in ("A1:C1", "A3:A4", "B3:C3"):
        book.active.merge_cells(cells)
    hidden = book.create_sheet("Old")
    hidden.append(("Lima brigade", "cleared"))
    hidden.sheet_state = "hidden"
    book.save(path)


ASKED = [
    ("What is a handover note?", "Handover note: A note of what the next officer must know.", None, None),
    ("What does stop condition mean?", "Stop condition: A fact on which support ends at once.", None, None),
    (
        "When may a detainee be transferred?",
        "No detainee is transferred before the legal adviser has agreed.",
        "Transfers",
        None,
    ),
    ("Who signs the handover note?", "The outgoing officer signs the handover note.", "Signing", None),
    (
        "How much fuel does Golf battery get?",
        "Unit: Golf battery; Support in 2027 – First half – Fuel: 700; Support in 2027 – First half – Rations: 20; "
        "Support in 2027 – Second half – Fuel: 900; Support in 2027 – Second half – Rations: 25",
        None,
        None,
    ),
    (
        "Who is the officer at the south pier?",
        "Post: South pier; Watch – Officer: Lt. Moor; Watch – Hours: 9",
        "Posts of the harbour",
        "row 6",
    ),
    (
        "When was Lima brigade vetted?",
        "Partner: Lima brigade; Vetting – Asked: 7 January; Vetting – Result: refused",
        "Vetting results 2027 > Vetting of commanders",
        "Vetting results 2027, row 6",
    ),
    ("How much is the mooring fee?", "The mooring fee is 9 crowns a day.", None, None),
]


def test_what_documents_say_in_tables_panels_and_definitions_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "home"))
    documents = tmp_path / "documents"
    documents.mkdir()
    for name, text in {"rules.html": PAGE, "posts.csv": VALUES, "fee.md": STRUCK}.items():
        (documents / name).write_text(text)
    workbook(documents / "vetting.xlsx")
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps({"id": asked[0], "question": asked[0]}) + "\n" for asked in ASKED))
    for command in (["ingest", str(documents)], ["ask", "--file", str(questions)]):
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code == 0

    lines = capfd.readouterr().out.splitlines()[-len(ASKED) :]
    answers = [json.loads(line) for line in lines]
    firsts = []
    for answer in answers:
        claim = next(iter(answer["claims"]), {"text": answer["reason"], "citations": [1]})
        cited = next((c for c in answer["citations"] if c["n"] == claim["citations"][0]), {})
        firsts.append((answer["question"], claim["text"], cited.get("section"), cited.get("locator")))
    assert firsts == ASKED
