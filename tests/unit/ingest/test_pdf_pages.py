from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest.blocks import Dropped, Reading
from ingest.readers.pdf import CHARACTERS, read_pdf
from ingest.structure import structure
from tests.unit.ingest.drawn import SENTENCES, WIDE, across, column, drawn, ruled, two_columns, wrapped

STEPS = [
    ["Step", "Owner", "Deadline"],
    ["Assess the partner", "Legal adviser", "30 days"],
    ["Train the guard", "Commander", "60 days"],
    ["Report harm", "Focal point", "1 day"],
]


def sentences(reading: Reading) -> list[str]:
    return [sentence.text for unit in structure(reading).units for sentence in unit.sentences]


def prose(canvas: Canvas, first: int, count: int = 6, y: float = 780) -> float:
    return column(canvas, wrapped(" ".join(SENTENCES[first - 1 : first - 1 + count]), 480), 50, y)


def test_two_columns_drawn_line_by_line_are_read_one_after_the_other() -> None:
    def page(canvas: Canvas) -> None:
        y = column(canvas, ["Rules for the Keepers of Lanterns on Every Coast and in Every Port"], 60, 800, 14)
        two_columns(canvas, 1, y - 10)

    reading = read_pdf(drawn(page))

    assert [block.text for block in reading.blocks if block.kind == "heading"] == [
        "Rules for the Keepers of Lanterns on Every Coast and in Every Port"
    ]
    assert sentences(reading) == SENTENCES[:16]


def test_what_stands_across_both_columns_parts_them() -> None:
    def page(canvas: Canvas) -> None:
        y = two_columns(canvas, 1, 780)
        y = column(canvas, wrapped(" ".join(SENTENCES[16:20]), 490), 50, y - 10)
        two_columns(canvas, 21, y - 10)

    assert sentences(read_pdf(drawn(page))) == SENTENCES[:36]


def test_three_columns_and_two_pages_on_one_are_read_in_order() -> None:
    def three(canvas: Canvas) -> None:
        parts = [wrapped(" ".join(SENTENCES[start : start + 5]), 220) for start in (0, 5, 10)]
        across(canvas, parts, (40, 300, 560), 540)

    def two_up(canvas: Canvas) -> None:
        for side in (0, 1):
            two_columns_of(canvas, 1 + 8 * side, 40 + 420 * side)

    def two_columns_of(canvas: Canvas, first: int, x: float) -> None:
        parts = [wrapped(" ".join(SENTENCES[start - 1 : start + 3]), 165) for start in (first, first + 4)]
        across(canvas, parts, (x, x + 190), 540)

    assert sentences(read_pdf(drawn(three, size=WIDE))) == SENTENCES[:15]
    assert sentences(read_pdf(drawn(two_up, size=WIDE))) == SENTENCES[:16]


def test_notes_in_the_margin_do_not_cut_the_lines_beside_them() -> None:
    def page(canvas: Canvas) -> None:
        column(canvas, ["See the rules", "of the council", "for every", "tower."], 40, 700, 8)
        column(canvas, wrapped(" ".join(SENTENCES[:10]), 380), 150, 780)

    found = sentences(read_pdf(drawn(page)))

    assert [text for text in found if text in SENTENCES] == SENTENCES[:10]
    assert "See the rules of the council for every tower." in found


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_turned_reads_as_if_it_were_not(turn: int) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(turn)
        canvas.translate(300, 420)
        canvas.rotate(turn)
        canvas.translate(-300, -420)
        two_columns(canvas, 1)

    assert sentences(read_pdf(drawn(page))) == SENTENCES[:16]


def test_text_on_its_side_is_a_note_and_text_aslant_is_dropped() -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 1)
        canvas.saveState()
        canvas.rotate(90)
        canvas.drawString(200, -30, "Printed in Port Town")
        canvas.rotate(-45)
        canvas.drawString(200, 100, "DRAFT")
        canvas.restoreState()

    reading = read_pdf(drawn(page))

    assert [(block.kind, block.text) for block in reading.blocks][1:] == [("note", "Printed in Port Town")]
    assert reading.dropped == (Dropped("DRAFT", "slanted text"),)


@pytest.mark.parametrize("grid", [True, False])
def test_every_row_of_a_table_is_a_sentence_with_its_header(grid: bool) -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 1, 2)
        ruled(STEPS, 60, 700, grid=grid)(canvas)
        prose(canvas, 3, 2, 500)

    reading = read_pdf(drawn(page))

    assert [block.kind for block in reading.blocks] == ["text", "table", "text"]
    assert reading.blocks[1].text == "\n".join("\t".join(row) for row in STEPS)
    assert sentences(reading) == [
        *SENTENCES[:2],
        "Step: Assess the partner; Owner: Legal adviser; Deadline: 30 days",
        "Step: Train the guard; Owner: Commander; Deadline: 60 days",
        "Step: Report harm; Owner: Focal point; Deadline: 1 day",
        *SENTENCES[2:4],
    ]


def test_the_lines_of_a_cell_stay_together() -> None:
    rows = [
        ["Step", "What to do"],
        ["First", "Ask the keepers what\nthey need for the\nlong winter watch-\nes."],
        ["Second", "Pay."],
    ]

    reading = read_pdf(drawn(ruled(rows, 60, 700, bold=False), lambda canvas: prose(canvas, 1) and None))

    assert sentences(reading)[:3] == [
        "Step; What to do",
        "First; Ask the keepers what they need for the long winter watches.",
        "Second; Pay.",
    ]


def test_numbers_before_paragraphs_are_no_column_of_a_table() -> None:
    def page(canvas: Canvas) -> None:
        y = 780.0
        for n in range(1, 7):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(50, y, f"{n}.")
            y = column(canvas, wrapped(f"{SENTENCES[n]} {SENTENCES[n + 50]}", 430), 75, y) - 6

    reading = read_pdf(drawn(page))

    assert {block.kind for block in reading.blocks} <= {"text", "list"}
    assert [text.removeprefix(f"{i // 2 + 1}. ") for i, text in enumerate(sentences(reading))] == [
        text for n in range(1, 7) for text in (SENTENCES[n], SENTENCES[n + 50])
    ]


def test_headings_are_told_by_size_weight_capitals_and_number() -> None:
    def page(canvas: Canvas) -> None:
        y = column(canvas, ["The Lantern Handbook"], 50, 800, 20)
        for size, font, text in (
            (14, "Helvetica", "Part One"),
            (10, "Helvetica-Bold", "1 Oil"),
            (10, "Helvetica-Bold", "1.1 Buying oil"),
            (10, "Helvetica-Bold", "2 Wicks"),
        ):
            y = column(canvas, [text], 50, y - 14, size, font)
            y = prose(canvas, 1, 2, y - 4)
        y = column(canvas, ["STORING WICKS AND OIL"], 50, y - 14)
        prose(canvas, 1, 2, y - 4)

    found = [(block.level, block.text) for block in read_pdf(drawn(page)).blocks if block.kind == "heading"]

    assert found == [
        (1, "The Lantern Handbook"),
        (2, "Part One"),
        (3, "1 Oil"),
        (4, "1.1 Buying oil"),
        (3, "2 Wicks"),
        (4, "STORING WICKS AND OIL"),
    ]


def test_a_bold_beginning_or_a_bold_sentence_is_no_heading() -> None:
    def page(canvas: Canvas) -> None:
        prose(canvas, 1, 4)
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(50, 600, "Purpose.")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(100, 600, "The council pays for the oil.")
        column(canvas, ["Never leave a tower dark."], 50, 570, 10, "Helvetica-Bold")

    reading = read_pdf(drawn(page))

    assert {block.kind for block in reading.blocks} == {"text"}
    assert sentences(reading)[4:] == ["Purpose.", "The council pays for the oil.", "Never leave a tower dark."]


def running(pages: int, head: str, foot: str) -> bytes:
    def page(number: int) -> None:
        def draw(canvas: Canvas) -> None:
            column(canvas, [head.format(n=number, part=(number - 1) // 4 + 1)], 50, 820, 8)
            prose(canvas, number, 1)
            column(canvas, [foot.format(n=number)], 290, 30, 8)

        return draw

    return drawn(*(page(n) for n in range(1, pages + 1)))


def test_running_headers_go_even_when_they_name_the_chapter() -> None:
    reading = read_pdf(running(12, "Part {part}: Of Towers", "Page {n} of 12"))

    assert Counter(item.reason for item in reading.dropped) == {"running header": 24}
    assert sentences(reading) == SENTENCES[:12]


def test_a_heading_that_merely_comes_twice_stays() -> None:
    def page(head: str, first: int) -> None:
        def draw(canvas: Canvas) -> None:
            y = column(canvas, [head], 50, 800, 14)
            prose(canvas, first, 3, y - 8)

        return draw

    reading = read_pdf(drawn(page("Force", 1), page("Policy", 4), page("Force", 7)))

    assert [block.text for block in reading.blocks if block.kind == "heading"] == ["Force", "Policy", "Force"]
    assert reading.dropped == ()


def test_annexes_that_differ_by_a_number_are_headings_and_no_running_header() -> None:
    def page(number: int) -> None:
        def draw(canvas: Canvas) -> None:
            y = column(canvas, [f"Annex {number}"], 50, 800, 14)
            prose(canvas, number, 3, y - 8)

        return draw

    reading = read_pdf(drawn(*(page(n) for n in range(1, 7))))

    assert [block.text for block in reading.blocks if block.kind == "heading"] == [f"Annex {n}" for n in range(1, 7)]


def test_a_page_number_goes_from_a_short_document() -> None:
    reading = read_pdf(running(1, "{part}. Of Towers", "- {n} -"))

    assert reading.dropped == (Dropped("- 1 -", "page number"),)


def two_pages(head: Callable[[Canvas, int], object], foot: str = "") -> bytes:
    """Two columns on each of two pages; a sentence goes on from the first page to the second."""
    lines = wrapped(" ".join(SENTENCES[:24]), 235)

    def page(number: int, columns: tuple[list[str], list[str]]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            head(canvas, number)
            across(canvas, columns, (50, 305), 780)
            column(canvas, [foot.format(n=number)], 290, 30, 8)

        return draw

    return drawn(page(1, (lines[:25], lines[25:50])), page(2, (lines[50:70], lines[70:])))


def test_running_lines_go_from_two_pages_and_the_sentence_between_them_is_whole() -> None:
    def head(canvas: Canvas, number: int) -> None:
        column(canvas, ["Harbour Council Review", f"Volume 12, page {number}"], 50, 820, 8)

    reading = read_pdf(two_pages(head, "harbour.example, sheet {n}"))

    assert [(item.text, item.reason) for item in reading.dropped] == [
        (text.format(n=n), "running header")
        for n in (1, 2)
        for text in ("Harbour Council Review", "Volume 12, page {n}", "harbour.example, sheet {n}")
    ]
    assert sentences(reading) == SENTENCES[:24]
    spans = [s.spans for unit in structure(reading).units for s in unit.sentences]
    assert [[span.page for span in found] for found in spans if len(found) > 1] == [[1, 2]]


@pytest.mark.parametrize(
    ("x", "y", "size", "font"),
    [
        (0, 800, 14, "Helvetica"),  # in large type: a heading of both pages
        (0, 820, 10, "Helvetica-Bold"),
        (0, 792, 10, "Helvetica"),  # the first line of the text
        (40, 820, 8, "Helvetica"),  # elsewhere on the other page
    ],
)
def test_what_merely_comes_on_both_of_two_pages_stays(x: float, y: float, size: float, font: str) -> None:
    reading = read_pdf(two_pages(lambda canvas, n: column(canvas, ["Of Towers"], 50 + n * x, y, size, font)))

    assert reading.dropped == ()


def test_a_table_of_contents_is_dropped_and_says_so() -> None:
    def page(canvas: Canvas) -> None:
        y = column(canvas, [f"Chapter {n} . . . . . . . . . . . . . . {n + 4}" for n in range(1, 5)], 50, 780)
        prose(canvas, 1, 3, y - 20)

    reading = read_pdf(drawn(page))

    assert {item.reason for item in reading.dropped} == {"table of contents"}
    assert sentences(reading) == SENTENCES[:3]


def test_a_sentence_across_pages_and_columns_names_where_each_part_stands() -> None:
    lines = wrapped(" ".join(SENTENCES[:12]), 235)

    def first(canvas: Canvas) -> None:
        across(canvas, (lines[:13], lines[13:26]), (50, 305), 780)

    def second(canvas: Canvas) -> None:
        column(canvas, lines[26:], 50, 780)

    reading = read_pdf(drawn(first, second))
    units = structure(reading).units

    assert sentences(reading) == SENTENCES[:12]
    split = [s for unit in units for s in unit.sentences if {span.page for span in s.spans} == {1, 2}]
    assert len(split) == 1
    assert [span.page for span in split[0].spans] == [1, 2]


def test_words_broken_at_the_end_of_a_line_are_joined_whatever_drew_the_hyphen() -> None:
    def page(canvas: Canvas) -> None:
        across(
            canvas,
            (
                3
                * [
                    "The keepers care for every lan-",
                    "tern on the coast, and the inspec-",
                    "tors count them all in spring.",
                ],
                3
                * [
                    "A well-known tower stands on the",
                    "mole; its oil is paid for by the har-",
                    "bour and by nobody else here.",
                ],
            ),
            (50, 305),
            780,
        )

    reading = read_pdf(drawn(page))
    parts = structure(reading)

    assert set(sentences(reading)) == {
        "The keepers care for every lantern on the coast, and the inspectors count them all in spring.",
        "A well-known tower stands on the mole; its oil is paid for by the harbour and by nobody else here.",
    }
    assert {item.reason for item in parts.dropped} == {"line-break hyphen"}


def test_footnotes_are_notes_and_their_marks_do_not_stand_in_quotes() -> None:
    def page(canvas: Canvas) -> None:
        y = prose(canvas, 1, 5)
        text = canvas.beginText(50, y - 20)
        text.setFont("Helvetica", 10)
        text.textOut("Oil is dear")
        text.setFont("Helvetica", 6)
        text.setRise(4)
        text.textOut("1")
        text.setRise(0)
        text.setFont("Helvetica", 10)
        text.textOut(" in 2010, and wicks are dear.")
        canvas.drawText(text)
        column(
            canvas,
            ["1 Reed, Wicks (Port Town: Tide Press, 2001), 12, where the prices of", "each year are given."],
            50,
            80,
            7.5,
        )

    reading = read_pdf(drawn(page))
    units = structure(reading).units

    assert "Oil is dear in 2010, and wicks are dear." in sentences(reading)
    assert [unit.sentences[0].text for unit in units if unit.note] == [
        "Reed, Wicks (Port Town: Tide Press, 2001), 12, where the prices of each year are given."
    ]


def test_a_large_first_letter_belongs_to_its_word() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 30)
        canvas.drawString(50, 757, "T")
        lines = wrapped(SENTENCES[0].removeprefix("T") + " " + " ".join(SENTENCES[1:8]), 420)
        y = column(canvas, lines[:2], 70, 780)
        column(canvas, wrapped(" ".join(lines[2:]), 440), 50, y)

    assert sentences(read_pdf(drawn(page))) == SENTENCES[:8]


def inked(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def characters_of(data: bytes) -> Counter[str]:
    found: Counter[str] = Counter()
    for page in (document := pdfium.PdfDocument(data)):
        text = page.get_textpage()
        found += inked(text.get_text_range().translate(CHARACTERS))
    document.close()
    return found


def everything(canvas: Canvas) -> None:
    y = column(canvas, ["The Lantern Handbook"], 50, 800, 20)
    y = two_columns(canvas, 1, y - 10, 4)
    ruled(STEPS, 60, y - 10)(canvas)
    y = column(canvas, ["Chapter 2 . . . . . . . . . . . . 9", "1. Oil", "2. Wicks and the lan-", "terns"], 50, y - 120)
    column(canvas, ["1 Reed, Wicks (Port Town: Tide Press, 2001), 12."], 50, 80, 7)
    column(canvas, ["Lantern Office 7"], 50, 30, 8)
    canvas.rotate(30)
    canvas.drawString(300, 300, "DRAFT")


def test_every_character_is_body_note_heading_or_dropped_with_a_reason() -> None:
    data = drawn(everything, everything, everything, everything)
    reading = read_pdf(data)
    parts = structure(reading)
    read = inked("".join(block.text for block in reading.blocks) + "".join(item.text for item in reading.dropped))
    used = inked(
        "".join(span.text for unit in parts.units for sentence in unit.sentences for span in sentence.spans)
        + "".join(parts.headings)
        + "".join(item.text for item in parts.dropped)
    )

    assert read == characters_of(data)
    # Header cells come again with each row, so nothing is missing but some may be there twice.
    assert characters_of(data) - used == Counter()
    assert all(item.reason for item in parts.dropped)
