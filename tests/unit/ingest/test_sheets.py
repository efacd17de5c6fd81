"""Workbooks and files of values, from their user's side: each row with its headers and its place."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from ingest.errors import Rejected
from ingest.parts import read_parts
from ingest.readers.csv import read_csv
from ingest.readers.xlsx import read_xlsx
from retrieval.corpus.passages import Sentence

Fill = Callable[[Any], None]


def said(path: Path) -> list[tuple[str | None, str | None, str]]:
    """(section, place, text) of each sentence of a file."""
    return [(unit.section, s.place, s.text) for unit in read_parts(path).units for s in unit.sentences]


def book(tmp_path: Path, fill: Fill, name: str = "Sheet1") -> Path:
    made = Workbook()
    assert made.active is not None
    made.active.title = name
    fill(made.active)
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def rows(*values: tuple[object, ...]) -> Fill:
    def fill(sheet: Any) -> None:
        for row in values:
            sheet.append(row)

    return fill


def written(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "values.csv") -> Path:
    (tmp_path / name).write_bytes(text.encode(encoding))
    return tmp_path / name


def places(path: Path) -> list[tuple[str | None, str]]:
    return [(place, text) for _, place, text in said(path)]


def test_a_row_of_a_sheet_is_read_with_its_headers_and_its_place(tmp_path: Path) -> None:
    path = book(tmp_path, rows(("Partner", "Condition"), ("Delta", "Vetting"), ("Echo", "Open register")), "Duties 26")
    assert said(path) == [
        ("Duties 26", "Duties 26, row 2", "Partner: Delta; Condition: Vetting"),
        ("Duties 26", "Duties 26, row 3", "Partner: Echo; Condition: Open register"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_values_are_parted_by_what_parts_most_rows_alike(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = "Träger{0}Ceiling\r\nÉcho{0}'2,5 | t'\r\nDelta{0}4\r\n".replace("'", '"').format(delimiter)
    assert places(written(tmp_path, text, encoding)) == [
        ("row 2", "Träger: Écho; Ceiling: 2,5 | t"),
        ("row 3", "Träger: Delta; Ceiling: 4"),
    ]


def test_a_file_may_say_what_parts_its_values_and_a_value_may_have_lines(tmp_path: Path) -> None:
    text = 'sep=;\nPartner;Condition, due\nEcho;"Keep a register,\nand open it; always"\n'
    assert places(written(tmp_path, text)) == [
        ("row 2", "Partner: Echo; Condition, due: Keep a register, and open it; always")
    ]


def test_what_stands_above_a_table_is_its_title_and_empty_rows_end_no_table(tmp_path: Path) -> None:
    text = "Conditions of support,,\nState of 1 March. Not for release.,,\n,,\nPartner,Condition,Due\n"
    text += "Delta,Vetting,2027-02-01\n,,\nEcho,Register,2027-03-01\n,,\nSource: the staff,,\n"
    assert said(written(tmp_path, text)) == [
        ("Conditions of support", None, "State of 1 March."),
        ("Conditions of support", None, "Not for release."),
        ("Conditions of support", "row 5", "Partner: Delta; Condition: Vetting; Due: 2027-02-01"),
        ("Conditions of support", "row 7", "Partner: Echo; Condition: Register; Due: 2027-03-01"),
        ("Conditions of support", "row 9", "Source: the staff"),
    ]


def test_a_second_table_on_a_sheet_has_its_own_headers(tmp_path: Path) -> None:
    text = "Partner,Fuel\nEcho,2500\n,\nPost,Guards\nMole,4\n,\nLamps,\nPost,Lamps\nPier,3\n"
    assert said(written(tmp_path, text)) == [
        (None, "row 2", "Partner: Echo; Fuel: 2500"),
        (None, "row 5", "Post: Mole; Guards: 4"),
        ("Lamps", "row 9", "Post: Pier; Lamps: 3"),
    ]


def test_headers_of_several_rows_are_read_over_each_column(tmp_path: Path) -> None:
    def merged(sheet: Any) -> None:
        rows(
            ("Partner", "Ceiling", None, None), (None, "a week", None, "a month"), (None, "Fuel", "Food", "Rounds"),
            ("Delta", 4000, 120, 9), ("Echo", 2500, 80, 7),
        )(sheet)  # fmt: skip
        for cells in ("A1:A3", "B1:D1", "B2:C2"):
            sheet.merge_cells(cells)

    echo = "Partner: Echo; Ceiling – a week – Fuel: 2500; Ceiling – a week – Food: 80; Ceiling – a month – Rounds: 7"
    assert places(book(tmp_path, merged))[-1] == ("Sheet1, row 5", echo)


def test_in_a_file_of_values_a_header_reaches_over_the_empty_ones_beside_it(tmp_path: Path) -> None:
    text = "Partner;Ceiling;;Due\n;Fuel;Rations;\nDelta;4000;120;May\nEcho;2500;80;June\n"
    assert places(written(tmp_path, text)) == [
        ("row 3", "Partner: Delta; Ceiling – Fuel: 4000; Ceiling – Rations: 120; Due: May"),
        ("row 4", "Partner: Echo; Ceiling – Fuel: 2500; Ceiling – Rations: 80; Due: June"),
    ]


def test_a_column_without_a_header_makes_no_header_of_the_row_below(tmp_path: Path) -> None:
    assert places(written(tmp_path, "Partner,Phone,\nEcho,12,13\nDelta,14,\n")) == [
        ("row 2", "Partner: Echo; Phone: 12 13"),
        ("row 3", "Partner: Delta; Phone: 14"),
    ]


def test_rows_of_values_without_headers_are_read_as_they_stand(tmp_path: Path) -> None:
    assert places(written(tmp_path, "Echo,2500,2027-03-01\nDelta,4000,2027-02-01\n")) == [
        ("row 1", "Echo; 2500; 2027-03-01"),
        ("row 2", "Delta; 4000; 2027-02-01"),
    ]


def test_a_row_of_many_columns_is_read_in_parts_that_each_name_what_they_are_of(tmp_path: Path) -> None:
    names = [f"Standing duty {n}" for n in range(1, 31)]
    path = written(tmp_path, ",".join(["Partner", *names]) + "\nEcho" + ",done" * 30 + "\n")
    texts = [text for _, text in places(path)]
    assert len(texts) > 1
    assert all(text.startswith("Partner: Echo; Standing duty ") for text in texts)
    assert "; ".join(t.removeprefix("Partner: Echo; ") for t in texts) == "; ".join(f"{n}: done" for n in names)


def test_dates_numbers_and_formulas_are_read_as_they_are_shown(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        rows(("What", "Value"))(sheet)
        values = [
            (dt.date(2027, 3, 1), "dd/mm/yyyy"), (dt.datetime.fromisoformat("2027-03-01 14:05"), "dd/mm/yy hh:mm"),
            (0.25, "0.0%"), (2500.0, '#,##0" l"'), (12.5, "_-* #,##0.00 [$€-407]_-"), (1200, '"$"#,##0'),
            (True, "General"), ("#REF!", "General"), ("=1+1", "General"),
        ]  # fmt: skip
        for number, (value, form) in enumerate(values, 2):
            sheet.append((f"v{number}", value))
            sheet.cell(number, 2).number_format = form

    path = book(tmp_path, fill)
    values = [text.partition("Value: ")[2] for _, text in places(path)]
    assert values == ["2027-03-01", "2027-03-01 14:05", "25%", "2500 l", "12.5 €", "$1200", "TRUE", "", ""]
    assert read_parts(path).warnings == (
        "1 cell holds a formula without a value and were not read; open and save it in Excel or LibreOffice.",
    )


def test_what_nobody_can_see_of_a_workbook_is_no_text(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        rows(
            ("Partner", "Note", "Cost", "Due"), ("Delta", "hidden row", 1, "May"), ("Echo", "white", 2, "June"),
            ("Foxtrot", "blank format", 3, "July"), ("Golf", "struck", 4, "August"), ("Hotel", "", 5, "September"),
        )(sheet)  # fmt: skip
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet["B3"].font = Font(color="FFFFFFFF")
        sheet["B4"].number_format = ";;;"
        sheet["B5"].font = Font(strike=True)
        old = TextBlock(InlineFont(strike=True), "30 crowns")
        sheet["B6"] = CellRichText(old, " 20 crowns")
        sheet["D1"].font, sheet["D1"].fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF000080")
        sheet.parent.create_sheet("Lists").append(("never", "seen"))
        sheet.parent["Lists"].sheet_state = "hidden"

    path = book(tmp_path, fill)
    assert places(path) == [
        ("Sheet1, row 3", "Partner: Echo; Due: June"),
        ("Sheet1, row 4", "Partner: Foxtrot; Due: July"),
        ("Sheet1, row 5", "Partner: Golf; Due: August"),
        ("Sheet1, row 6", "Partner: Hotel; Note: 20 crowns; Due: September"),
    ]
    dropped = {(item.text, item.reason) for item in read_xlsx(path.read_bytes()).dropped}
    assert {
        ("hidden row", "hidden row"), ("Cost", "hidden column"), ("white", "hidden"), ("blank format", "hidden"),
        ("struck", "deleted"), ("30 crowns", "deleted"), ("never", "hidden sheet"),
    } <= dropped  # fmt: skip


def test_each_sheet_is_a_section_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        rows((), (), ("Partner", "Due"), ("Echo", "May"))(sheet)
        rows(("Post", "Guards"), ("Mole", 4))(sheet.parent.create_sheet("Posts at sea"))

    assert said(book(tmp_path, fill)) == [
        ("Sheet1", "Sheet1, row 4", "Partner: Echo; Due: May"),
        ("Posts at sea", "Posts at sea, row 2", "Post: Mole; Guards: 4"),
    ]


def test_a_merged_cell_is_said_in_each_of_its_rows(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        rows(("Partner", "Duty"), ("Echo", "Vetting"), (None, "Register"), ("Delta", "Vetting"))(sheet)
        sheet.merge_cells("A2:A3")

    assert [text for _, text in places(book(tmp_path, fill))] == [
        "Partner: Echo; Duty: Vetting", "Partner: Echo; Duty: Register", "Partner: Delta; Duty: Vetting",
    ]  # fmt: skip


def packed(sheet: str, **parts: str) -> bytes:
    """A workbook with this XML as its sheet, and other parts in place of what is there."""
    made = io.BytesIO()
    Workbook().save(made)
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            given = sheet if name.startswith("xl/worksheets/sheet") else parts.get(name.rpartition("/")[2][:-4])
            new.writestr(name, old.read(name) if given is None else given)
    return out.getvalue()


END = "</sheetData></worksheet>"
MAIN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (MAIN + '<row r="1"/>' * 200_001 + END, "too many cells"),
        (MAIN + '<row r="1">' + '<c r="A1"/>' * 600_001 + "</row>" + END, "too many cells"),
        (MAIN + '<row r="1">' + '<c r="A1"><v>1</v></c>' * 150_001 + "</row>" + END, "too many cells"),
        (
            f"{MAIN}</sheetData><mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells></worksheet>",
            "too many cells",
        ),
        (f"<!DOCTYPE x [<!ENTITY a 'aa'>]>{MAIN}</sheetData></worksheet>", "corrupt"),
        (f"{MAIN}<row r='1'><c r='A1'><v>", "corrupt"),
        (f"{MAIN}</sheetData></worksheet>", "empty"),
        (f"{MAIN}{' ' * 90_000_000}</sheetData></worksheet>", "zip bomb"),
    ],
)
def test_a_workbook_beyond_its_limits_is_refused_before_it_is_read(sheet: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_xlsx(packed(sheet))
    assert caught.value.reason == reason


def test_a_value_in_the_last_cell_of_a_sheet_takes_no_more_room_than_any(tmp_path: Path) -> None:
    last = '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'
    first = '<row r="1"><c r="A1"><v>3</v></c></row>'
    (tmp_path / "far.xlsx").write_bytes(packed(f"{MAIN}{first}{last}</sheetData></worksheet>"))
    assert places(tmp_path / "far.xlsx") == [("Sheet, row 1", "3"), ("Sheet, row 1048576", "7")]


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), (",,\n,,\n", "empty"), ("a,b\n" * 310_000, "too many parts")]
)
def test_a_file_without_values_or_with_too_many_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_csv(text.encode())
    assert caught.value.reason == reason


def test_every_row_is_a_row(tmp_path: Path) -> None:
    found: list[Sentence] = [s for unit in read_parts(written(tmp_path, "a,b\nc,d.\n")).units for s in unit.sentences]
    assert [(s.row, s.text) for s in found] == [(True, "a: c; b: d.")]


@pytest.mark.parametrize(
    "text",
    [
        'Post,Rule\nBari,"Stop at noon\nCork,Stop at dusk\nDover,Go on\n',
        'Post,Rule\nOban,"five" men\nBari,"Stop\n',
        'Post,Rule\nBari,Stop\nCork,"',
        'Post,Rule\nBari, "Stop ""now""\nCork,Go on',
    ],
)
def test_a_quotation_mark_that_is_never_closed_swallows_no_rows(text: str) -> None:
    with pytest.raises(Rejected) as rejected:
        read_csv(text.encode())
    assert (rejected.value.reason, rejected.value.hint) == (
        "corrupt",
        "A quotation mark in it is never closed, or a value has no end; save it anew as CSV.",
    )


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_quotation_marks_that_are_closed_or_stand_within_a_value_are_read(tmp_path: Path, ending: str) -> None:
    text = 'Post,Rule\nBari,"five" men\nCork,5" of rope\nend,"Stop,\nthen go on"' + ending
    assert [value for _, value in places(written(tmp_path, text))] == [
        "Post: Bari; Rule: five men",
        'Post: Cork; Rule: 5" of rope',
        "Post: end; Rule: Stop, then go on",
    ]
