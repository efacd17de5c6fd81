from __future__ import annotations

import io
import zipfile

import docx
import pptx
import pytest
from pptx.util import Inches

from ingest.blocks import Block, Dropped
from ingest.errors import Rejected
from ingest.readers.pptx import read_pptx
from ingest.structure import structure
from tests.unit.ingest.samples import saved

TITLE_AND_CONTENT, TITLE_ONLY, BLANK = 1, 5, 6


def test_a_slide_is_a_page_with_its_title_its_items_its_table_and_its_notes() -> None:
    deck = pptx.Presentation()
    deck.core_properties.title, deck.core_properties.author = "Lantern Briefing", "Ada Quill"
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_CONTENT])
    slide.placeholders[1].text_frame.text = "Light the lamps\nKeep\vthe oil"
    slide.shapes.title.text = "Duties"
    slide.notes_slide.notes_text_frame.text = "12 March is the day."
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    slide.shapes.title.text = "Who"
    table = slide.shapes.add_table(3, 2, 0, 0, Inches(3), Inches(2)).table
    for row, texts in enumerate((("Actor", "Duty"), ("Police", "Report"), ("", "Log"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    group = slide.shapes.add_group_shape()
    frame = group.shapes.add_textbox(0, 0, 10, 10).text_frame
    frame.text = "In a group: 5 km"
    run = frame.paragraphs[0].add_run()
    run.text = "2"
    run.font._element.set("baseline", "30000")

    reading = read_pptx(saved(deck))
    assert reading.metadata == {"title": "Lantern Briefing", "author": "Ada Quill"}
    assert reading.blocks == (
        Block("Duties", None, 1, "heading", 1),
        Block("Light the lamps", None, 1, "list"),
        Block("Keep\nthe oil", None, 1, "list"),
        Block("12 March is the day.", None, 1, "note", 0),
        Block("Who", None, 2, "heading", 1),
        Block("Actor\tDuty\nPolice\tReport\nPolice\tLog", None, 2, "table", 1),
        Block("In a group: 5 km²", None, 2, "list"),
    )
    assert [(s.spans[0].page, s.text) for unit in structure(reading).units for s in unit.sentences][-2:] == [
        (2, "Actor: Police; Duty: Log"),
        (2, "In a group: 5 km²"),
    ]


def test_what_is_struck_through_on_a_slide_is_no_text() -> None:
    deck = pptx.Presentation()
    frame = deck.slides.add_slide(deck.slide_layouts[BLANK]).shapes.add_textbox(0, 0, 10, 10).text_frame
    for text, strike in (("The fee is ", "noStrike"), ("12", "sngStrike"), ("11", "dblStrike"), ("9 crowns", None)):
        run = frame.paragraphs[0].add_run()
        run.text = text
        if strike:
            run.font._element.set("strike", strike)

    assert [block.text for block in read_pptx(saved(deck)).blocks if block.text] == ["The fee is 9 crowns"]


def test_a_slide_without_a_title_does_not_stand_under_the_one_before() -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY]).shapes.title.text = "Duties"
    for layout in (TITLE_ONLY, BLANK):
        slide = deck.slides.add_slide(deck.slide_layouts[layout])
        slide.shapes.add_textbox(0, 0, 10, 10).text_frame.text = "Keep the oil"

    parts = structure(read_pptx(saved(deck)))
    assert [(unit.section, unit.sentences[0].text) for unit in parts.units] == [(None, "Keep the oil")] * 2
    assert parts.headings == ("Duties",)


def test_hidden_slides_and_footers_are_left_out() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    slide._element.set("show", "0")
    slide.shapes.add_textbox(0, 0, 10, 10).text_frame.text = "Backup"
    slide.notes_slide.notes_text_frame.text = "For later."
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    slide.shapes.title.text = "Shown"
    for name, text in (("ftr", "Council 2016"), ("sldNum", "2")):
        box = slide.shapes.add_textbox(0, 0, 10, 10)
        box.text_frame.text = text
        properties = box._element.nvSpPr.nvPr
        properties.append(properties.makeelement(properties.tag.replace("nvPr", "ph"), {"type": name}))

    reading = read_pptx(saved(deck))
    assert reading.blocks == (Block("Shown", None, 2, "heading", 1),)
    assert reading.dropped == (
        Dropped("Backup", "hidden slide"),
        Dropped("For later.", "hidden slide"),
        Dropped("Council 2016", "slide furniture"),
        Dropped("2", "slide furniture"),
    )


def test_the_text_of_diagrams_is_read() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    slide.shapes.title.text = "Steps"
    namespace = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    blob = f"<d {namespace}><a:p><a:r><a:t>Assess</a:t></a:r></a:p><a:p/><a:p><a:r><a:t>Decide</a:t></a:r></a:p></d>"
    part = pptx.opc.package.Part(
        pptx.opc.packuri.PackURI("/ppt/diagrams/data1.xml"), "application/xml", deck.part.package, blob.encode()
    )
    slide.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData")

    assert [block.text for block in read_pptx(saved(deck)).blocks] == ["Steps", "Assess", "Decide"]


def test_presentations_that_are_none_or_hold_nothing_are_rejected() -> None:
    empty, word = saved(pptx.Presentation()), saved(docx.Document())
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(empty)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<broken" if name == "ppt/presentation.xml" else source.read(name))

    for data, reason in ((empty, "empty"), (word, "type mismatch"), (out.getvalue(), "corrupt")):
        with pytest.raises(Rejected) as caught:
            read_pptx(data)
        assert caught.value.reason == reason
