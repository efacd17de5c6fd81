"""Articles, paragraphs and items as a planner asks for them: by number, from documents of many forms."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from bot.cli import main

Ask = Callable[[str], dict[str, Any]]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

STATUTE = """# Lantern Act

Sec. 4. The keeper lights the lantern at dusk. It burns until dawn.

A keeper who is ill sends another.

Sec. 5. (1) A lantern may be moved where
(a) the council agrees in writing;
(b) the keeper is:
(i) present; and
(ii) sober.
(2) A moved lantern is inspected within nine days.

Sec. 12. Oil is paid for by the council.
"""
CONVENTION = """Convention on Pilots

Part I

Article 3

A pilot boards every ship of more than forty paces at the outer buoy.

Article 3 bis

1. A pilot is rested. A tired pilot is sent home.

2. A pilot shall not board:

(a) when the ladder is iced;

(b) when the master refuses a line.

Article 4

The pilot's fee is set each spring.

Annex II

Article 3

The model card is printed on blue paper and signed by both.
"""
RESOLUTION = """The Mole Assembly,

Recalling its resolution 11 on the safe passage of ferries through the narrows,

I. Decides that the mission stays until the last day of October;

II. Requests a report every ninety days;

III. Urges all parties:

(a) to lift the chain at the narrows;

(b) to answer the signals of the pilots.
"""
ORDER = """<html><head><title>Order on stores</title></head><body><main><h1>Order on stores</h1>
<p>This order is for quartermasters of the coast
and for nobody else; it was read out in all of the ports.</p>
<h2>Steps</h2><p>Before issue the quartermaster:</p>
<ol start="7" type="a"><li>weighs each barrel, and<ol><li>marks it;</li><li>seals it;</li></ol></li>
<li value="12">signs the ledger.</li></ol><h2>Losses</h2>
<ol reversed><li>A lost barrel is reported within a day.</li>
<li>A found barrel is weighed again.</li></ol></main></body></html>"""
MANUAL = """# Manual of the Coast Guard

## Rule 87. Treatment

Persons rescued must be treated humanely.

## Rule 88

Boats may be searched.

## Principle 4: Restraint

Warnings come first.

# Annex A

| Post | Day |
|---|---|
| Mole | 1 May |
"""
MANDATE = """Mandate Letter for the Strait

Article 1

The strait is watched by night.

Article 5

Crews carry a flare.

Every crew tests it.

Article 7

Nobody sails after dusk.

Annex

Article 1

The seal is blue.
"""
HOLD = """# Hold

The purser counts fuel each evening. The bosun counts ropes each week.

## Article 8

Hatches are shut in rain.
"""
BRIDGES = """# Bridges

## Section 2

Lamps are hung on both banks.

## Reports

A patrol reports its crossing of a bridge within an hour. The report is sent by lamp.
"""


def decree() -> bytes:
    """A Word document whose articles, paragraphs and items are numbered by Word alone."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    for element in list(numbering):
        numbering.remove(element)
    levels = (
        ("1", [("12", "decimal", "Article %1")]),
        ("2", [("1", "decimal", "%1."), ("1", "lowerLetter", "(%2)")]),
    )
    for id_, forms in levels:
        level = "".join(
            f'<w:lvl w:ilvl="{n}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>'
            f'<w:lvlText w:val="{form}"/></w:lvl>'
            for n, (start, style, form) in enumerate(forms)
        )
        numbering.append(parse_xml(f'<w:abstractNum {W} w:abstractNumId="{id_}">{level}</w:abstractNum>'))
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    for id_, abstract, override in (("1", "1", ""), ("2", "2", ""), ("3", "2", again)):
        number = f'<w:num {W} w:numId="{id_}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'
        numbering.append(parse_xml(number))
    for text, list_id, level, style in (
        ("Decree on Moorings", None, 0, "Title"),
        ("Registers", "1", 0, "Heading 1"),
        ("Each mooring is entered in a register.", "2", 0, None),
        ("The register is open to visitors, and in particular:", "2", 0, None),
        ("to the harbour council;", "2", 1, None),
        ("to the pilots' guild.", "2", 1, None),
        ("Entries are kept for six years.", "2", 0, None),
        ("Fees", "1", 0, "Heading 1"),
        ("A mooring fee is due each quarter.", "3", 0, None),
    ):
        paragraph = document.add_paragraph(text, style=style)
        if list_id:
            number = f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
            paragraph._p.get_or_add_pPr().append(parse_xml(number))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    docs = home / "docs"
    docs.mkdir()
    code = "# Great Harbour Code\n\n" + "\n\n".join(
        f"## Article {n}\n\n1. Berth {n} is kept free for boats of class {n}.\n\n"
        f"2. Whoever blocks it pays {n + 3} crowns."
        for n in range(1, 201)
    )
    files = {
        "lantern.md": STATUTE, "pilots.txt": CONVENTION, "mole.txt": RESOLUTION, "stores.html": ORDER,
        "guard.md": MANUAL, "code.md": code,
        "mandate.txt": MANDATE, "hold.md": HOLD, "bridges.md": BRIDGES,
    }  # fmt: skip
    for name, text in files.items():
        (docs / name).write_text(text)
    (docs / "moorings.docx").write_bytes(decree())
    return home


@pytest.fixture
def ask(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.setenv("PROVISO_HOME", str(home / "state"))

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert ended.value.code in (0, None)
        return capfd.readouterr().out

    if not (home / "state").exists():
        run("ingest", str(home / "docs"))
    return lambda question: json.loads(run("ask", question, "--json"))


@pytest.mark.parametrize(
    ("question", "said", "locator"),
    [
        (
            "What does section 4 of the Lantern Act say?",
            "Sec. 4. The keeper lights the lantern at dusk. It burns until dawn. A keeper who is ill sends another.",
            "Sec. 4",
        ),
        (
            "What does § 5(1)(b) of the Lantern Act require?",
            "Sec. 5. (1) A lantern may be moved where … (b) the keeper is: (i) present; and (ii) sober.",
            "Sec. 5(1)(b)",
        ),
        ("What does § 5(2) of the Lantern Act say?", "(2) A moved lantern is inspected within nine days.", "Sec. 5(2)"),
        (
            "What does Article 3 of the Convention on Pilots say?",
            "A pilot boards every ship of more than forty paces at the outer buoy.",
            "Art. 3",
        ),
        (
            "What does paragraph 1 of Article 3 bis of the Convention on Pilots say?",
            "1. A pilot is rested. A tired pilot is sent home.",
            "Art. 3 bis(1)",
        ),
        (
            "What does Article 3 bis(2) say?",
            "2. A pilot shall not board: (a) when the ladder is iced; (b) when the master refuses a line.",
            "Art. 3 bis(2)",
        ),
        (
            "What does Annex II, Article 3 of the Convention on Pilots say?",
            "The model card is printed on blue paper and signed by both.",
            "Annex II, Art. 3",
        ),
        ("What does OP2 of the Mole Assembly say?", "II. Requests a report every ninety days;", "par. II"),
        (
            "What must all parties do at the narrows?",
            "III. Urges all parties: (a) to lift the chain at the narrows; (b) to answer the signals of the pilots.",
            "par. III",
        ),
        ("What does article 1 of the mandate say?", "The strait is watched by night.", "Art. 1"),
        ("What does article 1 of the annex of the mandate say?", "The seal is blue.", "Annex, Art. 1"),
        ("What does article 3 of the annex say?", "The model card is printed on blue paper and signed by both.",
         "Annex II, Art. 3"),
        ("What is rule 87?", "Persons rescued must be treated humanely.", "Rule 87"),
        ("Under Principle 4, what comes first?", "Warnings come first.", "Principle 4"),
        (
            "What does Art. 12 para. 2 of the Decree on Moorings say?",
            "The register is open to visitors, and in particular: to the harbour council; to the pilots' guild.",
            "Art. 12(2)",
        ),
        ("What does Article 13 of the Decree on Moorings say?", "A mooring fee is due each quarter.", "Art. 13(1)"),
        (
            "What does Article 137(2) of the Great Harbour Code say?",
            "2. Whoever blocks it pays 140 crowns.",
            "Art. 137(2)",
        ),
        (
            "what does article 7 of the great harbour code say",
            "1. Berth 7 is kept free for boats of class 7. 2. Whoever blocks it pays 10 crowns.",
            "Art. 7(1)",
        ),
    ],
)  # fmt: skip
def test_what_is_asked_for_by_number_is_quoted_and_nothing_else(
    ask: Ask, question: str, said: str, locator: str
) -> None:
    answer = ask(question)
    assert answer["status"] == "answered"
    claims = answer["claims"] if " say" in question else answer["claims"][:1]
    assert " ".join(claim["text"] for claim in claims) == said
    assert answer["citations"][0]["locator"] == locator


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("What does Article 201 of the Great Harbour Code say?", "Article 201"),
        ("What does Article 5 of the Convention on Pilots require?", "Article 5"),
        ("What does Article 13(9) of the Decree on Moorings say?", "Article 13(9)"),
        ("What does Rule 8 say?", "Rule 8"),
        ("What does Article 3 of the Geneva Convention say?", "Article 3"),
        ("What does section 99 say?", "section 99"),
        ("What does operative paragraph 9 of the Mole Assembly say?", "operative paragraph 9"),
    ],
)
def test_a_place_that_is_not_there_is_said_not_to_be_and_no_other_is_given_for_it(
    ask: Ask, question: str, place: str
) -> None:
    answer = ask(question)
    assert (answer["status"], answer["reason"]) == ("abstained", "place_not_found")
    assert (answer["claims"], answer["citations"], answer["nearest"]) == ([], [], [])
    assert answer["text"] == (
        f"No indexed document that fits the question has “{place}”. Nothing is quoted in its place: another number is "
        "another rule. Next step: check the number and the document’s title, see `proviso sources` for what is "
        "indexed, or have the document added to the index."
    )


def test_of_two_places_the_one_that_is_there_is_quoted_and_the_other_named(ask: Ask) -> None:
    answer = ask("What do Articles 4 and 44 of the Convention on Pilots say?")
    assert [claim["text"] for claim in answer["claims"]] == ["The pilot's fee is set each spring."]
    assert answer["note"] == "Not found in the indexed documents: “Art. 44”. Nothing is quoted for it."


def test_numbers_of_lists_are_places_of_items_and_no_figures(ask: Ask) -> None:
    answer = ask("When is a lost barrel reported?")
    assert answer["claims"][0]["text"] == "A lost barrel is reported within a day."
    assert answer["citations"][0]["locator"] == "item 2"


def test_a_lead_in_and_its_items_are_one_quote_whichever_of_them_is_found(ask: Ask) -> None:
    answer = ask("What does the quartermaster weigh before issue?")
    [quote] = [c["quote"] for c in answer["citations"] if "weighs" in c["quote"]]
    assert quote.startswith("Before issue the quartermaster: weighs each barrel, and")


def claims_of(answer: dict[str, Any]) -> list[tuple[int, str]]:
    return [(claim["part"], claim["text"]) for claim in answer["claims"]]


def test_a_part_that_names_a_place_is_answered_beside_one_that_names_none(ask: Ask) -> None:
    answer = ask("What does article 5 of the mandate letter say, and who counts fuel each evening?")
    assert [part["covered"] for part in answer["parts"]] == [True, True]
    assert {(1, "Crews carry a flare."), (2, "The purser counts fuel each evening.")} <= {
        (part, text.split(" Every")[0].split(" The bosun")[0]) for part, text in claims_of(answer)
    }
    assert "Not found here" not in answer["text"]


def test_of_two_places_each_is_quoted_for_its_own_part(ask: Ask) -> None:
    answer = ask("What does article 7 of the mandate letter say, and what does article 5 of the mandate letter say?")
    assert claims_of(answer) == [
        (1, "Nobody sails after dusk."),
        (2, "Crews carry a flare."),
        (2, "Every crew tests it."),
    ]
    assert [part["covered"] for part in answer["parts"]] == [True, True]


@pytest.mark.parametrize(
    "question",
    [
        "What do articles 5 and 7 of the mandate say?",
        "What do article 5 and article 7 of the mandate say?",
        "What do articles 5 and 7 in the mandate say?",
        "What do articles 5 and 7 under our mandate say?",
        "What do articles 5 and 7 from Mandate Letter say?",
        "What do articles 5 and 7 of the mandate require?",
    ],
)
def test_the_document_is_read_after_a_place_however_that_is_put(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert {citation["path"] for citation in answer["citations"]} == {"mandate.txt"}
    assert [text for _, text in claims_of(answer)] == [
        "Crews carry a flare.", "Every crew tests it.", "Nobody sails after dusk.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "question", ["What does article 8 in the mandate say?", "What is article 8 under the mandate?"]
)
def test_another_document_is_not_quoted_for_the_one_that_is_named(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer["status"], answer["reason"], answer["citations"]) == ("abstained", "place_not_found", [])


@pytest.mark.parametrize(
    "question",
    [
        "When does section 2 report its crossing of a bridge?",
        "When does section 9 report its crossing of a bridge?",
        "When does section 2 of Alpha company report its crossing of a bridge?",
        "When does a patrol at point 5 report its crossing of a bridge?",
    ],
)
def test_a_section_of_troops_or_a_point_on_a_chart_is_no_place_of_a_text(ask: Ask, question: str) -> None:
    answer = ask(question)
    assert (answer["status"], answer["reason"]) == ("answered", None)
    assert "A patrol reports its crossing of a bridge within an hour." in answer["claims"][0]["text"]


def test_a_section_of_a_text_that_is_named_is_quoted_or_said_not_to_be_there(ask: Ask) -> None:
    assert claims_of(ask("What does section 2 of Bridges say?")) == [(1, "Lamps are hung on both banks.")]
    answer = ask("What does section 9 of Bridges say?")
    assert (answer["status"], answer["reason"]) == ("abstained", "place_not_found")


def test_a_part_whose_place_is_nowhere_leaves_the_other_part_its_answer(ask: Ask) -> None:
    answer = ask("What does article 7 of the mandate say and what does article 99 of the mandate say?")
    assert claims_of(answer) == [(1, "Nobody sails after dusk.")]
    assert [part["covered"] for part in answer["parts"]] == [True, False]
    assert answer["note"] == "Not found in the indexed documents: “article 99”. Nothing is quoted for it."
