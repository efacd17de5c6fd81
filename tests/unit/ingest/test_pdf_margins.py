from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.blocks import Dropped
from ingest.readers.pdf import read_pdf
from ingest.structure import structure
from retrieval.corpus.passages import Sentence
from tests.unit.ingest.drawn import SENTENCES, Draw, column, drawn, ruled, wrapped

BILL = wrapped(" ".join(SENTENCES[:4]), 400)


def sentences(data: bytes) -> list[Sentence]:
    return [sentence for unit in structure(read_pdf(data)).units for sentence in unit.sentences]


def numbered(lines: Sequence[str], numbers: Sequence[str], *, right: bool = False) -> Draw:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for row, (line, number) in enumerate(zip(lines, numbers, strict=True)):
            canvas.drawString(90, 780 - 14 * row, line)
            if right:
                canvas.drawString(540, 780 - 14 * row, number)
            else:
                canvas.drawRightString(76, 780 - 14 * row, number)

    return page


@pytest.mark.parametrize("right", [False, True])
def test_numbers_that_count_the_lines_of_a_page_are_no_text(right: bool) -> None:
    numbers = [str(n) for n in range(1, len(BILL) + 1)]
    data = drawn(numbered(BILL, numbers, right=right))
    assert [sentence.text for sentence in sentences(data)] == SENTENCES[:4]
    assert read_pdf(data).dropped == (Dropped(" ".join(numbers), "line numbers of the margin"),)


def test_numbers_at_every_fifth_line_are_no_text() -> None:
    lines = wrapped(" ".join(SENTENCES[:12]), 400)
    numbers = [str(n) if n % 5 == 0 else "" for n in range(1, len(lines) + 1)]
    assert len(lines) > 20
    assert [sentence.text for sentence in sentences(drawn(numbered(lines, numbers)))] == SENTENCES[:12]


def test_a_list_that_is_numbered_without_points_keeps_its_numbers() -> None:
    items = ["Lanterns for the mole", "Oil for the winter watch", "Wicks of the long kind", "Letters of thanks"]
    data = drawn(numbered(items, ["1", "2", "3", "4"]))
    assert read_pdf(data).dropped == ()
    assert "1 Lanterns for the mole" in " ".join(sentence.text for sentence in sentences(data))


def test_figures_that_begin_lines_by_chance_are_text() -> None:
    lines = [
        "the towers on this coast were counted and there are",
        "12 on the mole and as many as",
        "7 behind it",
        "and",
    ]
    data = drawn(numbered(lines, ["", "", "", ""]))
    assert read_pdf(data).dropped == ()


def rows(first: int, count: int) -> list[list[str]]:
    return [[f"Tower {n}", f"{n * 3} barrels", f"{n % 28 + 1} May"] for n in range(first, first + count)]


HEADERS = ["Post", "Store of oil", "Day of inspection"]


def test_a_table_that_goes_on_over_pages_keeps_its_headers_and_tells_the_page_of_the_row() -> None:
    data = drawn(
        ruled([HEADERS, *rows(1, 5)], 50, 700),
        ruled(rows(6, 5), 50, 800, bold=False),
        ruled(rows(11, 5), 50, 800, bold=False),
    )
    last = sentences(data)[-1]
    assert last.text == "Post: Tower 15; Store of oil: 45 barrels; Day of inspection: 16 May"
    assert [(span.text, span.page, span.role) for span in last.spans] == [
        ("Post", 1, "stem"),
        ("Tower 15", 3, "quote"),
        ("Store of oil", 1, "stem"),
        ("45 barrels", 3, "quote"),
        ("Day of inspection", 1, "stem"),
        ("16 May", 3, "quote"),
    ]


def test_a_table_of_another_width_on_the_next_page_has_no_headers_of_the_one_before() -> None:
    data = drawn(
        ruled([HEADERS, *rows(1, 5)], 50, 700),
        ruled([row[:2] for row in rows(6, 5)], 50, 800, bold=False),
    )
    assert sentences(data)[-1].text == "Tower 10; 30 barrels"


def test_pages_that_are_pictures_are_named_in_the_report() -> None:
    picture = io.BytesIO()
    Image.new("L", (40, 40), 128).save(picture, "PNG")

    def text(canvas: Canvas) -> None:
        column(canvas, wrapped(SENTENCES[0], 400), 50, 780)

    def scan(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(picture.getvalue())), 50, 50, 400, 600)

    def blank(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)

    after = "; run text recognition (OCR) on the document to have all of it"
    several = read_pdf(drawn(text, scan, scan, text, blank, scan, text))
    assert several.warnings == (f"pages 2-3, 6 hold pictures and no text{after}",)
    assert read_pdf(drawn(text, scan, text)).warnings == (f"page 2 holds a picture and no text{after}",)
    assert read_pdf(drawn(text, blank, text)).warnings == ()


@pytest.mark.parametrize("title", ["(anonymous)", "Unknown", "<unspecified>", "No Title"])
def test_what_programs_write_where_nobody_gave_a_title_is_no_title(title: str) -> None:
    data = drawn(lambda canvas: column(canvas, wrapped(SENTENCES[0], 400), 50, 780) and None, title=title)
    assert "title" not in read_pdf(data).metadata
