from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption

from ingest.blocks import Dropped
from ingest.errors import Rejected
from ingest.readers.pdf import read_pdf
from ingest.structure import structure
from tests.unit.ingest.conftest import make_pdf

LONG = "The council pays for oil and wicks, and its inspectors visit every tower on the coast twice a year. " * 6


def rejection(data: bytes) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        read_pdf(data)
    return caught.value.reason, caught.value.hint


def test_headings_columns_pages_and_running_headers_are_understood() -> None:
    story = [("Title", "The Lantern Handbook")]
    for chapter in range(1, 9):
        story += [("Heading2", f"Chapter {chapter} of Oil"), ("BodyText", f"Tower {chapter} stands. {LONG}")]
        story += [("BodyText", LONG)] * 3
    reading = read_pdf(make_pdf(story, header="Lantern Office", columns=2, title="The Handbook", author="A. Quill"))
    parts = structure(reading, "The Handbook")

    assert reading.metadata == {"title": "The Handbook", "author": "A. Quill"}
    assert parts.headings == ("The Lantern Handbook", *(f"Chapter {n} of Oil" for n in range(1, 9)))
    pages = {block.page for block in reading.blocks}
    assert pages == set(range(1, max(p for p in pages if p) + 1))
    assert len(pages) >= 4
    assert reading.dropped[0] == Dropped("Lantern Office page 1", "running header")
    assert len(reading.dropped) == len(pages)
    assert all(block.paragraph is None for block in reading.blocks)
    assert parts.units[0].section == "The Lantern Handbook > Chapter 1 of Oil"
    sentences = [sentence.text for unit in parts.units for sentence in unit.sentences]
    assert set(sentences) == {LONG.split(". ", maxsplit=1)[0] + ".", *(f"Tower {n} stands." for n in range(1, 9))}


def test_raised_digits_are_footnote_marks_and_notes_stand_apart() -> None:
    note = '<font size="7">1 Reed, Wicks, 2001, 12.</font>'
    story = [("BodyText", f"Oil is dear.<super size=6>1</super> In 2010 it cost 3 crowns. {LONG}"), ("BodyText", note)]
    parts = structure(read_pdf(make_pdf(story)))

    assert [s.text for s in parts.units[0].sentences][:2] == ["Oil is dear.", "In 2010 it cost 3 crowns."]
    assert [(unit.note, unit.sentences[0].text) for unit in parts.units][1:] == [(True, "Reed, Wicks, 2001, 12.")]


def test_a_word_broken_at_the_end_of_a_line_is_whole_again() -> None:
    reading = read_pdf(
        make_pdf([("BodyText", "The keepers care for every lan-<br/>tern on the coast and in the port.")])
    )
    (unit,) = structure(reading).units

    assert unit.sentences[0].text == "The keepers care for every lantern on the coast and in the port."


def test_a_title_left_by_the_writing_program_is_unknown() -> None:
    assert read_pdf(make_pdf([("BodyText", LONG)], title="Microsoft Word - oil.doc")).metadata == {}
    assert "title" not in read_pdf(make_pdf([("BodyText", LONG)], title="final v3.docx")).metadata


def test_what_viewers_open_without_a_password_is_read() -> None:
    locked = StandardEncryption("", ownerPassword="owner", canPrint=0)

    assert len(read_pdf(make_pdf([("BodyText", LONG)], encrypt=locked)).blocks) == 1


def test_a_pdf_that_cannot_be_read_is_rejected_with_the_way_out() -> None:
    whole = make_pdf([("BodyText", LONG)])

    assert rejection(make_pdf([("BodyText", LONG)], encrypt=StandardEncryption("secret"))) == (
        "encrypted",
        "It needs a password; save a copy without one.",
    )
    assert rejection(b"%PDF-1.7\n") == (
        "corrupt",
        "The PDF is damaged or cut short; fetch it again from where it came.",
    )
    assert rejection(whole[:300])[0] == "corrupt"
    assert rejection(make_pdf([("BodyText", "p. 1")])) == (
        "no text",
        "It looks scanned: run text recognition (OCR) on it first.",
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.integers(1, 400), st.binary(max_size=20))
def test_a_damaged_pdf_is_read_or_rejected_and_nothing_else(start: int, length: int, junk: bytes) -> None:
    data = DAMAGED[:start] + junk + DAMAGED[start + length :]
    try:
        assert read_pdf(data).blocks
    except Rejected as rejected:
        assert rejected.reason in ("corrupt", "no text", "encrypted")


DAMAGED = make_pdf([("BodyText", LONG), ("Heading1", "Oil")])
