from __future__ import annotations

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ingest.blocks import Reading
from ingest.readers.html import read_html
from ingest.readers.markdown import read_markdown
from ingest.readers.pdf import read_pdf
from ingest.readers.text import read_text
from ingest.structure import structure

Said = list[tuple[str | None, str, str]]


def said(reading: Reading) -> Said:
    """(place, stem, text) of every sentence."""
    sentences = (sentence for unit in structure(reading).units for sentence in unit.sentences)
    return [(s.place, " / ".join(span.text for span in s.stem), s.text) for s in sentences]


def html(body: str) -> Said:
    return said(read_html(f"<html><body><main><h1>Order</h1>{body}</main></body></html>".encode()))


def test_nested_lists_of_markdown_have_the_numbers_they_are_written_with() -> None:
    steps = "3. checks\n   - the ropes;\n     1. fore\n     2. aft\n4. sails.\n\n   In fog too.\n\n5. rests.\n\n"
    rest = "The rest of this page says other things, and it does so at some length, as pages of guidance will."
    assert said(read_markdown(f"# Steps\n\nThe master:\n\n{steps}{rest}\n".encode())) == [
        (None, "", "The master:"),
        ("item 3", "The master:", "3. checks"),
        ("item 3", "The master: / 3. checks", "the ropes;"),
        ("item 3(1)", "", "1. fore"),
        ("item 3(2)", "", "2. aft"),
        ("item 4", "The master:", "4. sails."),
        ("item 4", "", "In fog too."),
        ("item 5", "The master:", "5. rests."),
        (None, "", rest),
    ]


def test_lists_of_html_count_as_a_browser_does() -> None:
    found = html(
        "<p>Words before the lists, enough of them to be most of what this page has to say to its readers today.</p>"
        '<ol start="4" type="i"><li>d</li><li value="9">i</li><li>j</li></ol><p>Then.</p>'
        '<ol reversed><li>two</li><li>one</li></ol><p>Then.</p><ol style="list-style: upper-alpha"><li>A</li></ol>'
    )
    assert [place for place, _, _ in found if place] == [
        "item (iv)", "item (ix)", "item (x)", "item 2", "item 1", "item A",
    ]  # fmt: skip


def test_a_list_of_html_stands_within_the_paragraph_that_leads_in_to_it() -> None:
    body = '<h2>Article 3 bis</h2><p>(1) No boat sails where:</p><ol type="a"><li>it leaks;</li><li>it burns.</li></ol>'
    assert html(f"{body}<p>(2) Boats are counted.</p><p>They are painted.</p>") == [
        ("Art. 3 bis(1)", "", "(1) No boat sails where:"),
        ("Art. 3 bis(1)(a)", "(1) No boat sails where:", "it leaks;"),
        ("Art. 3 bis(1)(b)", "(1) No boat sails where:", "it burns."),
        ("Art. 3 bis(2)", "", "(2) Boats are counted."),
        ("Art. 3 bis", "", "They are painted."),
    ]


def test_what_goes_on_in_small_letters_after_items_completes_their_lead_in() -> None:
    text = "Where:\n\n(a) a lamp is out;\n\n(b) a rope is worn;\n\nthe crossing is put off."
    assert said(read_text(text.encode()))[-1] == (None, "Where:", "the crossing is put off.")


def test_letters_that_are_also_roman_are_told_by_what_comes_before() -> None:
    letters = "".join(f"({letter}) thing {letter} of many;\n" for letter in "abcdefghij")
    assert [place for place, _, _ in said(read_text(f"Section 9. Boats:\n{letters}".encode()))][1:] == [
        f"Sec. 9({letter})" for letter in "abcdefghij"
    ]
    nested = "Section 9. Boats:\n(a) first:\n(i) one;\n(ii) two;\n(b) second.\n"
    assert [place for place, _, _ in said(read_text(nested.encode()))][1:] == [
        "Sec. 9(a)", "Sec. 9(a)(i)", "Sec. 9(a)(ii)", "Sec. 9(b)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Article 12 applies to boats, and nobody doubts that it does.",
        "A. Smith wrote the rule, and B. Jones read it out to the crews.",
        "The patrol acts as set out in paragraph\n(a) of the order that was given to it.",
        "It costs as much as\n12. And that is all that can be said of it.",
    ],
)
def test_running_text_has_no_numbers_of_its_own(text: str) -> None:
    assert {place for place, _, _ in said(read_text(f"Some words stand before it.\n\n{text}".encode()))} == {None}


def test_paragraphs_numbered_through_are_told_from_lists() -> None:
    report = "\n\n".join(f"{n}. Sentence {n} of the report is here." for n in range(1, 9))
    assert [place for place, _, _ in said(read_text(report.encode()))] == [f"par. {n}" for n in range(1, 9)]
    twice = "First:\n\n1. oil;\n2. wicks.\n\nThen:\n\n1. rope;\n2. tar."
    assert [place for place, _, _ in said(read_text(twice.encode())) if place] == ["item 1", "item 2"] * 2


def test_chapters_are_named_with_numbers_alone_and_articles_without_them() -> None:
    chapter = "## Chapter IV\n\nWords of it.\n\n12. A rule.\n\n## Article 7\n\nA duty.\n\n"
    text = f"# Code\n\n{chapter}### Annex A\n\n#### Article 1\n\nA form.\n"
    assert [place for place, _, _ in said(read_markdown(text.encode()))] == [
        None, "Chapter IV, par. 12", "Art. 7", "Annex A, Art. 1",
    ]  # fmt: skip


def test_articles_and_items_of_a_pdf_have_their_places() -> None:
    styles, file = getSampleStyleSheet(), io.BytesIO()
    parts = [
        ("Title", "Quay Convention"), ("Heading2", "Article 7"),
        ("Normal", "1. Each State keeps a lamp at the mouth of its harbour and trims it each day at dusk."),
        ("Normal", "2. A boat shall not sail where:"), ("Normal", "(a) its lamp is out;"),
        ("Normal", "(b) its crew is ill."),
        ("Heading2", "Article 8"), ("Normal", "The fee is nine crowns for each boat that stays longer than a night."),
    ]  # fmt: skip
    SimpleDocTemplate(file, pagesize=A4).build([Paragraph(text, styles[style]) for style, text in parts])
    assert [(place, stem) for place, stem, _ in said(read_pdf(file.getvalue()))] == [
        ("Art. 7(1)", ""),
        ("Art. 7(2)", ""),
        ("Art. 7(2)(a)", "2. A boat shall not sail where:"),
        ("Art. 7(2)(b)", "2. A boat shall not sail where:"),
        ("Art. 8", ""),
    ]


def test_what_stands_in_an_annex_without_a_number_is_placed_there() -> None:
    body = "<h2>Article 1</h2><p>Boats are blue.</p><h2>{}</h2><h3>Article 1</h3><p>1. Forms are red.</p>"
    for heading, place in (
        ("Annex", "Annex, Art. 1(1)"),
        ("ANNEX: Forms", "Annex, Art. 1(1)"),
        ("Schedule to the Order", "Schedule, Art. 1(1)"),
        ("Appendix II", "Appendix II, Art. 1(1)"),
        ("Annexation", "Art. 1(1)"),
    ):
        assert [place for place, _, _ in html(body.format(heading))] == ["Art. 1", place]
    assert html("<h2>Annex</h2><p>Forms are red.</p>") == [("Annex", "", "Forms are red.")]
