from __future__ import annotations

import docx
import pptx
import pytest

from ingest.blocks import Block, Dropped, Reading
from ingest.errors import Rejected
from ingest.readers.docx import read_docx
from ingest.structure import structure
from tests.unit.ingest.samples import make_docx, p, saved


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}<w:t xml:space='preserve'>{text}</w:t></w:r>"


def cell(*texts: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(map(p, texts))}</w:tc>"


def texts(reading: Reading) -> list[tuple[int | None, str]]:
    return [(block.paragraph, block.text) for block in reading.blocks]


def test_headings_are_known_by_style_by_what_it_is_based_on_and_by_outline_level() -> None:
    styles = """<w:styles>
      <w:style w:type="paragraph" w:styleId="Ueberschrift2"><w:name w:val="heading 2"/></w:style>
      <w:style w:type="paragraph" w:styleId="Own"><w:name w:val="House"/><w:basedOn w:val="Ueberschrift2"/></w:style>
      <w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
    </w:styles>"""
    body = (
        p("Duties", '<w:outlineLvl w:val="0"/>') + p("Of Keepers", '<w:pStyle w:val="Ueberschrift2"/>')
        + p("At Night", '<w:pStyle w:val="Own"/>') + p("Light the lamps.", '<w:pStyle w:val="Loop"/>')
        + p("Body all the same.", '<w:pStyle w:val="Own"/><w:outlineLvl w:val="9"/>')
    )  # fmt: skip

    assert read_docx(make_docx(body, styles=styles)).blocks == (
        Block("Duties", 1, kind="heading", level=1),
        Block("Of Keepers", 2, kind="heading", level=2),
        Block("At Night", 3, kind="heading", level=2),
        Block("Light the lamps.", 4),
        Block("Body all the same.", 5),
    )


def test_paragraphs_are_the_non_empty_ones_of_the_body_and_count_as_word_libraries_count_them() -> None:
    document = docx.Document()
    document.add_heading("Duties", 1)
    document.add_paragraph(" ")
    document.add_paragraph("First.")
    document.add_table(1, 2).cell(0, 0).text = "In a table"
    document.add_paragraph("Second.")
    document.sections[0].header.paragraphs[0].text = "RUNNING"

    reading = read_docx(saved(document))
    counted = [paragraph.text for paragraph in document.paragraphs if paragraph.text.strip()]
    assert [text for number, text in texts(reading) if number is not None] == counted
    assert texts(reading) == [(1, "Duties"), (2, "First."), (None, "In a table\t"), (3, "Second.")]
    assert reading.dropped == (Dropped("RUNNING", "running header"),)


def test_tracked_changes_are_read_as_if_accepted() -> None:
    body = (
        "<w:p>" + run("Keepers ") + '<w:del w:id="1"><w:r><w:delText>may</w:delText></w:r></w:del>'
        + f'<w:ins w:id="2">{run("must")}</w:ins>' + run(" light the lamps.") + "</w:p>"
        + f"<w:moveFrom>{p('Moved away.')}</w:moveFrom><w:moveTo>{p('Moved here.')}</w:moveTo>"
    )  # fmt: skip

    reading = read_docx(make_docx(body))
    assert texts(reading) == [(1, "Keepers must light the lamps."), (2, "Moved here.")]
    assert reading.dropped == (Dropped("may", "deleted"), Dropped("Moved away.", "deleted"))


def test_hidden_text_field_codes_placeholders_and_comments_are_left_out_with_their_reason() -> None:
    body = (
        "<w:p>" + run("See ") + "<w:r><w:instrText>PAGEREF _Toc1</w:instrText></w:r>" + run("page 3")
        + run("secret", "<w:vanish/>") + run(" shown", '<w:vanish w:val="0"/>') + "</w:p>"
        + "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
        + f"<w:sdtContent>{p('Duties 3')}</w:sdtContent></w:sdt>"
        + "<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
        + f"<w:sdtContent>{run('Click here')}</w:sdtContent></w:sdt></w:p>"
        + f"<w:sdt><w:sdtContent>{p('In a control.')}</w:sdtContent></w:sdt>"
    )  # fmt: skip
    comments = f"<w:comments><w:comment w:id='1'>{p('Is that so?')}</w:comment></w:comments>"

    reading = read_docx(make_docx(body, comments=comments))
    assert texts(reading) == [(1, "See page 3 shown"), (2, "In a control.")]
    assert reading.dropped == (
        Dropped("PAGEREF _Toc1", "field code"),
        Dropped("secret", "hidden"),
        Dropped("Duties 3", "table of contents"),
        Dropped("Click here", "placeholder"),
        Dropped("Is that so?", "comment"),
    )


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        ("<w:strike/>", "struck through"), ("<w:dstrike/>", "struck through"), ("<w:vanish/>", "hidden"),
        ('<w:color w:val="FFFFFF"/>', "hidden"), ('<w:sz w:val="1"/>', "hidden"),
        ('<w:rStyle w:val="Old"/>', "struck through"), ('<w:rStyle w:val="Older"/>', "struck through"),
        ('<w:strike w:val="0"/>', None), ('<w:rStyle w:val="Old"/><w:strike w:val="false"/>', None),
        ('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000080"/>', None),
        ('<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>', None), ('<w:color w:val="FF0000"/>', None),
    ],
)  # fmt: skip
def test_what_is_struck_or_cannot_be_seen_is_no_text(look: str, reason: str | None) -> None:
    styles = (
        "<w:styles><w:style w:type='character' w:styleId='Old'><w:rPr><w:strike/></w:rPr></w:style>"
        "<w:style w:type='character' w:styleId='Older'><w:basedOn w:val='Old'/></w:style></w:styles>"
    )
    body = f"<w:p>{run('The ceiling is ')}{run('900 litres', look)}{run(' a week.')}</w:p>"

    reading = read_docx(make_docx(body, styles=styles))

    assert reading.dropped == (() if reason is None else (Dropped("900 litres", reason),))
    assert [" ".join(text.split()) for _, text in texts(reading)] == [
        "The ceiling is a week." if reason else "The ceiling is 900 litres a week."
    ]


def test_a_paragraph_that_is_struck_as_a_whole_is_counted_and_not_read() -> None:
    body = f"{p('One.')}<w:p>{run('Two.', '<w:strike/>')}</w:p>{p('Three.')}"
    assert texts(read_docx(make_docx(body))) == [(1, "One."), (3, "Three.")]


def test_white_text_in_a_table_may_stand_on_a_dark_ground() -> None:
    white = run("Duty", '<w:color w:val="FFFFFF"/>')
    table = f"<w:tbl><w:tr><w:tc><w:p>{white}</w:p></w:tc>{cell('Report')}</w:tr></w:tbl>"
    assert [block.text for block in read_docx(make_docx(table)).blocks] == ["Duty\tReport"]


def test_notes_follow_the_paragraph_that_calls_for_them_and_keep_their_first_number() -> None:
    footnotes = (
        "<w:footnotes><w:footnote w:type='separator' w:id='-1'/>"
        + "".join(f"<w:footnote w:id='{n}'>{p(text)}</w:footnote>" for n, text in
                  ((2, "12 March 2009, minutes."), (3, "Nobody calls.")))
        + "</w:footnotes>"
    )  # fmt: skip
    endnotes = f"<w:endnotes><w:endnote w:id='2'>{p('At the end.')}</w:endnote></w:endnotes>"
    body = (
        "<w:p>" + run("Keepers must light") + "<w:r><w:footnoteReference w:id='2'/></w:r>" + run(" the lamps.")
        + "<w:r><w:endnoteReference w:id='2'/></w:r></w:p>" + p("Next.")
    )  # fmt: skip

    reading = read_docx(make_docx(body, footnotes=footnotes, endnotes=endnotes))
    assert reading.blocks == (
        Block("Keepers must light the lamps.", 1),
        Block("12 March 2009, minutes.", 1, kind="note", level=0),
        Block("At the end.", 1, kind="note", level=0),
        Block("Next.", 2),
    )
    assert reading.dropped == (Dropped("Nobody calls.", "note without a call"),)
    assert [(u.note, u.sentences[0].text) for u in structure(reading).units] == [
        (False, "Keepers must light the lamps."),
        (True, "12 March 2009, minutes."),
        (True, "At the end."),
        (False, "Next."),
    ]


def test_text_boxes_and_links_are_read_once() -> None:
    box = f"<w:txbxContent>{p('Key message.')}</w:txbxContent>"
    body = (
        f"<w:p>{run('Before ')}<w:hyperlink>{run('the link')}</w:hyperlink><w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )

    reading = read_docx(make_docx(body))
    assert texts(reading) == [(1, "Before the link"), (None, "Key message.")]
    assert reading.dropped == (Dropped("Key message.", "other form of the same text"),)


def test_merged_cells_repeat_header_rows_label_and_frames_are_text() -> None:
    def row(*cells: str, properties: str = "") -> str:
        return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"

    table = (
        "<w:tbl>" + row(cell("Actor"), cell("Duty", properties='<w:gridSpan w:val="2"/>'), properties="<w:tblHeader/>")
        + row(cell("Police", properties='<w:vMerge w:val="restart"/>'), cell("Report", "harm"), cell("now"))
        + row(cell("", properties="<w:vMerge/>"), cell("Log"), cell("later"))
        + row(cell("gone"), cell("gone"), cell("gone"), properties="<w:del/>") + "</w:tbl>"
    )  # fmt: skip
    frame = f"<w:tbl><w:tr>{cell('Box one.', 'Box two.')}</w:tr></w:tbl>"

    reading = read_docx(make_docx(table + frame))
    assert reading.blocks == (
        Block("Actor\tDuty\tDuty\nPolice\tReport\vharm\tnow\nPolice\tLog\tlater", kind="table", level=1),
        Block("Box one."),
        Block("Box two."),
    )
    assert [sentence.text for sentence in structure(reading).units[0].sentences] == [
        "Actor: Police; Duty: Report harm; Duty: now",
        "Actor: Police; Duty: Log; Duty: later",
    ]


WIDE, DOWN, FURTHER = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
BODY = f"<w:tr>{cell('Delta')}{cell('4000')}{cell('120')}</w:tr><w:tr>{cell('Echo')}{cell('2500')}{cell('80')}</w:tr>"
ECHO = "Partner: Echo; Ceiling – Fuel: 2500; Ceiling – Rations: 80"


@pytest.mark.parametrize(
    ("head", "last"),
    [
        ((cell("Partner") + cell("Ceiling", properties=WIDE), cell("") + cell("Fuel") + cell("Rations")), ECHO),
        (
            (
                cell("Partner", properties=DOWN) + cell("Ceiling", properties=WIDE),
                cell("", properties=FURTHER) + cell("Fuel") + cell("Rations"),
            ),
            ECHO,
        ),
        (
            (
                cell("Partner", properties=DOWN) + cell("Ceiling", properties=WIDE),
                cell("", properties=FURTHER) + cell("a week", properties=WIDE),
                cell("", properties=FURTHER) + cell("Fuel") + cell("Rations"),
            ),
            "Partner: Echo; Ceiling – a week – Fuel: 2500; Ceiling – a week – Rations: 80",
        ),
        (
            (
                cell("Support", properties='<w:gridSpan w:val="3"/>'),
                cell("Partner") + cell("2025") + cell("2026"),
            ),
            "Support – Partner: Echo; Support – 2025: 2500; Support – 2026: 80",
        ),
        (
            (
                cell("Support", properties='<w:gridSpan w:val="3"/>'),
                cell("Partner") + cell("Fuel") + cell("Rations"),
            ),
            "Support – Partner: Echo; Support – Fuel: 2500; Support – Rations: 80",
        ),
        ((cell("Partner") + cell("Fuel") + cell("Rations"),), "Partner: Echo; Fuel: 2500; Rations: 80"),
    ],
)
def test_each_row_carries_every_header_above_its_cells(head: tuple[str, ...], last: str) -> None:
    look = '<w:tblPr><w:tblLook w:firstRow="1"/></w:tblPr>'
    rows = "".join(f"<w:tr>{cells}</w:tr>" for cells in head)

    sentences = structure(read_docx(make_docx(f"<w:tbl>{look}{rows}{BODY}</w:tbl>"))).units[0].sentences

    assert sentences[-1].text == last


@pytest.mark.parametrize(
    ("first", "second", "headers"),
    [("bold", "plain", 1), ("shaded", "plain", 1), ("plain", "plain", 0), ("bold", "bold", 0), ("shaded", "shaded", 0)],
)
def test_a_first_row_in_bold_or_on_a_shade_labels_the_others(first: str, second: str, headers: int) -> None:
    def row(look: str, *texts: str) -> str:
        shade = '<w:shd w:val="clear" w:fill="D9D9D9"/>' if look == "shaded" else ""
        bold = "<w:b/>" if look == "bold" else ""
        cells = (f"<w:tc><w:tcPr>{shade}</w:tcPr><w:p>{run(text, bold)}</w:p></w:tc>" for text in texts)
        return f"<w:tr>{''.join(cells)}</w:tr>"

    table = (
        f"<w:tbl>{row(first, 'Actor', 'Duty')}{row(second, 'Police', 'Report')}{row('plain', 'Guard', 'Log')}</w:tbl>"
    )
    reading = read_docx(make_docx(table))

    assert [block.level for block in reading.blocks] == [headers]
    assert structure(reading).units[0].sentences[-1].text == ("Actor: Guard; Duty: Log" if headers else "Guard; Log")


def test_bold_lines_are_the_headings_of_a_document_that_marks_none() -> None:
    def bold(text: str) -> str:
        return f"<w:p>{run(text, '<w:b/>')}</w:p>"

    styles = "<w:styles><w:style w:type='paragraph' w:styleId='T'><w:name w:val='Title'/></w:style></w:styles>"
    body = bold("What keepers owe") + p("Light the lamps.") + bold("Never leave a lamp dark.")
    reading = read_docx(make_docx(p("Rules", "<w:pStyle w:val='T'/>") + body, styles=styles))

    assert reading.metadata == {"title": "Rules"}
    assert [(block.kind, block.text) for block in reading.blocks] == [
        ("heading", "Rules"),
        ("heading", "What keepers owe"),
        ("text", "Light the lamps."),
        ("text", "Never leave a lamp dark."),
    ]


@pytest.mark.parametrize(
    ("title", "author", "expected"),
    [
        ("Lantern Rules", "Ada Quill", {"title": "Lantern Rules", "author": "Ada Quill"}),
        ("Microsoft Word - rules_v3.doc", "Microsoft Office User", {"title": "The Visible Title"}),
        ("Document1", "python-docx", {"title": "The Visible Title"}),
        ("Normal.dotm", "", {"title": "The Visible Title"}),
    ],
)
def test_only_what_somebody_wrote_is_metadata(title: str, author: str, expected: dict[str, str]) -> None:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    document.add_heading("The Visible Title", 0)
    document.add_paragraph("Text.")

    assert read_docx(saved(document)).metadata == expected


ENTITIES = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "yy"><!ENTITY z "&y;&y;">]>'


@pytest.mark.parametrize(
    ("body", "doctype", "reason"),
    [
        ("", "", "empty"),
        ("<w:p/>" * 3, "", "empty"),
        ("<w:p>", "", "corrupt"),
        (p("&bomb;"), "", "corrupt"),
        (p("Before &x;&z; after."), ENTITIES, "corrupt"),
    ],
)
def test_empty_documents_and_those_that_declare_entities_are_rejected(body: str, doctype: str, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_docx(make_docx(body, doctype=doctype))
    assert caught.value.reason == reason


@pytest.mark.parametrize("part", ["styles", "footnotes", "comments"])
def test_a_damaged_part_rejects_the_document(part: str) -> None:
    with pytest.raises(Rejected, match="corrupt"):
        read_docx(make_docx(p("Text."), **{part: "<w:broken>"}))


def test_another_kind_of_package_is_named_as_such() -> None:
    deck = pptx.Presentation()
    with pytest.raises(Rejected) as caught:
        read_docx(saved(deck))
    assert (caught.value.reason, caught.value.hint) == (
        "type mismatch",
        "It is no plain Word document; save it as .docx.",
    )
